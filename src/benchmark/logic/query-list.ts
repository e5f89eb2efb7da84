import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkQuery, Direction } from "@/domain/benchmark/task";

export const QUERY_FILTERS = ["all", "miss", "gain", "loss"] as const;
export type QueryFilter = (typeof QUERY_FILTERS)[number];
export const QUERY_SORTS = ["rank", "gain", "loss"] as const;

/** One query with the rank of its first true item under one or two encoders. */
export interface QueryRow {
  readonly query: BenchmarkQuery;
  readonly rankA: number;
  readonly rankB: number | undefined;
  /** Places won by b over a; positive when b is better. */
  readonly gain: number;
}

export type QuerySort = (typeof QUERY_SORTS)[number];

/**
 * Queries that the first encoder ranked, worst first, or by what the second one changes.
 *
 * @param a - first encoder's run.
 * @param b - second one's, if any; queries it lacks have no gain.
 */
export function listQueries(
  a: BenchmarkRun,
  b: BenchmarkRun | undefined,
  direction: Direction,
  filter: QueryFilter,
  sort: QuerySort,
): QueryRow[] {
  const first = (run: BenchmarkRun | undefined, id: string): number | undefined =>
    run?.scorers.get(direction)?.ranks.get(id)?.worst[0]?.rank;
  const rows = a.plan.queries.flatMap(({ query }): QueryRow[] => {
    const rankA = first(a, query.id);
    if (rankA === undefined) return [];
    const rankB = first(b, query.id);
    return [{ query, rankA, rankB, gain: rankB === undefined ? 0 : rankA - rankB }];
  });
  const kept = rows.filter(({ rankA, gain }) => {
    if (filter === "miss") return rankA > 10;
    if (filter === "gain") return gain > 0;
    return filter === "loss" ? gain < 0 : true;
  });
  const value = ({ rankA, gain }: QueryRow): number =>
    sort === "rank" ? rankA : sort === "gain" ? gain : -gain;
  return kept.sort((x, y) => value(y) - value(x) || (x.query.id < y.query.id ? -1 : 1));
}
