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

/** Rows one after the other; of longer ones the first `dimension` values. */
export function joinRows(vectors: readonly Float32Array[], dimension: number): Float32Array {
  const joined = new Float32Array(vectors.length * dimension);
  for (const [i, vector] of vectors.entries()) {
    joined.set(vector.subarray(0, dimension), i * dimension);
  }
  return joined;
}
