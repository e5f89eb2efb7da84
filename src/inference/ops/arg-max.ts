import * as tf from "@tensorflow/tfjs-core";
import { callKernel } from "./own-kernel";
import { lastAxis } from "./shapes";
import { TOP_K_KERNEL } from "./top-k";

/**
 * Index of the largest entry on the last axis, the lowest one on ties.
 *
 * @param x - [..., n] float32 without NaN.
 * @returns [...] int32.
 */
export function argMax(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const indices = callKernel(TOP_K_KERNEL, { x }, { k: 1, emit: "indices" });
    return indices === undefined ? composedArgMax(x) : tf.reshape(indices, x.shape.slice(0, -1));
  });
}

/** `argMax` from tfjs' own operations; tfjs' own argMax leaves ties to the backend. */
export function composedArgMax(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const length = lastAxis("argmax", "x", x.shape);
    const isLargest = tf.equal(x, tf.max(x, -1, true));
    const indices: tf.Tensor = tf.range(0, length, 1, "int32");
    return tf.min(tf.where(isLargest, indices, tf.fill([length], length, "int32")), -1);
  });
}
