import { AppError } from "@/shared/lib/errors";

/** Relevance of a retrieved document that nobody judged. */
export const NOT_POOLED = -1;
/** Relevance of a document that was pooled but not judged (negative in the qrels). */
export const POOLED_UNJUDGED = -2;

/** One query's ranking as its judgements see it. */
export interface JudgedRanking {
  /** Relevance of each retrieved document, best first; {@link NOT_POOLED} or {@link POOLED_UNJUDGED}. */
  readonly retrieved: readonly number[];
  /** Every relevance ≥ 0 in the qrels of this query, retrieved or not, highest first. */
  readonly judged: readonly number[];
}

/** Measures with one value. */
const PLAIN_MEASURES = [
  "num_q",
  "num_ret",
  "num_rel",
  "num_rel_ret",
  "map",
  "recip_rank",
  "Rprec",
  "bpref",
  "ndcg",
] as const;
type PlainMeasure = (typeof PLAIN_MEASURES)[number];

/** Measures with a cutoff, and the cutoffs used when none is named: trec_eval's, and 1. */
const CUTOFF_MEASURES = {
  P: [1, 5, 10, 15, 20, 30, 100, 200, 500, 1000],
  recall: [1, 5, 10, 15, 20, 30, 100, 200, 500, 1000],
  success: [1, 5, 10],
  ndcg_cut: [1, 5, 10, 15, 20, 30, 100, 200, 500, 1000],
} as const;
type CutoffMeasure = keyof typeof CUTOFF_MEASURES;

/** One measure to compute; `name` is trec_eval's. */
export type Measure =
  | { readonly name: PlainMeasure; readonly kind: PlainMeasure; readonly cutoff: null }
  | { readonly name: string; readonly kind: CutoffMeasure; readonly cutoff: number };

const isPlain = (name: string): name is PlainMeasure =>
  (PLAIN_MEASURES as readonly string[]).includes(name);
const isCutoff = (name: string): name is CutoffMeasure => Object.hasOwn(CUTOFF_MEASURES, name);

function cutMeasure(kind: CutoffMeasure, cutoff: number): Measure {
  return { name: `${kind}_${cutoff}`, kind, cutoff };
}

/**
 * Measures by name: `map`, `P_10`, `P` (all default cutoffs) or trec_eval's `P.5,10`.
 *
 * @param names - empty for all measures with default cutoffs.
 * @returns measures in the order given, without repeats.
 * @throws {AppError} input-invalid for a name that is not known or a cutoff below 1.
 */
export function parseMeasures(names: readonly string[]): Measure[] {
  const wanted = names.length > 0 ? names : [...PLAIN_MEASURES, ...Object.keys(CUTOFF_MEASURES)];
  const measures = wanted.flatMap((name): Measure[] => {
    if (isPlain(name)) return [{ name, kind: name, cutoff: null }];
    if (isCutoff(name)) return CUTOFF_MEASURES[name].map((cutoff) => cutMeasure(name, cutoff));
    const match = /^(P|recall|success|ndcg_cut)[._](\d+(?:,\d+)*)$/u.exec(name);
    const kind = match?.[1] ?? "";
    const cutoffs = (match?.[2] ?? "").split(",").map(Number);
    if (!isCutoff(kind) || cutoffs.some((cutoff) => cutoff < 1)) {
      throw new AppError(
        "input-invalid",
        `unknown measure "${name}"; known are ${PLAIN_MEASURES.join(", ")}, P_k, recall_k, success_k, ndcg_cut_k with k >= 1`,
      );
    }
    return cutoffs.map((cutoff) => cutMeasure(kind, cutoff));
  });
  return [...new Map(measures.map((measure) => [measure.name, measure])).values()];
}

/** True for counts, which are added up over queries; all other measures are averaged. */
export function isCount(measure: Measure): boolean {
  return measure.name.startsWith("num_");
}

/** Σ gain / log2(rank + 1) of the first `cutoff`; only positive relevance gains (Järvelin 2002). */
function discountedGain(relevance: readonly number[], cutoff: number): number {
  let sum = 0;
  const end = Math.min(cutoff, relevance.length);
  for (let i = 0; i < end; i++) {
    const gain = relevance[i] as number;
    if (gain > 0) sum += gain / Math.log2(i + 2);
  }
  return sum;
}

function normalisedGain({ retrieved, judged }: JudgedRanking, cutoff: number): number {
  const ideal = discountedGain(judged, cutoff);
  return ideal > 0 ? discountedGain(retrieved, cutoff) / ideal : 0;
}

/**
 * bpref: how often a judged irrelevant document precedes a relevant one.
 *
 *   1/R · Σ_r (1 − min(irrelevant above r, R) / min(N, R))
 *
 * Source: Buckley & Voorhees 2004, in trec_eval's corrected form; R relevant, N judged irrelevant.
 */
function binaryPreference(ranking: JudgedRanking, level: number): number {
  const relevant = ranking.judged.filter((relevance) => relevance >= level).length;
  if (relevant === 0) return 0;
  const bound = Math.min(ranking.judged.length - relevant, relevant);
  let irrelevantAbove = 0;
  let sum = 0;
  for (const relevance of ranking.retrieved) {
    if (relevance < 0) continue;
    if (relevance < level) irrelevantAbove++;
    else sum += irrelevantAbove === 0 ? 1 : 1 - Math.min(irrelevantAbove, relevant) / bound;
  }
  return sum / relevant;
}

/** Number of relevant documents among the first `cutoff`. */
function hits({ retrieved }: JudgedRanking, level: number, cutoff: number): number {
  let count = 0;
  const end = Math.min(cutoff, retrieved.length);
  for (let i = 0; i < end; i++) if ((retrieved[i] as number) >= level) count++;
  return count;
}

function averagePrecision(ranking: JudgedRanking, level: number, relevant: number): number {
  let found = 0;
  let sum = 0;
  ranking.retrieved.forEach((relevance, i) => {
    if (relevance < level) return;
    found++;
    sum += found / (i + 1);
  });
  return relevant === 0 ? 0 : sum / relevant;
}

/**
 * One measure of one query, by trec_eval's definitions.
 *
 * A query without relevant documents scores 0 in everything but the counts. docs/metrics.md has the
 * formulas.
 *
 * @param measure - from {@link parseMeasures}.
 * @param ranking - relevance of the ranking and of the judgements.
 * @param level - lowest relevance that counts as relevant, ≥ 1; gains of nDCG do not depend on it.
 * @returns the value; counts are whole numbers, all others lie in [0, 1].
 */
export function measureRanking(measure: Measure, ranking: JudgedRanking, level: number): number {
  const relevant = ranking.judged.filter((relevance) => relevance >= level).length;
  switch (measure.kind) {
    case "num_q":
      return 1;
    case "num_ret":
      return ranking.retrieved.length;
    case "num_rel":
      return relevant;
    case "num_rel_ret":
      return hits(ranking, level, Infinity);
    case "map":
      return averagePrecision(ranking, level, relevant);
    case "recip_rank": {
      const first = ranking.retrieved.findIndex((relevance) => relevance >= level);
      return first < 0 ? 0 : 1 / (first + 1);
    }
    case "Rprec":
      return relevant === 0 ? 0 : hits(ranking, level, relevant) / relevant;
    case "bpref":
      return binaryPreference(ranking, level);
    case "ndcg":
      return normalisedGain(ranking, Infinity);
    case "P":
      return hits(ranking, level, measure.cutoff) / measure.cutoff;
    case "recall":
      return relevant === 0 ? 0 : hits(ranking, level, measure.cutoff) / relevant;
    case "success":
      return hits(ranking, level, measure.cutoff) > 0 ? 1 : 0;
    case "ndcg_cut":
      return normalisedGain(ranking, measure.cutoff);
  }
}
