import type { OpCase, StoredWeight } from "../op-case";
import { referenceConv2d, referenceLinear, type ReferenceTensor } from "../op-reference";
import type { HostTensor, Shape } from "../ops";
import { f32Weight, floats, grid, halfWeight, int8Weight, ints, plain, wave } from "./values";

type Form = "F32" | "F16" | "BF16" | "I8";
const FORMS: readonly Form[] = ["F32", "F16", "BF16", "I8"];

/** A matrix stored in `form`, under the name `w`, and the values an engine must see. */
function storedMatrix(
  form: Form,
  shape: readonly [rows: number, columns: number],
): { weights: Record<string, StoredWeight>; values: ReferenceTensor } {
  if (form === "I8") {
    const { weight, scale, values } = int8Weight(shape, 3);
    return { weights: { w: weight, "w.scale": scale }, values };
  }
  const values = grid(shape, 3);
  const weight = form === "F32" ? f32Weight(values) : halfWeight(values, form);
  return { weights: { w: weight }, values: plain(values) };
}

function linearCase(
  form: Form,
  what: string,
  inputShape: Shape,
  rows: number,
  options: { readonly hasBias?: boolean; readonly isInSelfTest?: boolean } = {},
): OpCase {
  const { hasBias = true, isInSelfTest = false } = options;
  const columns = inputShape.at(-1)!;
  const { weights, values } = storedMatrix(form, [rows, columns]);
  const x = wave(inputShape, 1);
  const bias = wave([rows], 2);
  return {
    name: `linear ${form}: ${what}`,
    inputs: hasBias ? { x, bias } : { x },
    weights,
    build: (ops, w, i) => ops.linear(i["x"]!, w.matrix("w"), i["bias"]),
    expected: {
      dtype: "float32",
      shape: [...inputShape.slice(0, -1), rows],
      data: referenceLinear(plain(x), values, hasBias ? plain(bias).data : undefined),
    },
    tolerance: { atol: 1e-4, rtol: 1e-5 },
    isInSelfTest,
  };
}

function embeddingCase(form: Form, columns: number, isInSelfTest = false): OpCase {
  const { weights, values } = storedMatrix(form, [5, columns]);
  const ids = [4, 0, 3, 3, 1, 0];
  return {
    name: `embedding ${form}: ${columns} columns`,
    inputs: { ids: ints([2, 3], ids) },
    weights,
    build: (ops, w, i) => ops.embedding(w.matrix("w"), i["ids"]!),
    expected: {
      dtype: "float32",
      shape: [2, 3, columns],
      data: ids.flatMap((id) => values.data.slice(id * columns, (id + 1) * columns)),
    },
    isInSelfTest,
  };
}

/** A stored matrix read as an ordinary tensor, as position tables and kernels are. */
function denseCase(form: Form): OpCase {
  const { weights, values } = storedMatrix(form, [3, 6]);
  return {
    name: `dense weight ${form}: matrix read as tensor`,
    inputs: {},
    weights,
    build: (ops, w) => ops.affine(w.tensor("w"), 2, 1),
    expected: { dtype: "float32", shape: [3, 6], data: values.data.map((value) => 2 * value + 1) },
  };
}

function conv2dCase(
  what: string,
  x: HostTensor,
  kernel: HostTensor,
  stride: number,
  padding: number,
): OpCase {
  return {
    name: `conv2d: ${what}`,
    inputs: { x, kernel },
    build: (ops, _weights, i) => ops.conv2d(i["x"]!, i["kernel"]!, { stride, padding }),
    expected: { dtype: "float32", ...referenceConv2d(plain(x), plain(kernel), stride, padding) },
    isInSelfTest: what === "3x3, stride 2, padding 1",
  };
}

const matmulCases: readonly OpCase[] = [
  {
    name: "matmul: both operands transposed",
    inputs: { a: floats([3, 2], [1, 4, 2, 5, 3, 6]), b: floats([2, 3], [1, 3, 5, 2, 4, 6]) },
    build: (ops, _weights, i) =>
      ops.matmul(i["a"]!, i["b"]!, { transposeA: true, transposeB: true }),
    expected: { dtype: "float32", shape: [2, 2], data: [22, 28, 49, 64] },
  },
  {
    name: "matmul: leading axes broadcast from 1",
    inputs: { a: floats([2, 1, 1, 2], [1, 2, 3, 4]), b: floats([1, 2, 2, 1], [1, 10, 2, 20]) },
    build: (ops, _weights, i) => ops.matmul(i["a"]!, i["b"]!),
    expected: { dtype: "float32", shape: [2, 2, 1, 1], data: [21, 42, 43, 86] },
  },
  {
    name: "matmul: inner axis of one",
    inputs: { a: floats([2, 1], [2, -3]), b: floats([1, 3], [1, 0, 5]) },
    build: (ops, _weights, i) => ops.matmul(i["a"]!, i["b"]!),
    expected: { dtype: "float32", shape: [2, 3], data: [2, 0, 10, -3, 0, -15] },
  },
];

export const LINEAR_CASES: readonly OpCase[] = [
  ...FORMS.flatMap((form) => [
    linearCase(form, "rank 3", [2, 3, 8], 5, { isInSelfTest: form !== "BF16" }),
    linearCase(form, "one row, as in decoding", [1, 1, 64], 37, { isInSelfTest: form === "F16" }),
    linearCase(form, "odd width without bias", [3, 7], 5, { hasBias: false }),
    linearCase(form, "width 2 mod 4", [9, 6], 10),
    linearCase(form, "one column", [4, 1], 3),
    linearCase(form, "more rows than a tile", [37, 20], 35),
    linearCase(form, "one row, odd width", [1, 13], 70),
    embeddingCase(form, 8, form !== "BF16"),
    embeddingCase(form, 7),
    denseCase(form),
  ]),
  ...matmulCases,
  conv2dCase("3x3, stride 2, padding 1", wave([1, 5, 6, 3]), wave([3, 3, 3, 4], 1), 2, 1),
  conv2dCase("patches", wave([2, 8, 8, 3]), wave([4, 4, 3, 5], 1), 4, 0),
  conv2dCase("1x1", wave([1, 3, 2, 4]), wave([1, 1, 4, 2], 1), 1, 0),
];
