/** A run as JSON: every figure with its interval, counts, tie rule and definition. Names are stable. */
import type { BootstrapOptions } from "../statistics/bootstrap";
import { METHOD_TEXT, type PredictionResult } from "./classify";
import { FUSION_TEXT } from "./encoder";
import type { BenchmarkRun } from "./run-benchmark";
import { directionDefinition, type Direction } from "./task";

/** What a retrieval figure means. */
export function figureDefinition(measure: string): string {
  const [kind, k] = measure.split("_");
  if (kind === "hit") {
    return `Recall@${k} as MBE2.0 uses it: share of queries with a true item among the first ${k} (TREC: success_${k}).`;
  }
  if (kind === "recall") {
    return `Share of a query's true items among the first ${k}, mean over queries (TREC's recall).`;
  }
  if (kind === "ndcg") {
    return `Σ gain/log₂(rank+1) over true items within the first ${k}, ÷ its largest possible value; gain = relevance.`;
  }
  if (kind === "mrr") return "Mean over queries of 1/rank of the first true item.";
  if (kind === "map") {
    return "Mean over queries of the mean precision at the ranks of the true items, over the full ranking.";
  }
  return "Median over queries of the rank of the first true item.";
}

export const TIE_TEXT = {
  worst: "Ties: candidates with the same score that are not true items count before the true one.",
  id: "Ties: higher candidate id first, as trec_eval.",
  best: "Ties: the true item first (upper bound).",
} as const;

export interface ReportOptions {
  /** Percentile bootstrap over queries; without it intervals come from formulas. */
  readonly bootstrap?: BootstrapOptions;
  readonly elapsedMs?: number;
  /** The command that repeats the run. */
  readonly command?: string;
  readonly confusion?: boolean;
}

function directionToJson(run: BenchmarkRun, direction: Direction, options: ReportOptions): object {
  const scorer = run.scorers.get(direction)!;
  const { bootstrap } = options;
  const snapshot = scorer.figures.snapshot({
    expected: scorer.expected,
    ...(bootstrap === undefined ? {} : { bootstrap }),
  });
  return {
    direction,
    definition: directionDefinition(direction),
    queries: snapshot.queries,
    candidates: scorer.pool.size,
    skipped: snapshot.skipped,
    tied_queries: snapshot.tiedQueries,
    tie_rule: snapshot.tieRule,
    tie_rule_text: TIE_TEXT[snapshot.tieRule],
    confidence: snapshot.confidence,
    intervals: snapshot.intervals,
    partial: !run.isComplete,
    figures: snapshot.figures.map(({ measure, value, interval, best, worst }) => ({
      measure,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      best_if_ties_help: best,
      worst_if_ties_hurt: worst,
      n: snapshot.queries,
      definition: figureDefinition(measure),
    })),
  };
}

function predictionToJson(run: BenchmarkRun, result: PredictionResult, confusion: boolean): object {
  const { scores, interval } = result;
  return {
    kind: result.kind,
    name: result.name,
    method: result.method,
    definition: METHOD_TEXT[result.method],
    view: run.plan.subjectView,
    items: scores.items,
    skipped: result.skipped,
    labels: scores.labels.length,
    accuracy: { value: scores.accuracy, low: interval?.low ?? null, high: interval?.high ?? null },
    macro: scores.macro,
    micro: scores.micro,
    weighted: scores.weighted,
    ...(confusion ? { label_names: scores.labels, confusion: scores.confusion } : {}),
  };
}

function curveToJson({ curve }: BenchmarkRun): object | undefined {
  if (curve === undefined) return undefined;
  return {
    direction: curve.direction,
    points: curve.points.map(({ width, snapshot }) => ({
      dimension: width,
      ...Object.fromEntries(snapshot.figures.map(({ measure, value }) => [measure, value])),
    })),
  };
}

/** The whole run as JSON. */
export function reportRun(run: BenchmarkRun, options: ReportOptions = {}): object {
  const { task, encoder } = run;
  const dimension = [...run.candidates.values()][0]?.dimension ?? null;
  const curve = curveToJson(run);
  return {
    schema: "perigee-benchmark/1",
    data_set: {
      name: task.name,
      preset: task.preset,
      split: task.split,
      queries: task.queries.length,
      candidates: task.candidates.length,
      relevance: task.relevance,
      row_problems: task.problems.length,
    },
    encoder: {
      id: encoder.id,
      revision: encoder.revision,
      dimension,
      views: encoder.views,
      fusion: FUSION_TEXT[encoder.fusion],
    },
    settings: {
      directions: run.options.directions,
      limit: run.options.limit ?? null,
      seed: run.options.seed ?? 1,
      similarity: "dot product of unit vectors, summed in float64, rounded to float32",
    },
    ...(options.command === undefined ? {} : { command: options.command }),
    ...(options.elapsedMs === undefined ? {} : { elapsed_ms: Math.round(options.elapsedMs) }),
    directions: [...run.scorers.keys()].map((direction) =>
      directionToJson(run, direction, options),
    ),
    unsupported_directions: run.unsupported,
    predictions: run.predictions.map((result) =>
      predictionToJson(run, result, options.confusion ?? false),
    ),
    ...(curve === undefined ? {} : { matryoshka: curve }),
    failures: run.failures,
  };
}
