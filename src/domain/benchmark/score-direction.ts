import { createLiveFigures, type LiveFigures } from "../retrieval/live-figures";
import type { TieRule, TrueRanks } from "../retrieval/true-rank";
import type { PoolRanking } from "./pool-ranking";
import {
  hasView,
  takesPart,
  viewsOf,
  type BenchmarkQuery,
  type BenchmarkTask,
  type Direction,
  type Relevance,
} from "./task";
import type { VectorTable } from "./vectors";

/** Why a query has no rank. Queries that cannot take part by their nature are not counted. */
export type SkipReason =
  "query not encoded" | "query not in the run" | "no true item" | "true item not encoded";

export interface DirectionScorer {
  readonly direction: Direction;
  readonly figures: LiveFigures;
  /** Ranks of the true items per query. */
  readonly ranks: ReadonlyMap<string, TrueRanks>;
  /** Score of the best true item less that of the best other candidate, per query; Infinity alone. */
  readonly margins: ReadonlyMap<string, number>;
  /** Queries that have the view and take part. */
  readonly expected: number;
  /** Candidates that have a vector, or for imported rankings the view. */
  readonly pool: Pick<VectorTable, "size">;
  /** Scores queries once each; others than those of this direction are ignored. */
  add(queries: readonly AskedQuery[], signal?: AbortSignal): Promise<void>;
}

export interface AskedQuery {
  readonly query: BenchmarkQuery;
  /** Undefined where it could not be encoded. */
  readonly vector: Float32Array | undefined;
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

interface QueryInPool {
  readonly task: BenchmarkTask;
  readonly direction: Direction;
  readonly query: BenchmarkQuery;
  /** Whether a candidate is ranked. */
  readonly isIn: (id: string) => boolean;
}

/**
 * What is ranked of a query, or why it is left out: `missing`, where there is nothing to rank it `by`,
 * neither a vector nor a list of scores.
 */
export function rankable<T>(
  asked: QueryInPool,
  by: T | undefined,
  missing: SkipReason,
): { readonly by: T; readonly relevant: readonly Relevance[] } | SkipReason {
  const { task, direction, query, isIn } = asked;
  const wanted = trueItems(task, query, direction);
  if (wanted.length === 0) return "no true item";
  if (by === undefined) return missing;
  const excluded = new Set(query.excluded);
  const relevant = wanted.filter(({ id }) => isIn(id) && !excluded.has(id));
  return relevant.length === 0 ? "true item not encoded" : { by, relevant };
}

/**
 * Ranks queries of one direction against all candidates, without a score matrix.
 *
 * @param task - queries and relevance.
 * @param direction - which views.
 * @param ranking - of the candidates' view.
 * @param options - how ties are broken, and which queries there are.
 * @param options.tieRule - default "worst".
 * @param options.queries - those of the run; default all of the task.
 */
export function createDirectionScorer(
  task: BenchmarkTask,
  direction: Direction,
  ranking: PoolRanking,
  options: { readonly tieRule?: TieRule; readonly queries?: readonly BenchmarkQuery[] } = {},
): DirectionScorer {
  const { tieRule = "worst", queries = task.queries } = options;
  const { pool } = ranking;
  const figures = createLiveFigures({ tieRule });
  const ranks = new Map<string, TrueRanks>();
  const margins = new Map<string, number>();
  const asked = queries.filter((query) => isAsked(query, direction));
  const isIn = (id: string) => pool.rowOf(id) !== undefined;
  const prepare = ({ query, vector }: AskedQuery) => {
    const ranked = rankable({ task, direction, query, isIn }, vector, "query not encoded");
    if (typeof ranked === "string") return ranked;
    const excluded = [...new Set(query.excluded)].filter(isIn);
    return { id: query.id, vector: ranked.by, relevant: ranked.relevant, excluded };
  };
  return {
    direction,
    figures,
    ranks,
    margins,
    expected: asked.length,
    pool,
    async add(entries, signal) {
      const prepared = entries.filter(({ query }) => isAsked(query, direction)).map(prepare);
      const ranked = prepared.filter((entry) => typeof entry !== "string");
      const places = ranked.length === 0 ? [] : await ranking.places(ranked, signal);
      for (const entry of prepared) if (typeof entry === "string") figures.skip(entry);
      for (const [i, { id }] of ranked.entries()) {
        ranks.set(id, places[i]!.ranks);
        margins.set(id, places[i]!.margin);
        figures.add(id, places[i]!.ranks);
      }
    },
  };
}

/** The direction that stands for a run in one number: the first with queries. */
export function mainDirection(
  scorers: ReadonlyMap<Direction, DirectionScorer>,
): Direction | undefined {
  return [...scorers].find(([, { ranks }]) => ranks.size > 0)?.[0];
}
