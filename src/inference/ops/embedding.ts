import * as tf from "@tensorflow/tfjs-core";
import type { Matrix } from "./ops";
import { denseValues } from "./linear";
import { sizeOf } from "./shapes";

/**
 * Rows of a table. Ids must lie in [0, rows): callers check them on the host.
 *
 * @param table - [rows, columns] in any storage form.
 * @param ids - int32 [...].
 * @returns [..., columns] float32.
 */
export function embedding(table: Matrix<tf.Tensor>, ids: tf.Tensor): tf.Tensor {
  return composedEmbedding(table, ids);
}

/** `embedding` from tfjs' own operations; takes float32 storage only. */
export function composedEmbedding(table: Matrix<tf.Tensor>, ids: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const flat: tf.Tensor1D = tf.reshape(ids, [sizeOf(ids.shape)]);
    const rows = tf.gather(denseValues("embedding", table), flat);
    return tf.reshape(rows, [...ids.shape, table.columns]);
  });
}
