import { AppError } from "@/shared/lib/errors";
import { compareBytes, type Qrels, type Run } from "../trec";
import {
  isCount,
  measureRanking,
  NOT_POOLED,
  POOLED_UNJUDGED,
  type JudgedRanking,
  type Measure,
} from "./trec-measures";

export interface EvaluationOptions {
  /** Lowest relevance that counts as relevant. Default 1. */
  readonly relevanceLevel?: number;
  /**
   * "both" averages over queries in run and qrels (trec_eval's default); "judged" over all queries of
   * the qrels, where a query without results scores 0 (trec_eval -c). Default "both".
   */
  readonly queries?: "both" | "judged";
  /**
   * How scores are compared: trec_eval up to version 9 and pytrec_eval hold them as float32, so
   * closer ones tie; trec_eval 10 holds float64. Default "float32".
   */
  readonly scorePrecision?: "float32" | "float64";
}

export interface RunEvaluation {
  /** Value of each measure per query, queries in the byte order of their ids. */
  readonly perQuery: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** Counts added up, other measures averaged. */
  readonly all: Readonly<Record<string, number>>;
  /** Queries of the run without judgements: not evaluated. */
  readonly unjudgedQueries: readonly string[];
  /** Queries with judgements that the run does not answer. */
  readonly unansweredQueries: readonly string[];
  /** Queries in which documents with equal scores were put in order by id. */
  readonly queriesWithTies: number;
  /** Queries without a relevant document, which score 0. */
  readonly queriesWithoutRelevant: number;
}

/** Documents in trec_eval's order: score descending, then id descending by bytes. */
export function orderDocuments(
  scores: ReadonlyMap<string, number>,
  precision: "float32" | "float64" = "float32",
): { readonly documents: readonly string[]; readonly tied: boolean } {
  const entries = Array.from(
    scores,
    ([id, score]) => [id, precision === "float32" ? Math.fround(score) : score] as const,
  );
  let tied = false;
  entries.sort(([a, x], [b, y]) => {
    if (x !== y) return x < y ? 1 : -1;
    tied = true;
    return compareBytes(b, a);
  });
  return { documents: entries.map(([id]) => id), tied };
}

/** What the judgements of a query say about a ranking. */
function judge(
  documents: readonly string[],
  judgements: ReadonlyMap<string, number>,
): JudgedRanking {
  const retrieved = documents.map((id) => {
    const relevance = judgements.get(id);
    if (relevance === undefined) return NOT_POOLED;
    return relevance < 0 ? POOLED_UNJUDGED : relevance;
  });
  const judged = [...judgements.values()].filter((relevance) => relevance >= 0);
  return { retrieved, judged: judged.sort((a, b) => b - a) };
}

/**
 * Evaluates a run with trec_eval's measures and conventions.
 *
 * Documents are ordered by score descending, then id descending; ranks given in files do not count.
 * Unjudged documents count as irrelevant, except in bpref, which skips them.
 *
 * @param qrels - judgements.
 * @param run - scores.
 * @param measures - from `parseMeasures`.
 * @param options - relevance level, averaging and score precision.
 * @returns values per query and overall.
 * @throws {AppError} input-invalid when run and qrels share no query.
 */
export function evaluateRun(
  qrels: Qrels,
  run: Run,
  measures: readonly Measure[],
  options: EvaluationOptions = {},
): RunEvaluation {
  const { relevanceLevel = 1, queries = "both", scorePrecision = "float32" } = options;
  const answered = [...qrels.keys()].filter((query) => run.has(query));
  if (answered.length === 0) {
    throw new AppError(
      "input-invalid",
      `evaluateRun: no query is in both files (qrels: ${qrels.size} queries, run: ${run.size}); check that their ids are the same`,
    );
  }
  const evaluated = (queries === "judged" ? [...qrels.keys()] : answered).sort(compareBytes);
  const perQuery = new Map<string, Record<string, number>>();
  const sums = Object.fromEntries(measures.map(({ name }) => [name, 0]));
  let queriesWithTies = 0;
  let queriesWithoutRelevant = 0;
  for (const query of evaluated) {
    const { documents, tied } = orderDocuments(run.get(query) ?? new Map(), scorePrecision);
    const ranking = judge(documents, qrels.get(query) ?? new Map());
    if (tied) queriesWithTies++;
    if (!ranking.judged.some((relevance) => relevance >= relevanceLevel)) queriesWithoutRelevant++;
    const values: Record<string, number> = {};
    for (const measure of measures) {
      const value = measureRanking(measure, ranking, relevanceLevel);
      values[measure.name] = value;
      sums[measure.name] = (sums[measure.name] ?? 0) + value;
    }
    perQuery.set(query, values);
  }
  const all = Object.fromEntries(
    measures.map((measure) => {
      const sum = sums[measure.name] ?? 0;
      return [measure.name, isCount(measure) ? sum : sum / evaluated.length];
    }),
  );
  return {
    perQuery,
    all,
    unjudgedQueries: [...run.keys()].filter((query) => !qrels.has(query)),
    unansweredQueries: [...qrels.keys()].filter((query) => !run.has(query)),
    queriesWithTies,
    queriesWithoutRelevant,
  };
}
