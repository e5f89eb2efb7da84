import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { lastAxis, shapeMismatch, sizeOf } from "./shapes";
import { runWgsl } from "./wgsl-program";

/**
 * The k largest entries of the last axis in descending order; ties go to the lower index.
 *
 * @param x - [..., n] float32 without NaN.
 * @param k - 1 … n.
 * @returns values [..., k] float32 and indices [..., k] int32.
 * @throws AppError `shape-mismatch` when k exceeds n.
 */
export function topK(x: tf.Tensor, k: number): { values: tf.Tensor; indices: tf.Tensor } {
  const length = lastAxis("topK", "x", x.shape);
  if (k < 1 || k > length) throw shapeMismatch("topK", "x", `at least ${k} entries`, x.shape);
  const indices = callKernel(TOP_K_KERNEL, { x }, { k, emit: "indices" });
  const values = callKernel(TOP_K_KERNEL, { x }, { k, emit: "values" });
  if (indices === undefined || values === undefined) return composedTopK(x, k);
  return { values, indices };
}

/** `topK` from tfjs' own operation, which puts lower indices first on its cpu backend. */
export function composedTopK(x: tf.Tensor, k: number): { values: tf.Tensor; indices: tf.Tensor } {
  // Of one entry per row, tfjs 4.22 on WebGPU returns its input without counting the reference.
  if (x.shape.at(-1) === 1) return { values: tf.clone(x), indices: tf.zeros(x.shape, "int32") };
  const { values, indices } = tf.topk(x, k, true);
  return { values, indices };
}

type Emit = "indices" | "values";

/** Each round finds the largest entry that comes after the last one found, in (value, index) order. */
function topKWgsl(emit: Emit): string {
  return `
var<workgroup> laneValues : array<f32, LANES>;
var<workgroup> laneIndices : array<i32, LANES>;
var<workgroup> lastValue : f32;
var<workgroup> lastIndex : i32;

fn main(index : i32) {
  let lane = i32(localIndex);
  let row = index / LANES;
  let base = row * uniforms.width;
  for (var round = 0; round < uniforms.k; round++) {
    var best = 0.0;
    var bestIndex = uniforms.width;
    for (var c = lane; c < uniforms.width; c += LANES) {
      let value = x[base + c];
      let isNew = round == 0 || value < lastValue || (value == lastValue && c > lastIndex);
      if (isNew && (bestIndex == uniforms.width || value > best)) { best = value; bestIndex = c; }
    }
    laneValues[lane] = best;
    laneIndices[lane] = bestIndex;
    workgroupBarrier();
    if (lane == 0) {
      for (var other = 1; other < LANES; other++) {
        let value = laneValues[other];
        let candidate = laneIndices[other];
        let isFirst = bestIndex == uniforms.width;
        let isBetter = isFirst || value > best || (value == best && candidate < bestIndex);
        if (candidate < uniforms.width && isBetter) { best = value; bestIndex = candidate; }
      }
      lastValue = best;
      lastIndex = bestIndex;
      if (row < uniforms.rows) {
        result[row * uniforms.k + round] = ${emit === "values" ? "best" : "bestIndex"};
      }
    }
    workgroupBarrier();
  }
}`;
}

/** One workgroup per row, k rounds. */
export const TOP_K_KERNEL: OwnKernel<
  { readonly x: tf.TensorInfo },
  { readonly k: number; readonly emit: Emit }
> = {
  name: "PerigeeTopK",
  run(backend, { x }, { k, emit }) {
    const width = lastAxis("topK", "x", x.shape);
    const rows = sizeOf(x.shape) / width;
    return runWgsl(backend, {
      key: `top_k_${emit}`,
      inputs: { x: { tensor: x } },
      integers: { width, rows, k },
      workgroups: rows,
      outputShape: [...x.shape.slice(0, -1), k],
      outputType: emit === "values" ? "float32" : "int32",
      code: () => topKWgsl(emit),
    });
  },
};
