import { AppError } from "@/shared/lib/errors";

/** Unit vectors by id, row-major float32. */
export interface VectorTable {
  readonly ids: readonly string[];
  readonly dimension: number;
  readonly size: number;
  /** Row of an id, or undefined. */
  rowOf(id: string): number | undefined;
  /** [size × dimension]; a view of the table's memory. */
  matrix(): Float32Array;
  vector(id: string): Float32Array | undefined;
  add(id: string, vector: Float32Array): void;
}

/**
 * A table that grows by doubling.
 *
 * @param capacity - expected number of rows; exact when known, so that nothing is copied.
 */
export function createVectorTable(capacity = 64): VectorTable {
  const ids: string[] = [];
  const rows = new Map<string, number>();
  let dimension = 0;
  let values = new Float32Array(0);
  return {
    ids,
    get dimension() {
      return dimension;
    },
    get size() {
      return ids.length;
    },
    rowOf: (id) => rows.get(id),
    matrix: () => values.subarray(0, ids.length * dimension),
    vector(id) {
      const row = rows.get(id);
      return row === undefined
        ? undefined
        : values.subarray(row * dimension, (row + 1) * dimension);
    },
    add(id, vector) {
      if (ids.length === 0) {
        dimension = vector.length;
        values = new Float32Array(Math.max(1, capacity) * dimension);
      }
      if (vector.length !== dimension) {
        throw new AppError(
          "shape-mismatch",
          `vectors: "${id}" has ${vector.length} values, the table ${dimension}; encode the data set with one model`,
        );
      }
      const known = rows.get(id);
      const row = known ?? ids.length;
      if (known === undefined) {
        if ((row + 1) * dimension > values.length) {
          const larger = new Float32Array(values.length * 2);
          larger.set(values);
          values = larger;
        }
        rows.set(id, row);
        ids.push(id);
      }
      values.set(vector, row * dimension);
    },
  };
}

/**
 * Dot products of one query with every row, summed in float64 and rounded to float32, so that scores
 * are the same on every engine and tie in the same places.
 *
 * @param query - [width] or longer.
 * @param matrix - [rows × dimension].
 * @param dimension - row length.
 * @param out - [rows], overwritten.
 * @param width - how many leading values count (Matryoshka); default all.
 */
export function dotScores(
  query: Float32Array,
  matrix: Float32Array,
  dimension: number,
  out: Float32Array,
  width = dimension,
): void {
  for (let row = 0; row < out.length; row++) {
    const base = row * dimension;
    let [even, odd] = [0, 0];
    let i = 0;
    for (; i + 1 < width; i += 2) {
      even += query[i]! * matrix[base + i]!;
      odd += query[i + 1]! * matrix[base + i + 1]!;
    }
    if (i < width) even += query[i]! * matrix[base + i]!;
    out[row] = even + odd;
  }
}

/** ‖first `width` values‖ of every row; 1 where it is 0, so that dividing is safe. */
export function prefixNorms(matrix: Float32Array, dimension: number, width: number): Float32Array {
  const norms = new Float32Array(matrix.length / Math.max(1, dimension));
  for (let row = 0; row < norms.length; row++) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += matrix[row * dimension + i]! ** 2;
    norms[row] = squares > 0 ? Math.sqrt(squares) : 1;
  }
  return norms;
}

/** Mean of all rows, summed in float64; undefined for an empty table. */
export function meanVector(table: VectorTable): Float32Array | undefined {
  const { size, dimension } = table;
  if (size === 0) return undefined;
  const matrix = table.matrix();
  const sums = new Float64Array(dimension);
  for (let i = 0; i < matrix.length; i++) sums[i % dimension]! += matrix[i]!;
  return Float32Array.from(sums, (sum) => sum / size);
}

/**
 * Scales to length 1; a zero vector stays zero.
 *
 * @param vector - changed in place.
 * @returns the same array.
 */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares > 0) {
    const scale = 1 / Math.sqrt(squares);
    for (let i = 0; i < vector.length; i++) vector[i]! *= scale;
  }
  return vector;
}
