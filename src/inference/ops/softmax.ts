import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { lastAxis, sizeOf } from "./shapes";
import { LANE_SUM, runWgsl } from "./wgsl-program";

/**
 * Softmax over the last axis, shifted by the row's maximum so that no exponential overflows.
 *
 *   y[c] = exp(x[c] − max x) / Σ exp(x − max x)
 *
 * @param x - [..., C] float32.
 * @returns [..., C] float32; each row sums to 1.
 */
export function softmax(x: tf.Tensor): tf.Tensor {
  return callKernel(SOFTMAX_KERNEL, { x }, {}) ?? tf.softmax(x);
}

const SOFTMAX_WGSL = `${LANE_SUM}
var<workgroup> laneMaxima : array<f32, LANES>;
fn main(index : i32) {
  let lane = i32(localIndex);
  let row = index / LANES;
  let base = row * uniforms.width;
  var largest = x[base];
  for (var c = lane; c < uniforms.width; c += LANES) { largest = max(largest, x[base + c]); }
  laneMaxima[lane] = largest;
  workgroupBarrier();
  for (var other = 0; other < LANES; other++) { largest = max(largest, laneMaxima[other]); }
  var sum = 0.0;
  for (var c = lane; c < uniforms.width; c += LANES) { sum += exp(x[base + c] - largest); }
  let total = laneSum(sum);
  if (row >= uniforms.rows) { return; }
  for (var c = lane; c < uniforms.width; c += LANES) {
    result[base + c] = exp(x[base + c] - largest) / total;
  }
}`;

/** One workgroup of LANES invocations per row. */
export const SOFTMAX_KERNEL: OwnKernel<{ readonly x: tf.TensorInfo }, object> = {
  name: "PerigeeSoftmax",
  run(backend, { x }) {
    const width = lastAxis("softmax", "x", x.shape);
    const rows = sizeOf(x.shape) / width;
    return runWgsl(backend, {
      key: "softmax",
      inputs: { x: { tensor: x } },
      integers: { width, rows },
      workgroups: rows,
      outputShape: x.shape,
      outputType: "float32",
      code: () => SOFTMAX_WGSL,
    });
  },
};
