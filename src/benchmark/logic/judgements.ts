import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { Direction } from "@/domain/benchmark/task";
import { wilsonInterval, type Interval } from "@/domain/statistics/binomial";
import { formatQrels, trecId } from "@/domain/trec";
import { firstCandidates } from "./first-candidates";

/** 1 relevant, 0 not relevant. */
export type Verdict = 0 | 1;

/** Query → candidate → verdict; never mixed into the data set's own relevance. */
export type Judgements = ReadonlyMap<string, ReadonlyMap<string, Verdict>>;

/** With one verdict set, or taken back where it is undefined. */
export function judge(
  judgements: Judgements,
  query: string,
  candidate: string,
  verdict: Verdict | undefined,
): Judgements {
  const own = new Map(judgements.get(query));
  if (verdict === undefined) own.delete(candidate);
  else own.set(candidate, verdict);
  const next = new Map(judgements);
  if (own.size === 0) next.delete(query);
  else next.set(query, own);
  return next;
}

export interface JudgedFigure {
  readonly value: number;
  readonly interval: Interval;
  readonly queries: number;
  /** Queries whose miss became a hit. */
  readonly changed: number;
}

/**
 * Recall@k where items judged relevant on the spot count as true too. Judging only hits that are shown
 * can but raise the figure, which is why it stands beside the first one and not in its place.
 */
export async function judgedRecall(
  run: BenchmarkRun,
  direction: Direction,
  judgements: Judgements,
  k = 10,
): Promise<JudgedFigure | undefined> {
  const scorer = run.scorers.get(direction);
  if (scorer === undefined || scorer.ranks.size === 0) return undefined;
  const liked = [...judgements].flatMap(([query, own]) => {
    const ids = new Set([...own].filter(([, verdict]) => verdict === 1).map(([id]) => id));
    return scorer.ranks.has(query) && ids.size > 0 ? [{ query, ids }] : [];
  });
  const lists = await firstCandidates(
    run,
    direction,
    liked.map(({ query }) => query),
    k,
  );
  const won = new Set(
    liked.filter(({ ids }, i) => lists[i]!.some(({ id }) => ids.has(id))).map(({ query }) => query),
  );
  let [hits, changed] = [0, 0];
  for (const [query, { worst }] of scorer.ranks) {
    const isHit = (worst[0]?.rank ?? Infinity) <= k;
    if (isHit || won.has(query)) hits++;
    if (!isHit && won.has(query)) changed++;
  }
  const queries = scorer.ranks.size;
  const interval = wilsonInterval(hits, queries, 0.95);
  return { value: hits / queries, interval, queries, changed };
}

/** The judgements alone as TREC qrels. */
export function judgedQrels(judgements: Judgements): string {
  const qrels = new Map(
    [...judgements].map(([query, own]) => [
      trecId(query),
      new Map([...own].map(([id, verdict]) => [trecId(id), verdict])),
    ]),
  );
  return [...formatQrels(qrels)].map((line) => `${line}\n`).join("");
}
