/** A flat map of vectors: their two principal axes. */
import { createRng } from "@/shared/lib/rng";

export interface FlatMap {
  /** [rows × 2], centred; axis 1 carries the most variance. */
  readonly points: Float32Array;
  /** Share of the total variance on each axis. */
  readonly explained: readonly [number, number];
}

const ROUNDS = 30;

function unit(vector: Float64Array): number {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return length;
}

/** Mean outer product of the centred rows, [dimension × dimension]. */
function covariance(data: Float32Array, rows: number, mean: Float64Array): Float64Array {
  const dimension = mean.length;
  const out = new Float64Array(dimension * dimension);
  const row = new Float64Array(dimension);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < dimension; i++) row[i] = data[r * dimension + i]! - mean[i]!;
    for (let i = 0; i < dimension; i++) {
      const value = row[i]! / rows;
      if (value === 0) continue;
      for (let j = i; j < dimension; j++) out[i * dimension + j]! += value * row[j]!;
    }
  }
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j < i; j++) out[i * dimension + j] = out[j * dimension + i]!;
  }
  return out;
}

/** Rows that shape the axes; all rows are then placed on them. */
const SAMPLE = 5000;

/**
 * Principal component analysis by power iteration with deflation on the covariance
 * C = (1/n) Σ (x − mean)(x − mean)ᵀ of at most 5,000 evenly spaced rows.
 *
 * @param data - [rows × dimension].
 * @param dimension - row length.
 * @returns all rows on the first two axes; the sign makes the largest loading of an axis positive.
 */
export function principalAxes(data: Float32Array, dimension: number): FlatMap {
  const rows = dimension === 0 ? 0 : Math.floor(data.length / dimension);
  const points = new Float32Array(rows * 2);
  if (rows < 2) return { points, explained: [0, 0] };
  const sample = evenRows(data, rows, dimension);
  const count = sample.length / dimension;
  const mean = new Float64Array(dimension);
  for (let i = 0; i < sample.length; i++) mean[i % dimension]! += sample[i]! / count;
  const matrix = covariance(sample, count, mean);
  let total = 0;
  for (let i = 0; i < dimension; i++) total += matrix[i * dimension + i]!;
  const shares: number[] = [];
  const random = createRng(1);
  for (const axis of [0, 1]) {
    const { vector, value } = topVector(matrix, dimension, random);
    shares.push(total > 0 ? value / total : 0);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let i = 0; i < dimension; i++) {
        sum += (data[r * dimension + i]! - mean[i]!) * vector[i]!;
      }
      points[2 * r + axis] = sum;
    }
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < dimension; j++) {
        matrix[i * dimension + j]! -= value * vector[i]! * vector[j]!;
      }
    }
  }
  return { points, explained: [shares[0]!, shares[1]!] };
}

function evenRows(data: Float32Array, rows: number, dimension: number): Float32Array {
  if (rows <= SAMPLE) return data;
  const out = new Float32Array(SAMPLE * dimension);
  for (let i = 0; i < SAMPLE; i++) {
    const row = Math.floor((i * rows) / SAMPLE);
    out.set(data.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  }
  return out;
}

function topVector(
  matrix: Float64Array,
  dimension: number,
  random: ReturnType<typeof createRng>,
): { readonly vector: Float64Array; readonly value: number } {
  let vector = Float64Array.from({ length: dimension }, () => random() - 0.5);
  unit(vector);
  let value = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(dimension);
    for (let i = 0; i < dimension; i++) {
      let sum = 0;
      for (let j = 0; j < dimension; j++) sum += matrix[i * dimension + j]! * vector[j]!;
      next[i] = sum;
    }
    value = unit(next);
    if (value === 0) break;
    vector = next;
  }
  const largest = vector.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
  if (largest < 0) for (let i = 0; i < dimension; i++) vector[i]! *= -1;
  return { vector, value };
}
