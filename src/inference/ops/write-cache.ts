import * as tf from "@tensorflow/tfjs-core";
import { assertShape, shapeMismatch } from "./shapes";

/**
 * Replaces rows start … start+S−1 of a preallocated key or value cache. Rows of the update that would
 * fall outside the cache are dropped.
 *
 * @param cache - [B, K, capacity, D] float32; consumed, see ops.ts.
 * @param update - [B, K, S, D] float32.
 * @param start - int32 [1], first row to write.
 * @returns [B, K, capacity, D]; on the composed path a new tensor.
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
  return composedWriteCache(cache, update, start);
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
