import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { assertShape, lastAxis, sizeOf } from "./shapes";
import { LANE_SUM, runWgsl } from "./wgsl-program";

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
  return (
    callKernel(RMS_NORM_KERNEL, { x, gamma }, { epsilon }) ?? composedRmsNorm(x, gamma, epsilon)
  );
}

/** `rmsNorm` from tfjs' own operations. */
export function composedRmsNorm(x: tf.Tensor, gamma: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.tidy(() => {
    const meanSquare = tf.mean(tf.square(x), -1, true);
    return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, epsilon))), gamma);
  });
}

const RMS_NORM_WGSL = `${LANE_SUM}
fn main(index : i32) {
  let lane = i32(localIndex);
  let row = index / LANES;
  let base = row * uniforms.width;
  var squares = 0.0;
  for (var c = lane; c < uniforms.width; c += LANES) { squares += x[base + c] * x[base + c]; }
  let inverse = 1.0 / sqrt(laneSum(squares) / f32(uniforms.width) + uniforms.epsilon);
  if (row >= uniforms.rows) { return; }
  for (var c = lane; c < uniforms.width; c += LANES) {
    result[base + c] = x[base + c] * inverse * gamma[c];
  }
}`;

/** One workgroup per row. */
export const RMS_NORM_KERNEL: OwnKernel<
  Readonly<Record<"x" | "gamma", tf.TensorInfo>>,
  { readonly epsilon: number }
> = {
  name: "PerigeeRmsNorm",
  run(backend, { x, gamma }, { epsilon }) {
    const width = lastAxis("rmsNorm", "x", x.shape);
    const rows = sizeOf(x.shape) / width;
    return runWgsl(backend, {
      key: "rms_norm",
      inputs: { x: { tensor: x }, gamma: { tensor: gamma } },
      integers: { width, rows },
      floats: { epsilon },
      workgroups: rows,
      outputShape: x.shape,
      outputType: "float32",
      code: () => RMS_NORM_WGSL,
    });
  },
};
