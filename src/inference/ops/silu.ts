import * as tf from "@tensorflow/tfjs-core";
import { mapKernel } from "./map-kernel";
import { callKernel } from "./own-kernel";

/**
 * Sigmoid linear unit, y = x · σ(x), element by element.
 *
 * Source: Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2.
 *
 * @param x - [...] float32.
 * @returns [...] float32; finite for every finite x.
 */
export function silu(x: tf.Tensor): tf.Tensor {
  return callKernel(SILU_KERNEL, { x }, {}) ?? composedSilu(x);
}

/** `silu` from tfjs' own operations. */
export function composedSilu(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.mul(x, tf.sigmoid(x)));
}

export const SILU_KERNEL = mapKernel("PerigeeSilu", "timesSigmoid(value, value)");
