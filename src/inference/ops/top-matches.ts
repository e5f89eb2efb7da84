import type * as tf from "@tensorflow/tfjs-core";
import { composedLinear, linear } from "./linear";
import type { Matrix } from "./ops";
import { callKernel } from "./own-kernel";
import { lastAxis, shapeMismatch } from "./shapes";
import { composedTopK, topK } from "./top-k";
import { MAX_FUSED_K, MERGE_MATCHES_KERNEL, TOP_MATCHES_KERNEL } from "./top-matches-kernel";

/**
 * The k rows of a table with the largest dot product per query: topK(x·tableᵀ, k), where the WebGPU
 * kernel never holds the [queries, rows] scores in memory.
 *
 * @param x - [queries, columns] float32, finite.
 * @param table - [rows, columns], finite.
 * @param k - 1 … rows.
 * @returns values [queries, k] float32, descending, and rows [queries, k] int32; ties go to the lower
 *   row. Summed in float32.
 * @throws AppError `shape-mismatch`.
 */
export function topMatches(
  x: tf.Tensor,
  table: Matrix<tf.Tensor>,
  k: number,
): { values: tf.Tensor; indices: tf.Tensor } {
  if (lastAxis("topMatches", "x", x.shape) !== table.columns || x.shape.length !== 2) {
    throw shapeMismatch("topMatches", "x", `[queries, ${table.columns}]`, x.shape);
  }
  if (k < 1 || k > table.rows) {
    throw shapeMismatch("topMatches", "table", `at least ${k} rows`, [table.rows, table.columns]);
  }
  const isFusable = table.storage === "float32" && table.columns % 4 === 0 && k <= MAX_FUSED_K;
  if (!isFusable) return topK(linear(x, table), k);
  const values = table.parts[0]!;
  const packed = callKernel(TOP_MATCHES_KERNEL, { x, table: values }, { rows: table.rows, k });
  if (packed === undefined) return composedTopMatches(x, table, k);
  const merge = (emit: "values" | "indices") =>
    callKernel(MERGE_MATCHES_KERNEL, { packed }, { k, emit })!;
  const merged = { values: merge("values"), indices: merge("indices") };
  packed.dispose();
  return merged;
}

/** `topMatches` from tfjs' own operations, with the scores in memory. */
export function composedTopMatches(
  x: tf.Tensor,
  table: Matrix<tf.Tensor>,
  k: number,
): { values: tf.Tensor; indices: tf.Tensor } {
  const scores = composedLinear(x, table);
  const found = composedTopK(scores, k);
  scores.dispose();
  return found;
}
