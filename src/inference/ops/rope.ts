import * as tf from "@tensorflow/tfjs-core";
import { assertShape, shapeMismatch } from "./shapes";

/**
 * Rotary position embedding in the rotate-half form (pairs d and d + D/2).
 *
 *   y[d]       = x[d] · cos[d]       − x[d + D/2] · sin[d]          for d < D/2
 *   y[d + D/2] = x[d + D/2] · cos[d + D/2] + x[d] · sin[d + D/2]
 *
 * Source: Su et al. 2021, arXiv:2104.09864, eq. 34, in the pairing used by GPT-NeoX and Llama.
 *
 * @param x - [B, H, S, D] float32, D even.
 * @param cos - [S, D] float32, cosines of the angles, both halves filled.
 * @param sin - [S, D] float32, sines of the angles.
 * @returns [B, H, S, D] float32.
 * @throws AppError `shape-mismatch`.
 */
export function rope(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  assertShape("rope", "x", x.shape, [-1, -1, -1, -1]);
  const [, , rows = 0, width = 0] = x.shape;
  if (width % 2 !== 0) throw shapeMismatch("rope", "x", "an even last axis", x.shape);
  assertShape("rope", "cos", cos.shape, [rows, width]);
  assertShape("rope", "sin", sin.shape, [rows, width]);
  return composedRope(x, cos, sin);
}

/** `rope` from tfjs' own operations. */
export function composedRope(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
    const rotated = tf.concat([tf.neg(second), first], -1);
    return tf.add(tf.mul(x, cos), tf.mul(rotated, sin));
  });
}
