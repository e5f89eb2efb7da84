import type { OpCase } from "../op-case";
import type { HostTensor, Ops } from "../ops";
import { floats, ints, plain, wave } from "./values";

type Build = OpCase["build"];
type Expected = OpCase["expected"];

function fixedCase(
  name: string,
  inputs: Readonly<Record<string, HostTensor>>,
  build: Build,
  expected: Expected,
  isInSelfTest = false,
): OpCase {
  return { name, inputs, build, expected, isInSelfTest };
}

function floatResult(shape: readonly number[], data: readonly number[]): Expected {
  return { dtype: "float32", shape, data };
}

function intResult(shape: readonly number[], data: readonly number[]): Expected {
  return { dtype: "int32", shape, data };
}

const COUNT = floats([2, 3], [1, 2, 3, 4, 5, 6]);
const ROW = floats([3], [10, 20, 30]);

const BINARY: Readonly<Record<"add" | "sub" | "mul" | "div", (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

const binaryCases = (["add", "sub", "mul", "div"] as const).map((op) =>
  fixedCase(
    `${op}: row broadcast over a matrix`,
    { a: COUNT, b: ROW },
    <T>(ops: Ops<T>, _weights: unknown, i: Readonly<Record<string, T>>) =>
      ops[op](i["a"]!, i["b"]!),
    floatResult(
      [2, 3],
      plain(COUNT).data.map((a, index) => BINARY[op](a, ROW.data[index % 3]!)),
    ),
    op === "add" || op === "mul",
  ),
);

/** One long row with its largest value twice, far apart and out of the order of parallel lanes. */
const TIED_ROW = Array.from({ length: 300 }, (_, index) =>
  index === 130 || index === 67 ? 9 : index / 300,
);

const searchCases: readonly OpCase[] = [
  fixedCase(
    "argmax: lowest index on ties",
    { x: floats([3, 4], [1, 5, 5, 2, 7, 7, 7, 7, -3, -2, -1, -2]) },
    (ops, _weights, i) => ops.argmax(i["x"]!),
    intResult([3], [1, 0, 2]),
    true,
  ),
  fixedCase(
    "argmax: ties in a long row",
    { x: floats([1, 300], TIED_ROW) },
    (ops, _weights, i) => ops.argmax(i["x"]!),
    intResult([1], [67]),
  ),
  fixedCase(
    "argmax: negative infinity everywhere but one",
    { x: floats([5], [-Infinity, -Infinity, -1e30, -Infinity, -Infinity]) },
    (ops, _weights, i) => ops.argmax(i["x"]!),
    intResult([], [2]),
  ),
  fixedCase(
    "topK: indices, lower first on ties",
    { x: floats([2, 5], [1, 3, 3, 2, 3, -1, -5, 0, -1, -7]) },
    (ops, _weights, i) => ops.topK(i["x"]!, 3).indices,
    intResult([2, 3], [1, 2, 4, 2, 0, 3]),
    true,
  ),
  fixedCase(
    "topK: values",
    { x: floats([2, 5], [1, 3, 3, 2, 3, -1, -5, 0, -1, -7]) },
    (ops, _weights, i) => ops.topK(i["x"]!, 3).values,
    floatResult([2, 3], [3, 3, 3, 0, -1, -1]),
  ),
  fixedCase(
    "topK: a long row with ties",
    { x: floats([300], TIED_ROW) },
    (ops, _weights, i) => ops.topK(i["x"]!, 4).indices,
    intResult([4], [67, 130, 299, 298]),
  ),
  fixedCase(
    "greaterEqual: equality and infinities",
    { a: floats([4], [1, 2, Infinity, -Infinity]), b: floats([4], [2, 2, 0, 0]) },
    (ops, _weights, i) => ops.greaterEqual(i["a"]!, i["b"]!),
    floatResult([4], [0, 1, 1, 0]),
  ),
];

const moveCases: readonly OpCase[] = [
  fixedCase(
    "affine: factor and offset",
    { x: COUNT },
    (ops, _weights, i) => ops.affine(i["x"]!, 2, -1),
    floatResult([2, 3], [1, 3, 5, 7, 9, 11]),
  ),
  fixedCase(
    "affine: identity returns a tensor of its own",
    { x: COUNT },
    (ops, _weights, i) => ops.affine(i["x"]!, 1),
    floatResult([2, 3], plain(COUNT).data),
  ),
  fixedCase(
    "reshape: rank 2 to 3",
    { x: COUNT },
    (ops, _weights, i) => ops.reshape(i["x"]!, [1, 3, 2]),
    floatResult([1, 3, 2], plain(COUNT).data),
  ),
  fixedCase(
    "transpose: rank 4, heads before rows",
    { x: floats([1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
    (ops, _weights, i) => ops.transpose(i["x"]!, [0, 2, 1, 3]),
    floatResult([1, 2, 2, 2], [1, 2, 5, 6, 3, 4, 7, 8]),
    true,
  ),
  fixedCase(
    "transpose: rank 6, as pixel shuffle needs",
    { x: floats([2, 1, 2, 1, 2, 1], [1, 2, 3, 4, 5, 6, 7, 8]) },
    (ops, _weights, i) => ops.transpose(i["x"]!, [2, 0, 4, 1, 3, 5]),
    floatResult([2, 2, 2, 1, 1, 1], [1, 2, 5, 6, 3, 4, 7, 8]),
  ),
  fixedCase(
    "concat: middle axis, unequal lengths",
    { a: wave([2, 1, 2]), b: floats([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]) },
    (ops, _weights, i) => ops.concat([i["a"]!, i["b"]!], 1),
    floatResult([2, 3, 2], concatExpected()),
  ),
  fixedCase(
    "slice: inner block",
    { x: floats([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]) },
    (ops, _weights, i) => ops.slice(i["x"]!, [1, 0], [2, 2]),
    floatResult([2, 2], [4, 5, 7, 8]),
  ),
  fixedCase(
    "gather: repeated columns",
    { x: COUNT, indices: ints([4], [2, 0, 0, 1]) },
    (ops, _weights, i) => ops.gather(i["x"]!, i["indices"]!, 1),
    floatResult([2, 4], [3, 1, 1, 2, 6, 4, 4, 5]),
  ),
  fixedCase(
    "mean: middle axis, kept",
    { x: floats([1, 2, 3], [1, 2, 3, 5, 6, 7]) },
    (ops, _weights, i) => ops.mean(i["x"]!, 1, { keepDims: true }),
    floatResult([1, 1, 3], [3, 4, 5]),
  ),
  fixedCase(
    "sum: last axis",
    { x: COUNT },
    (ops, _weights, i) => ops.sum(i["x"]!, 1),
    floatResult([2], [6, 15]),
    true,
  ),
  fixedCase(
    "constant and scope: only the result leaves",
    { x: ROW },
    (ops, _weights, i) =>
      ops.scope(() => ops.mul(ops.add(i["x"]!, ops.constant(floats([3], [1, 2, 3]))), i["x"]!)),
    floatResult([3], [110, 440, 990]),
  ),
];

function concatExpected(): number[] {
  const a = plain(wave([2, 1, 2])).data;
  return [a[0]!, a[1]!, 1, 2, 3, 4, a[2]!, a[3]!, 5, 6, 7, 8];
}

export const LAYOUT_CASES: readonly OpCase[] = [...binaryCases, ...searchCases, ...moveCases];
