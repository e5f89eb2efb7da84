/**
 * Exact ranks of chosen candidates among all, and exact first k, over a fixed matrix of candidates.
 * Everybody counts by this code: the plain loop gives it exact scores, an engine approximate ones with a
 * bound on their error, and only scores within the bound of a threshold are computed again.
 */
import { AppError } from "@/shared/lib/errors";
import { roundedDot, searchTopK, type TopKResult } from "./top-k";

/** Lists of rows, one per query: that of query q is rows[starts[q]] … rows[starts[q + 1] − 1]. */
export interface RowLists {
  readonly rows: Int32Array;
  /** [queries + 1]. */
  readonly starts: Int32Array;
}

export interface RankRequest {
  /** [queries × dimension] float32. */
  readonly queries: Float32Array;
  /** Whose places are asked for; different ones within a query. */
  readonly targets: RowLists;
  /** Candidates that do not take part; none of them is a target of the same query. */
  readonly excluded: RowLists;
}

/** Counts per target, in the order of `targets.rows`. */
export interface RankResult {
  /** Dot product, summed in float64 and rounded to float32. */
  readonly scores: Float32Array;
  /** Candidates with a higher score, other targets included. */
  readonly higher: Int32Array;
  /** Candidates with the same score that are no targets of the query. */
  readonly tied: Int32Array;
  /** Of those, the ones in a lower row. */
  readonly tiedBefore: Int32Array;
  /** [queries]: highest score of all others than targets; −Infinity where there are none. */
  readonly bestOther: Float32Array;
}

export interface Gallery {
  rank(request: RankRequest, signal?: AbortSignal): Promise<RankResult>;
  /** The first k rows per query, best first; equal scores by the lower row. */
  top(queries: Float32Array, k: number, signal?: AbortSignal): Promise<TopKResult>;
  /** Frees what it holds; it opens again when it is asked again. */
  close(): void;
}

export interface GallerySource {
  readonly size: number;
  readonly dimension: number;
  /** A copy of the [size × dimension] candidates for the gallery to keep. */
  readonly read: () => Float32Array | Promise<Float32Array>;
}

export type OpenGallery = (source: GallerySource) => Gallery;

export interface Candidates {
  /** [size × dimension]. */
  readonly values: Float32Array;
  readonly dimension: number;
}

export function emptyRanks({ targets, queries }: RankRequest, dimension: number): RankResult {
  const count = targets.rows.length;
  return {
    scores: new Float32Array(count),
    higher: new Int32Array(count),
    tied: new Int32Array(count),
    tiedBefore: new Int32Array(count),
    bestOther: new Float32Array(queries.length / dimension).fill(-Infinity),
  };
}

/** Places of one query's targets, counted tile by tile. */
export class QueryCounter {
  private readonly candidates: Candidates;
  private readonly request: RankRequest;
  private readonly query: number;
  private readonly error: number;
  private readonly result: RankResult;
  private readonly from: number;
  private readonly to: number;
  private readonly excluded: Int32Array;
  /** Targets and excluded rows: they neither tie nor count as others. */
  private readonly apart: ReadonlySet<number>;
  /** Lowest and highest score of a target. */
  private lowest = Infinity;
  private highest = -Infinity;
  /** Candidates certainly above every target, and below the best other one. */
  private above = 0;

  /**
   * @param candidates - all of them.
   * @param request - queries and their targets.
   * @param query - which one.
   * @param error - how far a tile's score may lie from the exact one.
   * @param result - where its counts go.
   * @throws {AppError} input-invalid for a target without a score.
   */
  constructor(
    candidates: Candidates,
    request: RankRequest,
    query: number,
    error: number,
    result: RankResult,
  ) {
    const { targets, excluded } = request;
    this.candidates = candidates;
    this.request = request;
    this.query = query;
    this.error = error;
    this.result = result;
    this.from = targets.starts[query]!;
    this.to = targets.starts[query + 1]!;
    this.excluded = excluded.rows.subarray(excluded.starts[query], excluded.starts[query + 1]);
    this.apart = new Set([...targets.rows.subarray(this.from, this.to), ...this.excluded]);
    for (let at = this.from; at < this.to; at++) {
      const score = this.exact(targets.rows[at]!);
      if (Number.isNaN(score)) {
        throw new AppError(
          "input-invalid",
          `ranks: candidate ${targets.rows[at]!} has no score for query ${query} (NaN); leave vectors with NaN out`,
        );
      }
      result.scores[at] = score;
      this.lowest = Math.min(this.lowest, score);
      this.highest = Math.max(this.highest, score);
    }
  }

  private exact(row: number): number {
    const { values, dimension } = this.candidates;
    return roundedDot(
      this.request.queries,
      this.query * dimension,
      values,
      row * dimension,
      dimension,
    );
  }

  /** Counts candidates `first` … by their scores, each within `error` of the exact one, or NaN. */
  add(scores: Float32Array, first: number): void {
    const { error, lowest, result, query } = this;
    const high = this.highest + error;
    let best = result.bestOther[query]! - error;
    let gate = Math.min(lowest - error, best);
    let above = 0;
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      if (score < gate) continue;
      if (score > high && score < best) above++;
      else {
        this.consider(score, first + i);
        best = result.bestOther[query]! - error;
        gate = Math.min(lowest - error, best);
      }
    }
    this.above += above;
  }

  private consider(score: number, row: number): void {
    const { error, result, query } = this;
    const isApart = this.apart.has(row);
    let exact: number | undefined;
    if (!isApart && !(score + error < result.bestOther[query]!)) {
      exact = this.exact(row);
      if (exact > result.bestOther[query]!) result.bestOther[query] = exact;
    }
    for (let at = this.from; at < this.to; at++) {
      const own = result.scores[at]!;
      if (score > own + error) result.higher[at]!++;
      else if (!(score < own - error)) {
        exact ??= this.exact(row);
        if (exact > own) result.higher[at]!++;
        else if (exact === own && !isApart) {
          result.tied[at]!++;
          if (row < this.request.targets.rows[at]!) result.tiedBefore[at]!++;
        }
      }
    }
  }

  /** Completes the counts and takes excluded candidates out again; call once, after the last tile. */
  finish(): void {
    const { result } = this;
    for (let at = this.from; at < this.to; at++) result.higher[at]! += this.above;
    for (const row of this.excluded) {
      const exact = this.exact(row);
      for (let at = this.from; at < this.to; at++) {
        if (exact > result.scores[at]!) result.higher[at]!--;
      }
    }
  }
}

/** Queries between two chances to give way. */
const BLOCK = 8;

/**
 * Exact ranks by the plain loop.
 *
 * @param candidates - all of them.
 * @param request - queries and their targets.
 * @param onBlock - awaited after every few queries with how many are done.
 */
export async function rankTargets(
  candidates: Candidates,
  request: RankRequest,
  onBlock: (done: number, total: number) => Promise<void> | void = () => undefined,
): Promise<RankResult> {
  const { values, dimension } = candidates;
  const { queries } = request;
  const result = emptyRanks(request, dimension);
  const scores = new Float32Array(values.length / dimension);
  const total = queries.length / dimension;
  for (let query = 0; query < total; query++) {
    const counter = new QueryCounter(candidates, request, query, 0, result);
    for (let row = 0; row < scores.length; row++) {
      scores[row] = roundedDot(queries, query * dimension, values, row * dimension, dimension);
    }
    counter.add(scores, 0);
    counter.finish();
    if (query % BLOCK === BLOCK - 1 || query === total - 1) await onBlock(query + 1, total);
  }
  return result;
}

/** A gallery in this thread, by plain loops. */
export const openPlainGallery: OpenGallery = ({ dimension, read }) => {
  let values: Float32Array | Promise<Float32Array> | undefined;
  const open = async (): Promise<Candidates> => ({ values: await (values ??= read()), dimension });
  return {
    async rank(request, signal) {
      return await rankTargets(await open(), request, () => signal?.throwIfAborted());
    },
    async top(queries, k, signal) {
      const { values: candidates } = await open();
      return await searchTopK({ queries, candidates, dimension, k }, () =>
        signal?.throwIfAborted(),
      );
    },
    close() {
      values = undefined;
    },
  };
};

/** Lists in one piece. */
export function packRows(lists: readonly (readonly number[])[]): RowLists {
  const starts = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = starts[i]! + list.length;
  return { rows: Int32Array.from(lists.flat()), starts };
}
