/** Batching and normalising of embedding vectors. */
import type { EncoderItem } from "./model-api";

interface BatchPlan {
  readonly batch: number;
  readonly dimension: number;
  readonly signal: AbortSignal | undefined;
  /** Items are run in this order, so that similar ones share a batch. */
  readonly order: (item: EncoderItem) => number;
}

/**
 * Runs items in batches and puts the vectors back in the items' order.
 *
 * @param items - what to encode.
 * @param plan - batch size, vector width, cancellation and running order.
 * @param run - [batch × dimension] vectors of one batch.
 * @returns [items × dimension].
 */
export async function inBatches(
  items: readonly EncoderItem[],
  plan: BatchPlan,
  run: (batch: readonly EncoderItem[]) => Promise<Float32Array>,
): Promise<Float32Array> {
  const { batch, dimension, signal, order } = plan;
  const indices = items.map((_, index) => index);
  indices.sort((a, b) => order(items[a]!) - order(items[b]!) || a - b);
  const out = new Float32Array(items.length * dimension);
  for (let start = 0; start < indices.length; start += batch) {
    signal?.throwIfAborted();
    const chosen = indices.slice(start, start + batch);
    const vectors = await run(chosen.map((index) => items[index]!));
    for (const [row, index] of chosen.entries()) {
      out.set(vectors.subarray(row * dimension, (row + 1) * dimension), index * dimension);
    }
  }
  return out;
}

/**
 * The first `dimension` entries of each row, scaled to length 1 (Matryoshka: Kusupati et al. 2022,
 * arXiv:2205.13147). A zero row stays zero.
 *
 * @param vectors - [N × full].
 * @param full - width of a row.
 * @param dimension - width kept.
 * @returns [N × dimension].
 */
export function normalisedPrefix(
  vectors: Float32Array,
  full: number,
  dimension: number,
): Float32Array {
  const count = vectors.length / full;
  const out = new Float32Array(count * dimension);
  for (let row = 0; row < count; row++) {
    const prefix = vectors.subarray(row * full, row * full + dimension);
    let squares = 0;
    for (const value of prefix) squares += value * value;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < dimension; i++) out[row * dimension + i] = prefix[i]! * scale;
  }
  return out;
}
