import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { assertShape, lastAxis, sizeOf } from "./shapes";
import { LANE_SUM, runWgsl } from "./wgsl-program";

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
  return (
    callKernel(LAYER_NORM_KERNEL, { x, gamma, beta }, { epsilon }) ??
    composedLayerNorm(x, gamma, beta, epsilon)
  );
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

const LAYER_NORM_WGSL = `${LANE_SUM}
fn main(index : i32) {
  let lane = i32(localIndex);
  let row = index / LANES;
  let base = row * uniforms.width;
  var sum = 0.0;
  for (var c = lane; c < uniforms.width; c += LANES) { sum += x[base + c]; }
  let mean = laneSum(sum) / f32(uniforms.width);
  var squares = 0.0;
  for (var c = lane; c < uniforms.width; c += LANES) {
    let centred = x[base + c] - mean;
    squares += centred * centred;
  }
  let variance = laneSum(squares) / f32(uniforms.width);
  let inverse = 1.0 / sqrt(variance + uniforms.epsilon);
  if (row >= uniforms.rows) { return; }
  for (var c = lane; c < uniforms.width; c += LANES) {
    result[base + c] = (x[base + c] - mean) * inverse * gamma[c] + beta[c];
  }
}`;

/** One workgroup per row, two passes over the row. */
export const LAYER_NORM_KERNEL: OwnKernel<
  Readonly<Record<"x" | "gamma" | "beta", tf.TensorInfo>>,
  { readonly epsilon: number }
> = {
  name: "PerigeeLayerNorm",
  run(backend, { x, gamma, beta }, { epsilon }) {
    const width = lastAxis("layerNorm", "x", x.shape);
    const rows = sizeOf(x.shape) / width;
    return runWgsl(backend, {
      key: "layer_norm",
      inputs: { x: { tensor: x }, gamma: { tensor: gamma }, beta: { tensor: beta } },
      integers: { width, rows },
      floats: { epsilon },
      workgroups: rows,
      outputShape: x.shape,
      outputType: "float32",
      code: () => LAYER_NORM_WGSL,
    });
  },
};
