import type { OpCase } from "../op-case";
import { referenceLayerNorm, referenceRmsNorm, referenceSoftmax } from "../op-reference";
import type { HostTensor } from "../ops";
import { floats, plain, wave } from "./values";

type CaseOptions = Pick<OpCase, "tolerance" | "isInSelfTest">;

function layerNormCase(what: string, x: HostTensor, options: CaseOptions = {}): OpCase {
  const width = x.shape.at(-1)!;
  const gamma = wave([width], 1, 2);
  const beta = wave([width], 2);
  const epsilon = 1e-6;
  return {
    name: `layerNorm: ${what}`,
    inputs: { x, gamma, beta },
    build: (ops, _weights, i) => ops.layerNorm(i["x"]!, i["gamma"]!, i["beta"]!, epsilon),
    expected: {
      dtype: "float32",
      shape: x.shape,
      data: referenceLayerNorm(plain(x), plain(gamma).data, plain(beta).data, epsilon),
    },
    ...options,
  };
}

function rmsNormCase(what: string, x: HostTensor, options: CaseOptions = {}): OpCase {
  const gamma = wave([x.shape.at(-1)!], 1, 2);
  const epsilon = 1e-5;
  return {
    name: `rmsNorm: ${what}`,
    inputs: { x, gamma },
    build: (ops, _weights, i) => ops.rmsNorm(i["x"]!, i["gamma"]!, epsilon),
    expected: {
      dtype: "float32",
      shape: x.shape,
      data: referenceRmsNorm(plain(x), plain(gamma).data, epsilon),
    },
    ...options,
  };
}

function softmaxCase(what: string, x: HostTensor, options: CaseOptions = {}): OpCase {
  return {
    name: `softmax: ${what}`,
    inputs: { x },
    build: (ops, _weights, i) => ops.softmax(i["x"]!),
    expected: { dtype: "float32", shape: x.shape, data: referenceSoftmax(plain(x)) },
    ...options,
  };
}

export const NORMALISATION_CASES: readonly OpCase[] = [
  layerNormCase("regular", wave([2, 3, 8]), { isInSelfTest: true }),
  layerNormCase("rank 2, odd length", wave([5, 7])),
  layerNormCase("wider than a workgroup", wave([3, 193])),
  layerNormCase("one entry per row", floats([2, 1], [3, -4])),
  layerNormCase("constant rows", floats([2, 4], [5, 5, 5, 5, -1, -1, -1, -1])),
  layerNormCase("mean far from zero", floats([1, 4], [1000, 1001, 1002, 1003]), {
    tolerance: { atol: 1e-3, rtol: 1e-4 },
  }),
  layerNormCase("large values", wave([2, 16], 0, 1e15)),
  layerNormCase("tiny values", wave([2, 16], 0, 1e-20)),
  layerNormCase("huge spread", floats([1, 4], [1e-10, 1e10, -1e-10, 1])),
  layerNormCase("NaN stays in its row", floats([2, 4], [1, NaN, 2, 3, 1, 2, 3, 4])),
  rmsNormCase("regular", wave([2, 3, 8]), { isInSelfTest: true }),
  rmsNormCase("rank 2, odd length", wave([5, 7])),
  rmsNormCase("wider than a workgroup", wave([3, 193])),
  rmsNormCase("zeros", floats([1, 4], [0, 0, 0, 0])),
  rmsNormCase("large values", wave([2, 16], 0, 1e15)),
  rmsNormCase("tiny values", wave([2, 16], 0, 1e-20)),
  rmsNormCase("huge spread", floats([1, 4], [1e-10, 1e10, -1e-10, 1])),
  rmsNormCase("NaN stays in its row", floats([2, 4], [1, NaN, 2, 3, 1, 2, 3, 4])),
  softmaxCase("regular", wave([2, 3, 8], 0, 3), { isInSelfTest: true }),
  softmaxCase("rank 2, odd length", wave([5, 7], 0, 3)),
  softmaxCase("would overflow without a shift", floats([1, 3], [1e4, 1e4 - 1, -1e4])),
  softmaxCase("would underflow without a shift", floats([1, 3], [-1e4, -1e4 - 1, -1e5])),
];
