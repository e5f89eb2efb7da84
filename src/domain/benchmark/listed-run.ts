/** Rankings made by any other program (a TREC run file) as a run of their own: lists, no vectors. */
import { AppError } from "@/shared/lib/errors";
import { orderDocuments } from "../retrieval/evaluate-run";
import { createLiveFigures } from "../retrieval/live-figures";
import { placeCounted, type RankedGain, type TrueRanks } from "../retrieval/true-rank";
import { trecId, type Run } from "../trec";
import { planBenchmark } from "./plan";
import type { RankedCandidate } from "./pool-ranking";
import type { BenchmarkRun, RunOptions } from "./run-benchmark";
import { isAsked, rankable, type DirectionScorer, type SkipReason } from "./score-direction";
import { hasView, parseDirection, viewsOf, type BenchmarkQuery } from "./task";
import type { BenchmarkTask, Direction, Relevance } from "./task";

/** What a run file compares: its name may say so (`bm25.t-mm.run`), else the first direction asked for. */
export function directionOfRun(name: string, asked: readonly Direction[]): Direction {
  const named = name
    .split(/[\s._/\\]+/u)
    .map(parseDirection)
    .find((direction) => direction !== undefined);
  return named ?? asked[0] ?? "t-mm";
}

/** A list as trec_eval orders it: score as float32 descending, then id descending by bytes. */
function orderList(
  scores: ReadonlyMap<string, number>,
  ids: ReadonlyMap<string, string>,
  excluded: ReadonlySet<string>,
): RankedCandidate[] {
  const { documents } = orderDocuments(scores);
  const list = documents
    .map((document) => ({
      id: ids.get(document) ?? document,
      score: Math.fround(scores.get(document)!),
    }))
    .filter(({ id }) => !excluded.has(id));
  return list.map(({ id, score }, i) => ({
    id,
    score,
    rank: i + 1,
    tied: score === list[i - 1]?.score || score === list[i + 1]?.score,
  }));
}

/** Places of the true items; one that the list lacks has the rank Infinity under every rule. */
function placeListed(list: readonly RankedCandidate[], relevant: readonly Relevance[]): TrueRanks {
  const gains = new Map(relevant.map(({ id, gain }) => [id, gain]));
  const isTrue = ({ id }: RankedCandidate) => gains.has(id);
  const counted = list.filter(isTrue).map((own) => {
    const others = list.filter((other) => !isTrue(other) && other.score === own.score);
    return {
      index: own.rank,
      gain: gains.get(own.id)!,
      score: own.score,
      higher: list.findIndex(({ score }) => score === own.score),
      tied: others.length,
      tiedBefore: others.filter(({ rank }) => rank < own.rank).length,
    };
  });
  const listed = new Set(list.map(({ id }) => id));
  const rest: RankedGain[] = relevant
    .filter(({ id }) => !listed.has(id))
    .map(({ gain }) => ({ rank: Infinity, gain }));
  // The lower the place in the list, the higher the id.
  const { best, id, worst, tied } = placeCounted(counted, (a, b) => b - a);
  return {
    best: [...best, ...rest],
    id: [...id, ...rest],
    worst: [...worst, ...rest],
    tied,
  };
}

/** Score of the best true item less that of the best other candidate. */
function marginOf(list: readonly RankedCandidate[], relevant: readonly Relevance[]): number {
  const ids = new Set(relevant.map(({ id }) => id));
  const own = list.find(({ id }) => ids.has(id))?.score ?? -Infinity;
  const other = list.find(({ id }) => !ids.has(id))?.score ?? -Infinity;
  return own === other ? 0 : own - other;
}

export interface ListedSystem {
  readonly name: string;
  /** Scores by query and candidate; ids as TREC files have them, white space as `_`. */
  readonly run: Run;
  /** What the lists compare. */
  readonly direction: Direction;
}

interface ListedQuery {
  readonly query: BenchmarkQuery;
  readonly relevant: readonly Relevance[];
  readonly list: readonly RankedCandidate[];
}

/** Queries between two chances to give way. */
const BLOCK = 200;

/**
 * Measures rankings that were made elsewhere against a task's relevance.
 *
 * Lists may end anywhere: a true item beyond their end is found at no cutoff, adds 0 to the means, and
 * has no rank. Documents that are no candidates hold their places.
 *
 * @param task - queries, candidates and relevance.
 * @param system - the rankings.
 * @param options - tie rule, and ports as for `runBenchmark`.
 * @throws {AppError} input-invalid when the run answers no query of the task.
 */
export async function runFromLists(
  task: BenchmarkTask,
  system: ListedSystem,
  options: Pick<RunOptions, "tieRule" | "seed" | "limit" | "signal" | "giveWay">,
): Promise<BenchmarkRun> {
  const { name, run, direction } = system;
  const { signal, giveWay, tieRule = "worst", ...rest } = options;
  const settings = {
    ...(rest.seed === undefined ? {} : { seed: rest.seed }),
    ...(rest.limit === undefined ? {} : { limit: rest.limit }),
  };
  const { query: queryView, candidate: view } = viewsOf(direction);
  const plan = await planBenchmark(task, {
    ...settings,
    directions: [direction],
    views: [...new Set([queryView, view])],
    classify: false,
  });
  const pool = new Set(task.candidates.filter((entry) => hasView(entry, view)).map(({ id }) => id));
  const ids = new Map([...pool].map((id) => [trecId(id), id]));
  const figures = createLiveFigures({ tieRule });
  const ranks = new Map<string, TrueRanks>();
  const margins = new Map<string, number>();
  const lists = new Map<string, readonly RankedCandidate[]>();
  const asked = plan.queries.map(({ query }) => query).filter((query) => isAsked(query, direction));
  const read = (query: BenchmarkQuery): ListedQuery | SkipReason => {
    const isIn = (id: string) => pool.has(id);
    const scores = run.get(trecId(query.id));
    const ranked = rankable({ task, direction, query, isIn }, scores, "query not in the run");
    if (typeof ranked === "string") return ranked;
    const { by, relevant } = ranked;
    return { query, relevant, list: orderList(by, ids, new Set(query.excluded)) };
  };
  for (const [i, query] of asked.entries()) {
    if (i % BLOCK === 0) await giveWay?.();
    signal.throwIfAborted();
    const entry = read(query);
    if (typeof entry === "string") {
      figures.skip(entry);
      continue;
    }
    const places = placeListed(entry.list, entry.relevant);
    figures.add(query.id, places);
    ranks.set(query.id, places);
    margins.set(query.id, marginOf(entry.list, entry.relevant));
    lists.set(query.id, entry.list);
  }
  if (ranks.size === 0) {
    const [theirs = "none"] = run.keys();
    throw new AppError(
      "input-invalid",
      `${name}: expected rankings of the data set's ${asked.length} queries of ${direction} (such as ${asked[0]?.id ?? "none"}), got ${run.size} others (such as ${theirs}). Use the ids of the data set.`,
    );
  }
  const scorer: DirectionScorer = {
    direction,
    figures,
    ranks,
    margins,
    expected: asked.length,
    pool,
    add: () => Promise.resolve(),
  };
  return {
    task,
    encoder: { id: name, revision: "run file", views: [], fusion: "listed" },
    plan,
    candidates: new Map(),
    queries: new Map(),
    scorers: new Map([[direction, scorer]]),
    rankings: new Map(),
    lists: new Map([[direction, lists]]),
    curve: undefined,
    predictions: [],
    failures: [],
    unsupported: [],
    options: { ...settings, tieRule, directions: [direction], classify: false },
    isComplete: true,
  };
}
