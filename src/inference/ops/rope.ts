import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { assertShape, shapeMismatch, sizeOf } from "./shapes";
import { LANES, runWgsl } from "./wgsl-program";

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
  return callKernel(ROPE_KERNEL, { x, cos, sin }, {}) ?? composedRope(x, cos, sin);
}

/** `rope` from tfjs' own operations. */
export function composedRope(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const [first, second] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
    const rotated = tf.concat([tf.neg(second), first], -1);
    return tf.add(tf.mul(x, cos), tf.mul(rotated, sin));
  });
}

const ROPE_WGSL = `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let d = index % uniforms.width;
  let angle = index % (uniforms.rows * uniforms.width);
  let half = uniforms.width / 2;
  var partner = 0.0;
  if (d < half) { partner = -x[index + half]; } else { partner = x[index - half]; }
  result[index] = x[index] * angleCos[angle] + partner * angleSin[angle];
}`;

/** One invocation per entry. */
export const ROPE_KERNEL: OwnKernel<
  Readonly<Record<"x" | "cos" | "sin", tf.TensorInfo>>,
  object
> = {
  name: "PerigeeRope",
  run(backend, { x, cos, sin }) {
    const [, , rows = 0, width = 0] = x.shape;
    const count = sizeOf(x.shape);
    return runWgsl(backend, {
      key: "rope",
      inputs: { x: { tensor: x }, angleCos: { tensor: cos }, angleSin: { tensor: sin } },
      integers: { count, rows, width },
      workgroups: Math.ceil(count / LANES),
      outputShape: x.shape,
      outputType: "float32",
      code: () => ROPE_WGSL,
    });
  },
};
