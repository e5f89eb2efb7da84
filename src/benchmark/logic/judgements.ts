import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { rankCandidates } from "@/domain/benchmark/score-direction";
import { viewsOf, type Direction } from "@/domain/benchmark/task";
import { wilsonInterval, type Interval } from "@/domain/statistics/binomial";
import { formatQrels } from "@/domain/trec";
import { trecId } from "./exports";

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
export function judgedRecall(
  run: BenchmarkRun,
  direction: Direction,
  judgements: Judgements,
  k = 10,
): JudgedFigure | undefined {
  const scorer = run.scorers.get(direction);
  if (scorer === undefined || scorer.ranks.size === 0) return undefined;
  const vectors = run.queries.get(viewsOf(direction).query);
  let [hits, changed] = [0, 0];
  for (const [query, { worst }] of scorer.ranks) {
    const isHit = (worst[0]?.rank ?? Infinity) <= k;
    const liked = [...(judgements.get(query) ?? [])].filter(([, verdict]) => verdict === 1);
    const vector = liked.length === 0 ? undefined : vectors?.vector(query);
    const first = vector === undefined ? [] : rankCandidates(vector, scorer.pool, k);
    const isLiked = liked.some(([id]) => first.some((entry) => entry.id === id));
    if (isHit || isLiked) hits++;
    if (!isHit && isLiked) changed++;
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
