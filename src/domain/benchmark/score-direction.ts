import { createLiveFigures, type LiveFigures } from "../retrieval/live-figures";
import { rankRelevant, type TieRule, type TrueRanks } from "../retrieval/true-rank";
import { compareBytes } from "../trec";
import {
  hasView,
  takesPart,
  viewsOf,
  type BenchmarkQuery,
  type BenchmarkTask,
  type Direction,
  type Relevance,
} from "./task";
import { dotScores, prefixNorms, type VectorTable } from "./vectors";

/** Why a query has no rank. Queries that cannot take part by their nature are not counted. */
export type SkipReason = "query not encoded" | "no true item" | "true item not encoded";

export interface DirectionScorer {
  readonly direction: Direction;
  readonly figures: LiveFigures;
  /** Ranks of the true items per query. */
  readonly ranks: ReadonlyMap<string, TrueRanks>;
  /** Score of the best true item less that of the best other candidate, per query; Infinity alone. */
  readonly margins: ReadonlyMap<string, number>;
  /** Queries that have the view and take part. */
  readonly expected: number;
  /** Candidates that have a vector. */
  readonly pool: VectorTable;
  /** Scores a query once; others than those of this direction are ignored. */
  add(query: BenchmarkQuery, vector: Float32Array | undefined): void;
}

/** Whether the query counts in this direction, encoded or not. */
export function isAsked(query: BenchmarkQuery, direction: Direction): boolean {
  return takesPart(query, direction) && hasView(query, viewsOf(direction).query);
}

/** What counts as true in a direction: `search` takes every gain, the others the task's true items. */
export function trueItems(
  task: BenchmarkTask,
  query: BenchmarkQuery,
  direction: Direction,
): Relevance[] {
  const least = direction === "search" ? 0 : task.trueGain;
  return query.relevant.filter(({ gain }) => gain >= least);
}

/** How far the best true item's score lies above that of the best other candidate. */
function marginOf(
  scores: Float32Array,
  relevant: readonly { readonly index: number }[],
  excluded: ReadonlySet<number>,
): number {
  const trueRows = new Set(relevant.map(({ index }) => index));
  let [own, other] = [-Infinity, -Infinity];
  for (let i = 0; i < scores.length; i++) {
    if (trueRows.has(i)) own = Math.max(own, scores[i]!);
    else if (scores[i]! > other && !excluded.has(i)) other = scores[i]!;
  }
  return own - other;
}

/**
 * Ranks queries of one direction against all candidates, one after the other, without a score matrix.
 *
 * @param task - queries and relevance.
 * @param direction - which views.
 * @param pool - vectors of the candidates' view.
 * @param options - how ties are broken, and how many leading values count (Matryoshka).
 * @param options.tieRule - default "worst".
 * @param options.width - default all.
 * @param options.queries - those of the run; default all of the task.
 */
export function createDirectionScorer(
  task: BenchmarkTask,
  direction: Direction,
  pool: VectorTable,
  options: {
    readonly tieRule?: TieRule;
    readonly width?: number;
    readonly queries?: readonly BenchmarkQuery[];
  } = {},
): DirectionScorer {
  const { tieRule = "worst", width, queries = task.queries } = options;
  const figures = createLiveFigures({ tieRule });
  const ranks = new Map<string, TrueRanks>();
  const margins = new Map<string, number>();
  let scores = new Float32Array(0);
  let norms: Float32Array | undefined;
  const asked = queries.filter((query) => isAsked(query, direction));
  const compareIds = (a: number, b: number) => compareBytes(pool.ids[a]!, pool.ids[b]!);
  return {
    direction,
    figures,
    ranks,
    margins,
    expected: asked.length,
    pool,
    add(query, vector) {
      if (!isAsked(query, direction)) return;
      const wanted = trueItems(task, query, direction);
      if (wanted.length === 0) return figures.skip("no true item" satisfies SkipReason);
      if (vector === undefined) return figures.skip("query not encoded" satisfies SkipReason);
      const excluded = new Set((query.excluded ?? []).flatMap((id) => pool.rowOf(id) ?? []));
      const relevant = wanted.flatMap(({ id, gain }) => {
        const index = pool.rowOf(id);
        return index === undefined || excluded.has(index) ? [] : [{ index, gain }];
      });
      if (relevant.length === 0) return figures.skip("true item not encoded" satisfies SkipReason);
      if (scores.length !== pool.size) scores = new Float32Array(pool.size);
      dotScores(vector, pool.matrix(), pool.dimension, scores, width ?? pool.dimension);
      if (width !== undefined && width < pool.dimension) {
        norms ??= prefixNorms(pool.matrix(), pool.dimension, width);
        for (let i = 0; i < scores.length; i++) scores[i]! /= norms[i]!;
      }
      const found = rankRelevant(scores, relevant, { excluded, compareIds });
      ranks.set(query.id, found);
      margins.set(query.id, marginOf(scores, relevant, excluded));
      figures.add(query.id, found);
    },
  };
}

export interface RankedCandidate {
  readonly id: string;
  /** 1 = first; ties in the stated order (score, then candidate id, as trec_eval). */
  readonly rank: number;
  readonly score: number;
  /** Shares its score with a neighbour. */
  readonly tied: boolean;
}

/**
 * The first `k` candidates of a query: score descending, then id descending by bytes.
 *
 * @param vector - of the query.
 * @param pool - candidates.
 * @param k - how many.
 * @param always - ids that are returned even beyond the first k, each with its rank.
 */
export function rankCandidates(
  vector: Float32Array,
  pool: VectorTable,
  k: number,
  always: readonly string[] = [],
): RankedCandidate[] {
  const scores = new Float32Array(pool.size);
  dotScores(vector, pool.matrix(), pool.dimension, scores);
  const order = Array.from(scores.keys()).sort(
    (a, b) => scores[b]! - scores[a]! || compareBytes(pool.ids[b]!, pool.ids[a]!),
  );
  const extra = new Set(always);
  return order.flatMap((row, i) => {
    const id = pool.ids[row]!;
    if (i >= k && !extra.has(id)) return [];
    const score = scores[row]!;
    const isTied = (other: number | undefined) => other !== undefined && scores[other] === score;
    return [{ id, rank: i + 1, score, tied: isTied(order[i - 1]) || isTied(order[i + 1]) }];
  });
}
