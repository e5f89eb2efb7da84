/** Vectors on their way to an engine, and how far its float32 scores may be off. */
import type { WeightSource } from "../engines/engine";

/** Rows [rows × width], each padded with zeros from `dimension` values. */
export function padRows(
  values: Float32Array,
  dimension: number,
  width: number,
  from: number,
  count: number,
  rows = count,
): Float32Array {
  const padded = new Float32Array(rows * width);
  for (let row = 0; row < count; row++) {
    const at = (from + row) * dimension;
    padded.set(values.subarray(at, at + dimension), row * width);
  }
  return padded;
}

/** A matrix as the only weight of a model, named `candidates`. */
export function matrixSource(data: Float32Array, rows: number, columns: number): WeightSource {
  return {
    names: ["candidates"],
    describe: () => ({ dtype: "F32", shape: [rows, columns] }),
    bytes: () => Promise.resolve(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** Largest length of a row; NaN when a value is. */
export function longestRow(values: Float32Array, dimension: number): number {
  let longest = 0;
  for (let at = 0; at < values.length; at += dimension) {
    let squares = 0;
    for (let i = 0; i < dimension; i++) squares += values[at + i]! ** 2;
    if (Number.isNaN(squares)) return NaN;
    if (squares > longest) longest = squares;
  }
  return Math.sqrt(longest);
}

/**
 * Bound on |float32 dot − exact dot|: γ‖q‖‖c‖ with γ = n·u/(1 − n·u) in any order of summation (Higham,
 * Accuracy and Stability of Numerical Algorithms, 2nd ed., §3.1). u = 2⁻²³ also covers GPUs that do not
 * round to nearest, 8 more terms the rounding of the exact score, and 1e-30 values that a GPU takes for
 * zero.
 *
 * @param lengths - ‖q‖·‖c‖.
 */
export function scoreError(dimension: number, lengths: number): number {
  const slack = (dimension + 8) * 2 ** -23;
  return (slack / (1 - slack)) * lengths + 1e-30;
}
