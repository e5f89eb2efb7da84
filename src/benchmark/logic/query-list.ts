import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkQuery, Direction } from "@/domain/benchmark/task";

export const QUERY_FILTERS = ["all", "hit", "miss", "gain", "loss"] as const;
export type QueryFilter = (typeof QUERY_FILTERS)[number];
export const QUERY_SORTS = ["rank", "margin", "close", "gain", "loss"] as const;
export type QuerySort = (typeof QUERY_SORTS)[number];

/** One query with the rank of its first true item under one or two encoders. */
export interface QueryRow {
  readonly query: BenchmarkQuery;
  readonly rankA: number;
  readonly rankB: number | undefined;
  /** Under the first encoder: best true item's score less the best other one's; below 0 for a miss at 1. */
  readonly margin: number;
  /** Places won by b over a; positive when b is better. */
  readonly gain: number;
}

/** What each order puts first: the larger value. */
const ORDERS: Readonly<Record<QuerySort, (row: QueryRow) => number>> = {
  rank: ({ rankA }) => rankA,
  margin: ({ margin }) => -margin,
  close: ({ margin }) => -Math.abs(margin),
  gain: ({ gain }) => gain,
  loss: ({ gain }) => -gain,
};

const FILTERS: Readonly<Record<QueryFilter, (row: QueryRow) => boolean>> = {
  all: () => true,
  hit: ({ rankA }) => rankA <= 10,
  miss: ({ rankA }) => rankA > 10,
  gain: ({ gain }) => gain > 0,
  loss: ({ gain }) => gain < 0,
};

/**
 * Queries that the first encoder ranked, in the order asked for; equal ones by id.
 *
 * @param a - first encoder's run.
 * @param b - second one's, if any; queries it lacks have no gain.
 * @param isWanted - the slice; default all.
 */
export function listQueries(
  a: BenchmarkRun,
  b: BenchmarkRun | undefined,
  direction: Direction,
  filter: QueryFilter,
  sort: QuerySort,
  isWanted: (query: BenchmarkQuery) => boolean = () => true,
): QueryRow[] {
  const first = (run: BenchmarkRun | undefined, id: string): number | undefined =>
    run?.scorers.get(direction)?.ranks.get(id)?.worst[0]?.rank;
  const margins = a.scorers.get(direction)?.margins;
  const rows = a.plan.queries.flatMap(({ query }): QueryRow[] => {
    const rankA = first(a, query.id);
    if (rankA === undefined || !isWanted(query)) return [];
    const rankB = first(b, query.id);
    const gain = rankB === undefined || rankA === rankB ? 0 : rankA - rankB;
    return [{ query, rankA, rankB, gain, margin: margins?.get(query.id) ?? 0 }];
  });
  const value = ORDERS[sort];
  return rows
    .filter(FILTERS[filter])
    .sort((x, y) => value(y) - value(x) || (x.query.id < y.query.id ? -1 : 1));
}
