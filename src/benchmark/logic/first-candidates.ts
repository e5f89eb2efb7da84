import type { RankedCandidate } from "@/domain/benchmark/pool-ranking";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { viewsOf, type Direction } from "@/domain/benchmark/task";

/**
 * The first `k` candidates of each query, and those of `always` wherever they stand. An imported list
 * may lack one of `always`: it then has the rank Infinity and no score (NaN).
 *
 * @returns one list per query; empty for a query without vector or list.
 */
export async function firstCandidates(
  run: BenchmarkRun,
  direction: Direction,
  queries: readonly string[],
  k: number,
  options: { readonly always?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<(readonly RankedCandidate[])[]> {
  const { always = [], signal } = options;
  if (run.lists !== undefined) {
    const lists = run.lists.get(direction);
    return queries.map((query) => cutList(lists?.get(query), k, always));
  }
  const views = viewsOf(direction);
  const vectors = queries.map((query) => run.queries.get(views.query)?.vector(query));
  const known = vectors.filter((vector) => vector !== undefined);
  const ranking = run.rankings.get(views.candidate);
  const ranked = (await ranking?.first(known, k, always, signal)) ?? [];
  let next = 0;
  return vectors.map((vector) => (vector === undefined ? [] : (ranked[next++] ?? [])));
}

function cutList(
  list: readonly RankedCandidate[] | undefined,
  k: number,
  always: readonly string[],
): readonly RankedCandidate[] {
  if (list === undefined) return [];
  const wanted = new Set(always);
  const shown = list.filter(({ rank, id }) => rank <= k || wanted.has(id));
  for (const { id } of shown) wanted.delete(id);
  const rest = [...wanted].map((id) => ({ id, rank: Infinity, score: NaN, tied: false }));
  return [...shown, ...rest];
}
