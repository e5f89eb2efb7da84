/**
 * `Ops` on symbolic tensors: running a forward pass records an ONNX graph.
 *
 * Float weights stay in their stored form (float16, int8 with row scales) and are widened by nodes
 * that onnxruntime folds into float32 constants when it loads the model.
 */
import { AppError } from "@/shared/lib/errors";
import type { GeluForm, HostTensor, Matrix, Ops, Shape } from "../../ops/ops";
import type { GraphBuilder, GraphValue } from "./graph-builder";
import { assertRank, assertShape, broadcast, frontAxis, shapeError, sizeOf } from "./shapes";
import {
  reshapeTo,
  traceAttention,
  traceAttentionWeights,
  traceWriteCache,
} from "./traced-attention";
import { ONNX_TYPE } from "./graph";

/** The traced operations. Everything is recorded; nothing runs. */
export function createTracer(graph: GraphBuilder): Ops<GraphValue> {
  const unary = (op: string, x: GraphValue): GraphValue => graph.node(op, [x], { shape: x.shape });
  const binary = (op: string, name: string, a: GraphValue, b: GraphValue): GraphValue =>
    graph.node(op, [a, b], { shape: broadcast(name, a.shape, b.shape), type: a.type });
  return {
    shapeOf: (x) => x.shape,
    constant: (value: HostTensor) => graph.constant(value),
    scope: (body) => body(),
    linear: (x, weight, bias) => traceLinear(graph, x, weight, bias),
    embedding: (table, ids) => traceEmbedding(graph, table, ids),
    matmul: (a, b, options) => traceMatmul(graph, a, b, options),
    conv2d: (x, kernel, options) => traceConv2d(graph, x, kernel, options),
    layerNorm: (x, gamma, beta, epsilon) => {
      const width = x.shape.at(-1) ?? 0;
      assertShape("layerNorm", "gamma", gamma.shape, [width]);
      assertShape("layerNorm", "beta", beta.shape, [width]);
      const attributes = { axis: -1, epsilon: { float: epsilon } };
      return graph.node("LayerNormalization", [x, gamma, beta], { shape: x.shape }, attributes);
    },
    rmsNorm: (x, gamma, epsilon) => {
      assertShape("rmsNorm", "gamma", gamma.shape, [x.shape.at(-1) ?? 0]);
      const attributes = { axis: -1, epsilon: { float: epsilon } };
      return graph.node("RMSNormalization", [x, gamma], { shape: x.shape }, attributes);
    },
    rope: (x, cos, sin) => traceRope(graph, x, cos, sin),
    attention: (args) => traceAttention(graph, args),
    attentionWeights: (args) => traceAttentionWeights(graph, args),
    writeCache: (cache, update, start) => traceWriteCache(graph, cache, update, start),
    gelu: (x, form) => traceGelu(graph, x, form),
    silu: (x) => binary("Mul", "silu", x, unary("Sigmoid", x)),
    tanh: (x) => unary("Tanh", x),
    sigmoid: (x) => unary("Sigmoid", x),
    softmax: (x) => graph.node("Softmax", [x], { shape: x.shape }, { axis: -1 }),
    add: (a, b) => binary("Add", "add", a, b),
    sub: (a, b) => binary("Sub", "sub", a, b),
    mul: (a, b) => binary("Mul", "mul", a, b),
    div: (a, b) => binary("Div", "div", a, b),
    affine: (x, factor, offset = 0) => {
      const scaled = factor === 1 ? x : binary("Mul", "affine", x, graph.scalar(factor));
      return offset === 0 && factor !== 1
        ? scaled
        : binary("Add", "affine", scaled, graph.scalar(offset));
    },
    sqrt: (x) => unary("Sqrt", x),
    greaterEqual: (a, b) => {
      const shape = broadcast("greaterEqual", a.shape, b.shape);
      const truth = graph.node("GreaterOrEqual", [a, b], { shape, type: "bool" });
      return graph.node("Cast", [truth], { shape }, { to: ONNX_TYPE.float32 });
    },
    reshape: (x, shape) => {
      if (sizeOf(x.shape) !== sizeOf(shape)) {
        throw shapeError("reshape", "shape", `of ${sizeOf(x.shape)} elements`, shape);
      }
      return { ...reshapeTo(graph, x, shape), type: x.type };
    },
    transpose: (x, permutation) => traceTranspose(graph, x, permutation),
    concat: (xs, axis) => traceConcat(graph, xs, axis),
    slice: (x, begin, size) => traceSlice(graph, x, begin, size),
    gather: (x, indices, axis) => {
      const at = frontAxis("gather", x.shape, axis);
      const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
      return graph.node("Gather", [x, indices], { shape, type: x.type }, { axis: at });
    },
    mean: (x, axis, options) =>
      traceReduce(graph, "ReduceMean", x, axis, options?.keepDims ?? false),
    sum: (x, axis, options) => traceReduce(graph, "ReduceSum", x, axis, options?.keepDims ?? false),
    argmax: (x) => {
      const shape = x.shape.slice(0, -1);
      const attributes = { axis: -1, keepdims: 0, select_last_index: 0 };
      const wide = graph.node("ArgMax", [x], { shape, type: "int64" }, attributes);
      return graph.node("Cast", [wide], { shape, type: "int32" }, { to: ONNX_TYPE.int32 });
    },
    topK: (x, k) => traceTopK(graph, x, k),
    topMatches: (x, table, k) => traceTopK(graph, traceLinear(graph, x, table, undefined), k),
  };
}

function traceLinear(
  graph: GraphBuilder,
  x: GraphValue,
  weight: Matrix<GraphValue>,
  bias: GraphValue | undefined,
): GraphValue {
  if (x.shape.at(-1) !== weight.columns) {
    throw shapeError("linear", "x", `[…, ${weight.columns}]`, x.shape);
  }
  if (bias !== undefined) assertShape("linear", "bias", bias.shape, [weight.rows]);
  const shape = [...x.shape.slice(0, -1), weight.rows];
  const dense = widen(graph, weight);
  // [columns, rows]: constant-folded once; MatMul then packs it for its kernels.
  const turned = graph.once(`transposed ${dense.name}`, () =>
    graph.node("Transpose", [dense], { shape: [weight.columns, weight.rows] }, { perm: [1, 0] }),
  );
  const product = graph.node("MatMul", [x, turned], { shape });
  return bias === undefined ? product : graph.node("Add", [product, bias], { shape });
}

/** The matrix as float32 [rows, columns]. */
function widen(graph: GraphBuilder, matrix: Matrix<GraphValue>): GraphValue {
  const values = matrix.parts[0]!;
  const shape = [matrix.rows, matrix.columns];
  if (matrix.storage === "float32") return values;
  return graph.once(`float32 ${values.name}`, () => {
    const cast = graph.node("Cast", [values], { shape }, { to: ONNX_TYPE.float32 });
    if (matrix.storage === "float16") return cast;
    const scales = graph.node("Unsqueeze", [matrix.parts[1]!, graph.int64s([1])], {
      shape: [matrix.rows, 1],
    });
    return graph.node("Mul", [cast, scales], { shape });
  });
}

/** Only the rows asked for are widened, so the table keeps its stored size in memory. */
function traceEmbedding(
  graph: GraphBuilder,
  table: Matrix<GraphValue>,
  ids: GraphValue,
): GraphValue {
  const values = table.parts[0]!;
  const shape = [...ids.shape, table.columns];
  const rows = graph.node("Gather", [values, ids], { shape, type: values.type }, { axis: 0 });
  if (table.storage === "float32") return rows;
  const cast = graph.node("Cast", [rows], { shape }, { to: ONNX_TYPE.float32 });
  if (table.storage === "float16") return cast;
  const scales = graph.node("Gather", [table.parts[1]!, ids], { shape: ids.shape }, { axis: 0 });
  const column = graph.node("Unsqueeze", [scales, graph.int64s([-1])], {
    shape: [...ids.shape, 1],
  });
  return graph.node("Mul", [cast, column], { shape });
}

function traceMatmul(
  graph: GraphBuilder,
  a: GraphValue,
  b: GraphValue,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): GraphValue {
  const left = options.transposeA === true ? swapLastTwo(graph, a) : a;
  const right = options.transposeB === true ? swapLastTwo(graph, b) : b;
  if (left.shape.length < 2 || right.shape.length < 2) {
    throw shapeError("matmul", "a", "of rank 2 or more", left.shape.length < 2 ? a.shape : b.shape);
  }
  if (left.shape.at(-1) !== right.shape.at(-2)) {
    throw shapeError("matmul", "b", `with inner size ${left.shape.at(-1)}`, b.shape);
  }
  const batch = broadcast("matmul", left.shape.slice(0, -2), right.shape.slice(0, -2));
  return graph.node("MatMul", [left, right], {
    shape: [...batch, left.shape.at(-2)!, right.shape.at(-1)!],
  });
}

function swapLastTwo(graph: GraphBuilder, x: GraphValue): GraphValue {
  const rank = x.shape.length;
  const order = Array.from({ length: rank }, (_, axis) => axis);
  return traceTranspose(graph, x, [...order.slice(0, -2), rank - 1, rank - 2]);
}

function traceConv2d(
  graph: GraphBuilder,
  x: GraphValue,
  kernel: GraphValue,
  options: { readonly stride: number; readonly padding: number },
): GraphValue {
  assertRank("conv2d", "x", x.shape, 4);
  assertRank("conv2d", "kernel", kernel.shape, 4);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [kernelHeight, kernelWidth, inChannels, outChannels] = kernel.shape as [
    number,
    number,
    number,
    number,
  ];
  if (inChannels !== channels) {
    throw shapeError("conv2d", "kernel", `[…, …, ${channels}, …]`, kernel.shape);
  }
  const { stride, padding } = options;
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  const out = graph.node(
    "Conv",
    [traceTranspose(graph, x, [0, 3, 1, 2]), traceTranspose(graph, kernel, [3, 2, 0, 1])],
    { shape: [batch, outChannels, outHeight, outWidth] },
    { strides: [stride, stride], pads: [padding, padding, padding, padding] },
  );
  return traceTranspose(graph, out, [0, 2, 3, 1]);
}

/** x·cos + rotateHalf(x)·sin, rotateHalf([a, b]) = [−b, a]. */
function traceRope(
  graph: GraphBuilder,
  x: GraphValue,
  cos: GraphValue,
  sin: GraphValue,
): GraphValue {
  assertRank("rope", "x", x.shape, 4);
  const [batch, heads, rows, depth] = x.shape as [number, number, number, number];
  assertShape("rope", "cos", cos.shape, [rows, depth]);
  assertShape("rope", "sin", sin.shape, [rows, depth]);
  const half = depth / 2;
  const first = traceSlice(graph, x, [0, 0, 0, 0], [batch, heads, rows, half]);
  const second = traceSlice(graph, x, [0, 0, 0, half], [batch, heads, rows, half]);
  const turned = graph.node("Neg", [second], { shape: second.shape });
  const rotated = graph.node("Concat", [turned, first], { shape: x.shape }, { axis: -1 });
  const kept = graph.node("Mul", [x, cos], { shape: x.shape });
  const moved = graph.node("Mul", [rotated, sin], { shape: x.shape });
  return graph.node("Add", [kept, moved], { shape: x.shape });
}

function traceGelu(graph: GraphBuilder, x: GraphValue, form: GeluForm): GraphValue {
  switch (form) {
    case "tanh":
      return graph.node("Gelu", [x], { shape: x.shape }, { approximate: "tanh" });
    case "erf":
      return graph.node("Gelu", [x], { shape: x.shape }, { approximate: "none" });
    case "quick": {
      // x·σ(1.702x); 1.702 as in github.com/openai/CLIP model.py, QuickGELU.
      const scaled = graph.node("Mul", [x, graph.scalar(1.702)], { shape: x.shape });
      const gate = graph.node("Sigmoid", [scaled], { shape: x.shape });
      return graph.node("Mul", [x, gate], { shape: x.shape });
    }
  }
}

function traceTranspose(
  graph: GraphBuilder,
  x: GraphValue,
  permutation: readonly number[],
): GraphValue {
  assertRank("transpose", "x", x.shape, permutation.length);
  const shape: Shape = permutation.map((axis) => x.shape[axis]!);
  return graph.node("Transpose", [x], { shape, type: x.type }, { perm: permutation });
}

function traceConcat(graph: GraphBuilder, xs: readonly GraphValue[], axis: number): GraphValue {
  const first = xs[0];
  if (first === undefined) throw new AppError("shape-mismatch", "concat: nothing to join.");
  const at = frontAxis("concat", first.shape, axis);
  for (const x of xs) {
    assertShape("concat", "xs", x.shape.toSpliced(at, 1), first.shape.toSpliced(at, 1));
  }
  const length = xs.reduce((sum, x) => sum + x.shape[at]!, 0);
  const shape = first.shape.with(at, length);
  return graph.node("Concat", xs, { shape, type: first.type }, { axis: at });
}

function traceSlice(
  graph: GraphBuilder,
  x: GraphValue,
  begin: readonly number[],
  size: readonly number[],
): GraphValue {
  assertRank("slice", "x", x.shape, begin.length);
  if (size.some((extent, axis) => begin[axis]! < 0 || begin[axis]! + extent > x.shape[axis]!)) {
    throw shapeError("slice", "x", `to hold [${begin.join(", ")}] + [${size.join(", ")}]`, x.shape);
  }
  const cases = [{ shape: x.shape, begin, size }];
  const bounds = (["starts", "ends"] as const).map((part) =>
    graph.initializer([begin.length], "int64", { kind: "slice", part, cases }),
  );
  return graph.node("Slice", [x, ...bounds], { shape: size, type: x.type });
}

function traceReduce(
  graph: GraphBuilder,
  op: "ReduceMean" | "ReduceSum",
  x: GraphValue,
  axis: number,
  keepDims: boolean,
): GraphValue {
  const at = frontAxis("mean or sum", x.shape, axis);
  const shape = keepDims ? x.shape.with(at, 1) : x.shape.toSpliced(at, 1);
  return graph.node(op, [x, graph.int64s([at])], { shape }, { keepdims: keepDims ? 1 : 0 });
}

function traceTopK(
  graph: GraphBuilder,
  x: GraphValue,
  k: number,
): { readonly values: GraphValue; readonly indices: GraphValue } {
  if (k > (x.shape.at(-1) ?? 0)) throw shapeError("topK", "x", `at least ${k} wide`, x.shape);
  const shape = x.shape.with(-1, k);
  const [values, wide] = graph.nodeWithOutputs(
    "TopK",
    [x, graph.int64s([k])],
    [{ shape }, { shape, type: "int64" }],
    { axis: -1, largest: 1, sorted: 1 },
  );
  const narrow = graph.node("Cast", [wide!], { shape, type: "int32" }, { to: ONNX_TYPE.int32 });
  return { values: values!, indices: narrow };
}
