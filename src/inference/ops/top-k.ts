import * as tf from "@tensorflow/tfjs-core";
import { lastAxis, shapeMismatch } from "./shapes";

/**
 * The k largest entries of the last axis in descending order; ties go to the lower index.
 *
 * @param x - [..., n] float32 without NaN.
 * @param k - 1 … n.
 * @returns values [..., k] float32 and indices [..., k] int32.
 * @throws AppError `shape-mismatch` when k exceeds n.
 */
export function topK(x: tf.Tensor, k: number): { values: tf.Tensor; indices: tf.Tensor } {
  const length = lastAxis("topK", "x", x.shape);
  if (k < 1 || k > length) throw shapeMismatch("topK", "x", `at least ${k} entries`, x.shape);
  return composedTopK(x, k);
}

/** `topK` from tfjs' own operation, which puts lower indices first on its cpu backend. */
export function composedTopK(x: tf.Tensor, k: number): { values: tf.Tensor; indices: tf.Tensor } {
  const { values, indices } = tf.topk(x, k, true);
  return { values, indices };
}
