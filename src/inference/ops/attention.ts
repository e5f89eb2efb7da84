import * as tf from "@tensorflow/tfjs-core";
import type { AttentionArgs, AttentionMask } from "./ops";
import { ATTENTION_KERNEL } from "./attention-kernel";
import { callKernel } from "./own-kernel";
import { assertShape, shapeMismatch } from "./shapes";

/** Added to masked scores: exp(−1e9 − max) is exactly 0, and a row without any valid key stays finite. */
const MASKED = -1e9;

/** Sizes of one attention call; the legend is in ops.ts. */
export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
}

/**
 * Scaled dot-product attention with grouped key/value heads.
 *
 *   y = softmax(q · kᵀ · scale + mask) · v
 *
 * Source: Vaswani et al. 2017, arXiv:1706.03762, eq. 1; grouped heads Ainslie et al. 2023,
 * arXiv:2305.13245; the fused kernel's running softmax Milakov & Gimelshein 2018, arXiv:1805.02867.
 * A row whose keys are all masked gets a finite, otherwise unspecified value.
 *
 * @param args - query [B, H, S, D], key and value [B, K, T, D], scale, mask; see ops.ts.
 * @returns [B, H, S, D] float32.
 * @throws AppError `shape-mismatch`.
 */
export function attention(args: AttentionArgs<tf.Tensor>): tf.Tensor {
  checkAttention("attention", args);
  const { query, key, value, scale, mask } = args;
  assertShape("attention", "value", value.shape, key.shape);
  const start = "start" in mask ? mask.start : undefined;
  const valid = "valid" in mask ? mask.valid : undefined;
  const fused = callKernel(
    ATTENTION_KERNEL,
    { query, key, value, start, valid },
    { scale, mask: mask.kind },
  );
  return fused ?? composedAttention(args);
}

/**
 * The softmax weights of `attention`, for heatmaps and taps.
 *
 * @param args - as `attention`, without value.
 * @returns [B, H, S, T] float32; each row sums to 1.
 * @throws AppError `shape-mismatch`.
 */
export function attentionWeights(args: Omit<AttentionArgs<tf.Tensor>, "value">): tf.Tensor {
  const sizes = checkAttention("attentionWeights", args);
  return tf.tidy(() => {
    const scores = tf.mul(groupedScores(args, sizes), args.scale);
    const visible = visibility(args.mask, sizes);
    const masked =
      visible === undefined ? scores : tf.add(scores, tf.mul(tf.sub(1, visible), MASKED));
    return tf.softmax(masked);
  });
}

/** `attention` from tfjs' own operations; builds the [B, H, S, T] matrix. */
export function composedAttention(args: AttentionArgs<tf.Tensor>): tf.Tensor {
  return tf.tidy(() => {
    const { batch, heads, keyHeads, queries, keys, width } = checkAttention("attention", args);
    const weights = attentionWeights(args);
    const rows = (heads / keyHeads) * queries;
    const grouped = tf.reshape(weights, [batch * keyHeads, rows, keys]);
    const values = tf.reshape(args.value, [batch * keyHeads, keys, width]);
    return tf.reshape(tf.matMul(grouped, values), [batch, heads, queries, width]);
  });
}

/** Checks all shapes but value's. */
function checkAttention(
  operation: string,
  { query, key, mask }: Omit<AttentionArgs<tf.Tensor>, "value">,
): AttentionSizes {
  assertShape(operation, "query", query.shape, [-1, -1, -1, -1]);
  const [batch = 0, heads = 0, queries = 0, width = 0] = query.shape;
  assertShape(operation, "key", key.shape, [batch, -1, -1, width]);
  const [, keyHeads = 0, keys = 0] = key.shape;
  if (keyHeads === 0 || heads % keyHeads !== 0) {
    throw shapeMismatch(operation, "key", `a head count that divides ${heads}`, key.shape);
  }
  if ("start" in mask) assertShape(operation, "mask.start", mask.start.shape, [1]);
  if ("valid" in mask) assertShape(operation, "mask.valid", mask.valid.shape, [batch, keys]);
  return { batch, heads, keyHeads, queries, keys, width };
}

/** q·kᵀ → [B, H, S, T]; query heads of one group are stacked so that keys are never repeated. */
function groupedScores(
  { query, key }: { readonly query: tf.Tensor; readonly key: tf.Tensor },
  { batch, heads, keyHeads, queries, keys, width }: AttentionSizes,
): tf.Tensor {
  const rows = (heads / keyHeads) * queries;
  const grouped = tf.reshape(query, [batch * keyHeads, rows, width]);
  const flatKeys = tf.reshape(key, [batch * keyHeads, keys, width]);
  const scores = tf.matMul(grouped, flatKeys, false, true);
  return tf.reshape(scores, [batch, heads, queries, keys]);
}

/** 1 where a query may see a key, else 0, broadcastable to [B, H, S, T]; undefined when it sees all. */
function visibility(mask: AttentionMask<tf.Tensor>, sizes: AttentionSizes): tf.Tensor | undefined {
  switch (mask.kind) {
    case "none":
      return undefined;
    case "causal":
      return causalVisibility(mask.start, sizes);
    case "padding":
      return paddingVisibility(mask.valid, sizes);
    case "causal-padding":
      return tf.mul(causalVisibility(mask.start, sizes), paddingVisibility(mask.valid, sizes));
  }
}

function causalVisibility(start: tf.Tensor, { queries, keys }: AttentionSizes): tf.Tensor {
  const rows = tf.add(tf.reshape(tf.range(0, queries, 1, "int32"), [queries, 1]), start);
  const columns = tf.reshape(tf.range(0, keys, 1, "int32"), [1, keys]);
  return tf.cast(tf.greaterEqual(rows, columns), "float32");
}

function paddingVisibility(valid: tf.Tensor, { batch, keys }: AttentionSizes): tf.Tensor {
  return tf.reshape(valid, [batch, 1, 1, keys]);
}
