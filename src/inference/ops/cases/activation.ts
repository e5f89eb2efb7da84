import type { OpCase } from "../op-case";
import { referenceGelu, referenceSigmoid } from "../op-reference";
import type { GeluForm, HostTensor, Ops } from "../ops";
import { floats, plain, wave } from "./values";

type UnaryOp = "silu" | "tanh" | "sigmoid" | "sqrt";

const UNARY: Readonly<Record<UnaryOp, (x: number) => number>> = {
  silu: (x) => x * referenceSigmoid(x),
  tanh: Math.tanh,
  sigmoid: referenceSigmoid,
  sqrt: Math.sqrt,
};

/** Beyond these the exponential overflows or underflows in float32, but the function does not. */
const EXTREMES = [-1e4, -100, -20, 20, 100, 1e4];

function unaryCase(op: UnaryOp, what: string, x: HostTensor, isInSelfTest = false): OpCase {
  return {
    name: `${op}: ${what}`,
    inputs: { x },
    build: <T>(ops: Ops<T>, _weights: unknown, i: Readonly<Record<string, T>>) => ops[op](i["x"]!),
    expected: { dtype: "float32", shape: x.shape, data: plain(x).data.map(UNARY[op]) },
    isInSelfTest,
  };
}

function geluCase(form: GeluForm, what: string, x: HostTensor, isInSelfTest = false): OpCase {
  return {
    name: `gelu ${form}: ${what}`,
    inputs: { x },
    build: (ops, _weights, i) => ops.gelu(i["x"]!, form),
    expected: {
      dtype: "float32",
      shape: x.shape,
      data: plain(x).data.map((value) => referenceGelu(value, form)),
    },
    isInSelfTest,
  };
}

const GELU_FORMS: readonly GeluForm[] = ["tanh", "erf", "quick"];

export const ACTIVATION_CASES: readonly OpCase[] = [
  ...GELU_FORMS.flatMap((form) => [
    geluCase(form, "regular", wave([2, 3, 4], 0, 4), true),
    geluCase(form, "odd length", wave([131], 0, 3)),
    geluCase(form, "overflow and underflow of the exponential", floats([6], EXTREMES)),
    geluCase(form, "huge spread", floats([4], [1e-20, -1e-10, 1e10, 0])),
    geluCase(form, "NaN propagates", floats([3], [1, NaN, -1])),
  ]),
  unaryCase("silu", "regular", wave([2, 3, 4], 0, 4), true),
  unaryCase("silu", "overflow and underflow of the exponential", floats([6], EXTREMES)),
  unaryCase("silu", "NaN propagates", floats([3], [1, NaN, -1])),
  unaryCase("sigmoid", "regular", wave([2, 3, 4], 0, 4)),
  unaryCase("sigmoid", "overflow and underflow of the exponential", floats([6], EXTREMES)),
  unaryCase("tanh", "regular", wave([2, 3, 4], 0, 4)),
  unaryCase("tanh", "overflow and underflow of the exponential", floats([6], EXTREMES)),
  unaryCase("sqrt", "regular", floats([5], [0, 1e-12, 0.25, 2, 1e12])),
];
