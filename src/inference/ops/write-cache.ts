import * as tf from "@tensorflow/tfjs-core";
import { callKernel, type OwnKernel } from "./own-kernel";
import { assertShape, shapeMismatch, sizeOf } from "./shapes";
import { LANES, runWgsl } from "./wgsl-program";

/**
 * Replaces rows start … start+S−1 of a preallocated key or value cache. Rows of the update that would
 * fall outside the cache are dropped.
 *
 * @param cache - [B, K, capacity, D] float32; consumed, see ops.ts.
 * @param update - [B, K, S, D] float32.
 * @param start - int32 [1], first row to write.
 * @returns [B, K, capacity, D]; shares the cache's buffer where the backend writes in place.
 * @throws AppError `shape-mismatch`.
 */
export function writeCache(cache: tf.Tensor, update: tf.Tensor, start: tf.Tensor): tf.Tensor {
  assertShape("writeCache", "cache", cache.shape, [-1, -1, -1, -1]);
  const [batch = 0, heads = 0, capacity = 0, width = 0] = cache.shape;
  assertShape("writeCache", "update", update.shape, [batch, heads, -1, width]);
  assertShape("writeCache", "start", start.shape, [1]);
  if ((update.shape[2] ?? 0) > capacity) {
    throw shapeMismatch("writeCache", "update", `at most ${capacity} rows`, update.shape);
  }
  return (
    callKernel(WRITE_CACHE_KERNEL, { cache, update, start }, {}) ??
    composedWriteCache(cache, update, start)
  );
}

/** `writeCache` from tfjs' own operations: selects each row from the update or the old cache. */
export function composedWriteCache(
  cache: tf.Tensor,
  update: tf.Tensor,
  start: tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const capacity = cache.shape[2] ?? 0;
    const rows = update.shape[2] ?? 0;
    const source = tf.sub(tf.range(0, capacity, 1, "int32"), start);
    const isNew = tf.logicalAnd(tf.greaterEqual(source, 0), tf.less(source, rows));
    const clipped = tf.cast(tf.clipByValue(source, 0, rows - 1), "int32");
    const spread = tf.gather(update, clipped as tf.Tensor1D, 2);
    return tf.where(tf.reshape(isNew, [1, 1, capacity, 1]), spread, cache);
  });
}

const WRITE_CACHE_WGSL = `
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let block = uniforms.rows * uniforms.width;
  let head = index / block;
  let within = index % block;
  let row = start[0] + within / uniforms.width;
  if (row < 0 || row >= uniforms.capacity) { return; }
  let column = within % uniforms.width;
  result[(head * uniforms.capacity + row) * uniforms.width + column] = update[index];
}`;

/** One invocation per entry of the update; the cache's own buffer is the output. */
export const WRITE_CACHE_KERNEL: OwnKernel<
  Readonly<Record<"cache" | "update" | "start", tf.TensorInfo>>,
  object
> = {
  name: "PerigeeWriteCache",
  run(backend, { cache, update, start }) {
    const [, , capacity = 0, width = 0] = cache.shape;
    const count = sizeOf(update.shape);
    const written = runWgsl(backend, {
      key: "write_cache",
      inputs: { update: { tensor: update }, start: { tensor: start } },
      integers: { count, rows: update.shape[2] ?? 0, width, capacity },
      workgroups: Math.ceil(count / LANES),
      outputShape: cache.shape,
      outputType: "float32",
      output: cache,
      code: () => WRITE_CACHE_WGSL,
    });
    // A value once read back stays cached beside the buffer, and would hide the new rows.
    backend.tensorMap.get(cache.dataId as object).values = null as never;
    // The result is a second handle to the same data.
    backend.incRef(cache.dataId as object);
    return written;
  },
};
