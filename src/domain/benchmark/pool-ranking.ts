/** Exact rankings of one pool of candidates; where the work runs is the gallery's matter. */
import { createTurns } from "@/shared/lib/turn";
import { sortInTurns } from "@/shared/lib/sort-in-turns";
import { packRows, type Gallery, type OpenGallery } from "../retrieval/gallery";
import { placeCounted, type TrueRanks } from "../retrieval/true-rank";
import { compareBytes } from "../trec";
import type { Relevance } from "./task";
import { joinRows, normalise, type VectorTable } from "./vectors";

export interface RankedCandidate {
  readonly id: string;
  /** 1 = first; ties in the stated order (score, then candidate id, as trec_eval). */
  readonly rank: number;
  readonly score: number;
  /** Shares its score with a neighbour. */
  readonly tied: boolean;
}

/** A query with its true items; all of them and none of the excluded ones must be in the pool. */
export interface RankedQuery {
  readonly vector: Float32Array;
  readonly relevant: readonly Relevance[];
  readonly excluded: readonly string[];
}

export interface QueryPlaces {
  readonly ranks: TrueRanks;
  /** Score of the best true item less that of the best other candidate; Infinity alone. */
  readonly margin: number;
}

export interface PoolRanking {
  readonly pool: VectorTable;
  places(queries: readonly RankedQuery[], signal?: AbortSignal): Promise<QueryPlaces[]>;
  /**
   * The first `k` candidates of each query: score descending, then id descending by bytes.
   *
   * @param vectors - of the queries.
   * @param k - how many.
   * @param always - ids returned for every query even beyond the first k, as far as the pool has them.
   * @param signal - stops it.
   */
  first(
    vectors: readonly Float32Array[],
    k: number,
    always?: readonly string[],
    signal?: AbortSignal,
  ): Promise<RankedCandidate[][]>;
  /** Frees the gallery; it opens again when needed. */
  close(): void;
}

/**
 * @param pool - complete when the first ranking is asked for.
 * @param openGallery - where rankings are computed.
 * @param width - leading values that count, each row made a unit vector again; default all.
 */
export function createPoolRanking(
  pool: VectorTable,
  openGallery: OpenGallery,
  width = Infinity,
): PoolRanking {
  let opened: Promise<Opened> | undefined;
  const open = (): Promise<Opened> => (opened ??= openOrdered(pool, openGallery, dimensionOf()));
  const dimensionOf = () => Math.min(width, pool.dimension);
  return {
    pool,
    async places(queries, signal) {
      const { gallery, rowOf } = await open();
      const targets = packRows(queries.map(({ relevant }) => relevant.map(({ id }) => rowOf(id))));
      const vectors = queries.map(({ vector }) => vector);
      const counts = await gallery.rank(
        {
          queries: joinRows(vectors, dimensionOf()),
          targets,
          excluded: packRows(queries.map(({ excluded }) => excluded.map(rowOf))),
        },
        signal,
      );
      return queries.map(({ relevant }, query) => {
        const from = targets.starts[query]!;
        const counted = relevant.map(({ gain }, i) => ({
          index: targets.rows[from + i]!,
          gain,
          score: counts.scores[from + i]!,
          higher: counts.higher[from + i]!,
          tied: counts.tied[from + i]!,
          tiedBefore: counts.tiedBefore[from + i]!,
        }));
        const best = Math.max(...counted.map(({ score }) => score));
        return {
          ranks: placeCounted(counted, (a, b) => b - a),
          margin: best - counts.bestOther[query]!,
        };
      });
    },
    async first(vectors, k, always = [], signal) {
      if (vectors.length === 0) return [];
      const { gallery, order, rowOf } = await open();
      const dimension = dimensionOf();
      const wanted = Math.min(pool.size, k + 1);
      const top = await gallery.top(joinRows(vectors, dimension), wanted, signal);
      const rows = [...new Set(always)].filter((id) => pool.rowOf(id) !== undefined).map(rowOf);
      const alone = vectors.flatMap((vector) => rows.map(() => vector));
      // Each by itself: other items of the list count like any candidate.
      const counts = await gallery.rank(
        {
          queries: joinRows(alone, dimension),
          targets: packRows(vectors.flatMap(() => rows.map((row) => [row]))),
          excluded: packRows(alone.map(() => [])),
        },
        signal,
      );
      return vectors.map((_, query) => {
        const from = query * wanted;
        const scores = top.scores.subarray(from, from + wanted);
        const shown = new Set<number>();
        const list = Array.from({ length: Math.min(k, wanted) }, (__, i): RankedCandidate => {
          const row = top.indices[from + i]!;
          shown.add(row);
          const tied = scores[i] === scores[i - 1] || scores[i] === scores[i + 1];
          return { id: pool.ids[order[row]!]!, rank: i + 1, score: scores[i]!, tied };
        });
        const more = rows.flatMap((row, i): RankedCandidate[] => {
          const at = query * rows.length + i;
          const rank = 1 + counts.higher[at]! + counts.tiedBefore[at]!;
          const tied = counts.tied[at]! > 0;
          return shown.has(row)
            ? []
            : [{ id: pool.ids[order[row]!]!, rank, score: counts.scores[at]!, tied }];
        });
        return [...list, ...more.sort((a, b) => a.rank - b.rank)];
      });
    },
    close() {
      void opened?.then(({ gallery }) => gallery.close());
      opened = undefined;
    },
  };
}

/** Characters beyond the basic plane, and halves of such. */
const BEYOND = /[\u{10000}-\u{10FFFF}\uD800-\uDFFF]/u;

interface Opened {
  readonly gallery: Gallery;
  /** Row of the pool at each row of the gallery. */
  readonly order: Int32Array;
  /** Row of the gallery that holds this id of the pool. */
  readonly rowOf: (id: string) => number;
}

async function openOrdered(
  pool: VectorTable,
  openGallery: OpenGallery,
  dimension: number,
): Promise<Opened> {
  const order = await fallingOrder(pool.ids);
  const places = new Int32Array(order.length);
  for (let row = 0; row < order.length; row++) places[order[row]!] = row;
  const read = () => readOrdered(pool, order, dimension);
  const gallery = openGallery({ size: order.length, dimension, read });
  return { gallery, order, rowOf: (id) => places[pool.rowOf(id)!]! };
}

/** Rows by falling id: ties go to the lower row of the gallery, which thus is the higher id. */
async function fallingOrder(ids: readonly string[]): Promise<Int32Array> {
  // Without characters beyond the basic plane the built-in order is that of the bytes, and faster.
  const isPlain = !ids.some((id) => BEYOND.test(id));
  const rows = new Int32Array(ids.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  return await sortInTurns(
    rows,
    isPlain ? (a, b) => (ids[a]! > ids[b]! ? -1 : 1) : (a, b) => compareBytes(ids[b]!, ids[a]!),
  );
}

/** A copy of the rows in that order, each cut to `dimension` and made a unit vector again. */
async function readOrdered(
  pool: VectorTable,
  order: Int32Array,
  dimension: number,
): Promise<Float32Array> {
  const turns = createTurns();
  const matrix = pool.matrix();
  const values = new Float32Array(order.length * dimension);
  for (let row = 0; row < order.length; row++) {
    if (row % 1000 === 0) await turns();
    const at = order[row]! * pool.dimension;
    const own = values.subarray(row * dimension, (row + 1) * dimension);
    own.set(matrix.subarray(at, at + dimension));
    if (dimension < pool.dimension) normalise(own);
  }
  return values;
}
