import * as tf from "@tensorflow/tfjs-core";
import { mapKernel } from "./map-kernel";
import { callKernel } from "./own-kernel";

/**
 * y = x · factor + offset, element by element; the numbers travel with the dispatch, so no scalar tensor
 * is uploaded for them.
 *
 * @param x - [...] float32.
 * @param factor - finite.
 * @param offset - finite; 0 unless given.
 * @returns [...] float32.
 */
export function affine(x: tf.Tensor, factor: number, offset = 0): tf.Tensor {
  return callKernel(AFFINE_KERNEL, { x }, { factor, offset }) ?? composedAffine(x, factor, offset);
}

/** `affine` from tfjs' own operations. */
export function composedAffine(x: tf.Tensor, factor: number, offset: number): tf.Tensor {
  return tf.tidy(() => tf.add(tf.mul(x, factor), offset));
}

export const AFFINE_KERNEL = mapKernel(
  "PerigeeAffine",
  "value * uniforms.factor + uniforms.offset",
);
