/** Groups of vectors that lie together. */
import { createRng } from "@/shared/lib/rng";

export interface Clusters {
  /** Cluster of each row; clusters are numbered by falling size. */
  readonly of: Uint8Array;
  /** Σ of squared distances to the own centre. */
  readonly inertia: number;
}

const MAX_ROUNDS = 50;
/** Rows that shape the centres; all rows are then given to the nearest. */
const SAMPLE = 5000;

function squaredDistance(
  data: Float32Array,
  row: number,
  centres: Float64Array,
  centre: number,
  dimension: number,
): number {
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    sum += (data[row * dimension + i]! - centres[centre * dimension + i]!) ** 2;
  }
  return sum;
}

/** Centres far apart: each next one is drawn in proportion to the squared distance to the nearest. */
function seedCentres(
  data: Float32Array,
  rows: readonly number[],
  dimension: number,
  k: number,
): Float64Array {
  const random = createRng(1);
  const centres = new Float64Array(k * dimension);
  const nearest = new Float64Array(rows.length).fill(Infinity);
  let chosen = Math.floor(random() * rows.length);
  for (let centre = 0; centre < k; centre++) {
    const start = rows[chosen]! * dimension;
    centres.set(data.subarray(start, start + dimension), centre * dimension);
    let total = 0;
    for (const [i, row] of rows.entries()) {
      const distance = squaredDistance(data, row, centres, centre, dimension);
      nearest[i] = Math.min(nearest[i]!, distance);
      total += nearest[i]!;
    }
    let left = random() * total;
    chosen = nearest.findIndex((distance) => (left -= distance) <= 0 && distance > 0);
    if (chosen < 0) chosen = 0;
  }
  return centres;
}

function assign(
  data: Float32Array,
  rows: readonly number[],
  centres: Float64Array,
  dimension: number,
  out: Uint8Array,
): { readonly changed: boolean; readonly inertia: number } {
  const k = centres.length / dimension;
  let changed = false;
  let inertia = 0;
  for (const row of rows) {
    let best = 0;
    let least = Infinity;
    for (let centre = 0; centre < k; centre++) {
      const distance = squaredDistance(data, row, centres, centre, dimension);
      if (distance < least) [best, least] = [centre, distance];
    }
    if (out[row] !== best) changed = true;
    out[row] = best;
    inertia += least;
  }
  return { changed, inertia };
}

/** Means of the members; a centre without members stays where it is. */
function moveCentres(
  data: Float32Array,
  rows: readonly number[],
  dimension: number,
  clusters: Uint8Array,
  centres: Float64Array,
): void {
  const k = centres.length / dimension;
  const sums = new Float64Array(centres.length);
  const counts = new Float64Array(k);
  for (const row of rows) {
    const own = clusters[row]!;
    counts[own]! += 1;
    for (let i = 0; i < dimension; i++) sums[own * dimension + i]! += data[row * dimension + i]!;
  }
  for (let centre = 0; centre < k; centre++) {
    if (counts[centre] === 0) continue;
    for (let i = 0; i < dimension; i++) {
      centres[centre * dimension + i] = sums[centre * dimension + i]! / counts[centre]!;
    }
  }
}

/**
 * k-means by Lloyd's algorithm from k-means++ centres (Arthur & Vassilvitskii 2007), seed 1, at most 50
 * rounds on at most 5,000 evenly spaced rows.
 *
 *   minimise Σ_r ‖x_r − c(r)‖²
 *
 * @param data - [rows × dimension].
 * @param dimension - row length.
 * @param k - clusters, 1…255; fewer rows give as many clusters as rows.
 */
export function kMeans(data: Float32Array, dimension: number, k: number): Clusters {
  const count = dimension === 0 ? 0 : Math.floor(data.length / dimension);
  const of = new Uint8Array(count);
  if (count === 0) return { of, inertia: 0 };
  const all = Array.from({ length: count }, (_, i) => i);
  const step = Math.max(1, count / SAMPLE);
  const sample = all.slice(0, Math.min(count, SAMPLE)).map((i) => Math.floor(i * step));
  const centres = seedCentres(data, sample, dimension, Math.min(k, count));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { changed } = assign(data, sample, centres, dimension, of);
    if (!changed && round > 0) break;
    moveCentres(data, sample, dimension, of, centres);
  }
  const { inertia } = assign(data, all, centres, dimension, of);
  return { of: bySize(of), inertia };
}

function bySize(clusters: Uint8Array): Uint8Array {
  const counts = new Map<number, number>();
  for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  const order = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const place = new Map(order.map(([cluster], i) => [cluster, i]));
  return clusters.map((cluster) => place.get(cluster)!);
}
