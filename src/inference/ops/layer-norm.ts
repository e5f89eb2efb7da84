import * as tf from "@tensorflow/tfjs-core";
import { assertShape, lastAxis } from "./shapes";

/**
 * Layer normalisation over the last axis.
 *
 *   y = γ · (x − E[x]) / √(Var[x] + ε) + β
 *
 * Source: Ba et al. 2016, arXiv:1607.06450, eq. 4, with ε inside the root (as in PyTorch's LayerNorm).
 * Numerics: float32, variance from centred values in a second pass; |Δ| ≤ 1e-5 on the op cases.
 * Ownership: returns a new tensor; inputs are not consumed.
 *
 * @param x - [..., C] float32.
 * @param gamma - [C] float32, scale.
 * @param beta - [C] float32, offset.
 * @param epsilon - variance offset, > 0; SigLIP 1e-6, CLIP 1e-5.
 * @returns [..., C] float32.
 * @throws AppError `shape-mismatch` when γ or β do not have C entries.
 */
export function layerNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  const width = lastAxis("layerNorm", "x", x.shape);
  assertShape("layerNorm", "gamma", gamma.shape, [width]);
  assertShape("layerNorm", "beta", beta.shape, [width]);
  return composedLayerNorm(x, gamma, beta, epsilon);
}

/** `layerNorm` from tfjs' own operations. */
export function composedLayerNorm(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon: number,
): tf.Tensor {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta);
  });
}
