/** The operations on tfjs tensors, run at once on tfjs' active backend. */
import * as tf from "@tensorflow/tfjs-core";
import { affine } from "./affine";
import { argMax } from "./arg-max";
import { attention, attentionWeights } from "./attention";
import { conv2d } from "./conv2d";
import { embedding } from "./embedding";
import { gelu } from "./gelu";
import { layerNorm } from "./layer-norm";
import { linear } from "./linear";
import type { HostTensor, Ops, Shape } from "./ops";
import { rmsNorm } from "./rms-norm";
import { rope } from "./rope";
import { shapeMismatch, sizeOf } from "./shapes";
import { silu } from "./silu";
import { softmax } from "./softmax";
import { topK } from "./top-k";
import { topMatches } from "./top-matches";
import { composedWriteCache, writeCache } from "./write-cache";

/** What the engine that runs a program decides for its operations. */
export interface TfjsOpsHooks {
  /** Makes a constant; an engine may keep it for the next run of the same program. */
  constant?(value: HostTensor): tf.Tensor;
  /** True for tensors whose buffer must survive the run (weights, constants): never written in place. */
  isShared?(x: tf.Tensor): boolean;
  /** Told of every tensor that `writeCache` consumes. */
  onConsumed?(x: tf.Tensor): void;
}

/** Uploads values as they are. */
export function toTensor({ data, shape, dtype }: HostTensor): tf.Tensor {
  if (data.length !== sizeOf(shape)) {
    throw shapeMismatch("constant", "data", `${data.length} entries`, shape);
  }
  return tf.tensor(data, [...shape], dtype);
}

/**
 * Builds the operations. Each call runs on the backend that is active at that moment.
 *
 * @param hooks - the engine's decisions; without them constants are plain tensors.
 */
export function createTfjsOps(hooks: TfjsOpsHooks = {}): Ops<tf.Tensor> {
  return {
    shapeOf: (x) => x.shape,
    constant: (value) => hooks.constant?.(value) ?? toTensor(value),
    // tidy's type asks for tensor containers; at run time it takes any value.
    scope: <R>(body: () => R): R => tf.tidy(body as () => tf.TensorContainer) as R,
    ...fusedOps(hooks),
    ...elementwiseOps,
    ...layoutOps,
  };
}

type FusedOps = Pick<
  Ops<tf.Tensor>,
  | "linear"
  | "embedding"
  | "matmul"
  | "conv2d"
  | "layerNorm"
  | "rmsNorm"
  | "rope"
  | "attention"
  | "attentionWeights"
  | "writeCache"
  | "argmax"
  | "topK"
  | "topMatches"
>;

function fusedOps(hooks: TfjsOpsHooks): FusedOps {
  return {
    linear,
    embedding,
    matmul,
    conv2d,
    layerNorm,
    rmsNorm,
    rope,
    attention,
    attentionWeights,
    writeCache(cache, update, start) {
      const isShared = hooks.isShared?.(cache) ?? false;
      if (isShared) return composedWriteCache(cache, update, start);
      const written = writeCache(cache, update, start);
      hooks.onConsumed?.(cache);
      return written;
    },
    argmax: argMax,
    topK,
    topMatches,
  };
}

type ElementwiseOps = Pick<
  Ops<tf.Tensor>,
  | "gelu"
  | "silu"
  | "tanh"
  | "sigmoid"
  | "softmax"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "affine"
  | "sqrt"
  | "greaterEqual"
>;

const elementwiseOps: ElementwiseOps = {
  gelu,
  silu,
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  softmax,
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  div: (a, b) => tf.div(a, b),
  affine,
  sqrt: (x) => tf.sqrt(x),
  greaterEqual: (a, b) => tf.tidy(() => tf.cast(tf.greaterEqual(a, b), "float32")),
};

type LayoutOps = Pick<
  Ops<tf.Tensor>,
  "reshape" | "transpose" | "concat" | "slice" | "gather" | "mean" | "sum"
>;

const layoutOps: LayoutOps = {
  reshape(x, shape) {
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw shapeMismatch("reshape", "x", `${sizeOf(shape)} entries`, x.shape);
    }
    return tf.reshape(x, [...shape]);
  },
  transpose: (x, permutation) => tf.transpose(x, [...permutation]),
  concat: (xs, axis) => tf.concat([...xs], axis),
  slice: (x, begin, size) => tf.slice(x, [...begin], [...size]),
  gather: (x, indices, axis) => tf.gather(x, indices, axis),
  mean: (x, axis, options) => tf.mean(x, axis, options?.keepDims ?? false),
  sum: (x, axis, options) => tf.sum(x, axis, options?.keepDims ?? false),
};

/** tfjs' matMul repeats leading axes of a whole operand of batch 1 only; the rest is spread first. */
function matmul(
  a: tf.Tensor,
  b: tf.Tensor,
  options: { readonly transposeA?: boolean; readonly transposeB?: boolean } = {},
): tf.Tensor {
  return tf.tidy(() => {
    const batch = broadcastBatch(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const { transposeA = false, transposeB = false } = options;
    return tf.matMul(spread(a, batch), spread(b, batch), transposeA, transposeB);
  });
}

function broadcastBatch(a: Shape, b: Shape): Shape {
  if (a.length !== b.length) throw shapeMismatch("matmul", "b", `${a.length + 2} axes`, b);
  return a.map((length, axis) => {
    const other = b[axis] ?? 1;
    if (length === other || other === 1) return length;
    if (length === 1) return other;
    throw shapeMismatch("matmul", "b", `leading axes like [${a.join(", ")}] or 1`, b);
  });
}

function spread(x: tf.Tensor, batch: Shape): tf.Tensor {
  const own = x.shape.slice(0, -2);
  const isEqual = own.every((length, axis) => length === batch[axis]);
  if (isEqual || sizeOf(own) === 1) return x;
  return tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
}
