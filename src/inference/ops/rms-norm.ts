import * as tf from "@tensorflow/tfjs-core";
import { assertShape, lastAxis } from "./shapes";

/**
 * Root-mean-square normalisation over the last axis.
 *
 *   y = γ · x / √(E[x²] + ε)
 *
 * Source: Zhang & Sennrich 2019, arXiv:1910.07467, eq. 4; ε inside the root as in Llama.
 * Ownership: returns a new tensor; inputs are not consumed.
 *
 * @param x - [..., C] float32.
 * @param gamma - [C] float32, scale.
 * @param epsilon - mean-square offset, > 0; Llama family 1e-5.
 * @returns [..., C] float32.
 * @throws AppError `shape-mismatch` when γ does not have C entries.
 */
export function rmsNorm(x: tf.Tensor, gamma: tf.Tensor, epsilon: number): tf.Tensor {
  const width = lastAxis("rmsNorm", "x", x.shape);
  assertShape("rmsNorm", "gamma", gamma.shape, [width]);
  return composedRmsNorm(x, gamma, epsilon);
}

/** `rmsNorm` from tfjs' own operations. */
export function composedRmsNorm(x: tf.Tensor, gamma: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.tidy(() => {
    const meanSquare = tf.mean(tf.square(x), -1, true);
    return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, epsilon))), gamma);
  });
}
