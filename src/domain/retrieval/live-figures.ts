import { AppError } from "@/shared/lib/errors";
import { wilsonInterval, type Interval } from "../statistics/binomial";
import { bootstrapTogether, type BootstrapOptions } from "../statistics/bootstrap";
import { normalMultiplier } from "../statistics/special-functions";
import type { RankedGain, TieRule, TrueRanks } from "./true-rank";

/** Names of figures: `hit_k` is MBE2.0's Recall@k (trec: success_k); `recall_k` is TREC's. */
export type RetrievalMeasure =
  `hit_${number}` | `recall_${number}` | `ndcg_${number}` | "mrr" | "map" | "median_rank";

export interface LiveFigure {
  readonly measure: RetrievalMeasure;
  /** Under the stated tie rule; null before the first query. */
  readonly value: number | null;
  readonly interval: Interval | null;
  /** Value if all ties were broken for, or against, the relevant candidates. */
  readonly best: number | null;
  readonly worst: number | null;
}

export interface LiveSnapshot {
  readonly queries: number;
  /** Queries left out, by the caller's reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Queries in which a relevant candidate ties with another one. */
  readonly tiedQueries: number;
  readonly tieRule: TieRule;
  readonly confidence: number;
  /** How intervals were made. */
  readonly intervals: "formula" | "bootstrap";
  /** True while fewer queries than expected were seen. */
  readonly partial: boolean;
  readonly figures: readonly LiveFigure[];
}

export interface SnapshotOptions {
  /** Queries in the whole task. */
  readonly expected?: number;
  /** Coverage, default 0.95. */
  readonly confidence?: number;
  /**
   * With options: percentile bootstrap over queries. Default: formulas that cost nothing while
   * encoding runs (Wilson for shares, normal for means, order statistics for the median).
   */
  readonly bootstrap?: BootstrapOptions;
}

export interface LiveFigures {
  /**
   * Takes one query's ranks.
   *
   * @throws {AppError} input-invalid when the id was taken before.
   */
  readonly add: (query: string, ranks: TrueRanks) => void;
  readonly skip: (reason: string) => void;
  readonly snapshot: (options?: SnapshotOptions) => LiveSnapshot;
  /** Values of one measure per query (for `median_rank`: the first rank), in order of arrival. */
  readonly values: (measure: RetrievalMeasure) => ReadonlyMap<string, number>;
}

export interface LiveFiguresOptions {
  /** Default 1, 5, 10. */
  readonly cutoffs?: readonly number[];
  /** Which order of ties the figures state. Default "worst": ties never help. */
  readonly tieRule?: TieRule;
}

/** Ideal DCG at k: gains in falling order. */
function idealGain(ranks: readonly RankedGain[], cutoff: number): number {
  const gains = ranks.map(({ gain }) => gain).sort((a, b) => b - a);
  return gains.slice(0, cutoff).reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}

/**
 * One query's value of a measure, all candidates ranked.
 *
 *   hit_k     1 if a relevant candidate is in the top k (MBE2.0's Recall@k, TREC's success)
 *   recall_k  share of the relevant candidates in the top k
 *   mrr       1 / rank of the first relevant one
 *   map       mean over relevant ones of (relevant up to its rank) / rank
 *   ndcg_k    Σ gain/log₂(rank+1) over ranks ≤ k, divided by its largest possible value
 *   median_rank  rank of the first relevant one (the median is taken over queries)
 *
 * @param measure - which.
 * @param ranks - ranks of all relevant candidates, ascending, not empty.
 */
export function measureQuery(measure: RetrievalMeasure, ranks: readonly RankedGain[]): number {
  const first = ranks[0]?.rank ?? Infinity;
  if (measure === "median_rank") return first;
  if (measure === "mrr") return 1 / first;
  if (measure === "map") {
    return ranks.reduce((sum, { rank }, i) => sum + (i + 1) / rank, 0) / ranks.length;
  }
  const [kind, text] = measure.split("_");
  const cutoff = Number(text);
  if (kind === "hit") return first <= cutoff ? 1 : 0;
  const found = ranks.filter(({ rank }) => rank <= cutoff);
  if (kind === "recall") return found.length / ranks.length;
  const gain = found.reduce((sum, entry) => sum + entry.gain / Math.log2(entry.rank + 1), 0);
  return gain / idealGain(ranks, cutoff);
}

/** Distribution-free interval of a median from order statistics (normal approximation of n/2). */
function medianInterval(sorted: Float64Array, confidence: number): Interval {
  const n = sorted.length;
  const half = (normalMultiplier(confidence) * Math.sqrt(n)) / 2;
  const low = Math.max(0, Math.floor(n / 2 - half) - 1);
  const high = Math.min(n - 1, Math.ceil(n / 2 + half));
  return { low: sorted[low] as number, high: sorted[high] as number };
}

function medianOf(sorted: Float64Array): number {
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return ((low as number) + (high as number)) / 2;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function formulaInterval(
  measure: RetrievalMeasure,
  values: readonly number[],
  confidence: number,
): Interval {
  if (measure === "median_rank") {
    return medianInterval(Float64Array.from(values).toSorted(), confidence);
  }
  const mean = meanOf(values);
  if (measure.startsWith("hit_")) {
    return wilsonInterval(Math.round(mean * values.length), values.length, confidence);
  }
  const n = values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(1, n - 1);
  // A single query tells nothing about the spread.
  if (n < 2) return { low: 0, high: 1 };
  const half = normalMultiplier(confidence) * Math.sqrt(variance / n);
  return { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}

/** Median of values that count several times; `order` sorts them. */
function weightedMedian(
  values: ArrayLike<number>,
  order: readonly number[],
  draws: Float64Array,
  total: number,
): number | null {
  const [low, high] = [Math.floor((total - 1) / 2), Math.ceil((total - 1) / 2)];
  let seen = 0;
  let lower: number | null = null;
  for (const index of order) {
    seen += draws[index] as number;
    const value = values[index] as number;
    if (lower === null && seen > low) lower = value;
    if (lower !== null && seen > high) return (lower + value) / 2;
  }
  return null;
}

/**
 * Bootstrap intervals of all measures from the same resamples. Queries with equal values in every
 * measure are one group, which keeps 100,000 queries fast.
 */
function bootstrapIntervals(
  measures: readonly RetrievalMeasure[],
  columns: readonly (readonly number[])[],
  options: BootstrapOptions,
): (Interval | null)[] {
  const n = columns[0]?.length ?? 0;
  const groupNumbers = new Map<string, number>();
  const firstOfGroup: number[] = [];
  const groupOf = Int32Array.from({ length: n }, (_, i) => {
    const key = columns.map((column) => column[i]).join(" ");
    let group = groupNumbers.get(key);
    if (group === undefined) {
      group = firstOfGroup.length;
      groupNumbers.set(key, group);
      firstOfGroup.push(i);
    }
    return group;
  });
  const statistics = columns.map((column, m) => {
    const values = Float64Array.from(firstOfGroup, (i) => column[i] as number);
    const order = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    return (draws: Float64Array): number | null => {
      if (measures[m] === "median_rank") return weightedMedian(values, order, draws, n);
      let sum = 0;
      for (let g = 0; g < values.length; g++) sum += (values[g] as number) * (draws[g] as number);
      return sum / n;
    };
  });
  return bootstrapTogether(groupOf, firstOfGroup.length, statistics, options);
}

/**
 * Collects ranks query by query and gives figures with intervals at any moment.
 *
 * Formula intervals converge to those of the full task as queries arrive; queries should arrive in
 * random order, or a partial figure describes only the queries seen.
 *
 * @param options - cutoffs and tie rule.
 * @returns the collector; memory grows with the number of queries.
 */
export function createLiveFigures(options: LiveFiguresOptions = {}): LiveFigures {
  const { cutoffs = [1, 5, 10], tieRule = "worst" } = options;
  const measures: RetrievalMeasure[] = [
    ...cutoffs.map((k): RetrievalMeasure => `hit_${k}`),
    ...cutoffs.map((k): RetrievalMeasure => `recall_${k}`),
    "mrr",
    "map",
    ...cutoffs.map((k): RetrievalMeasure => `ndcg_${k}`),
    "median_rank",
  ];
  const queries = new Set<string>();
  const skipped: Record<string, number> = {};
  const collected: Record<TieRule, number[][]> = {
    best: measures.map(() => []),
    id: measures.map(() => []),
    worst: measures.map(() => []),
  };
  let tiedQueries = 0;
  const aggregate = (rule: TieRule, index: number): number | null => {
    const values = collected[rule][index] ?? [];
    if (values.length === 0) return null;
    return measures[index] === "median_rank"
      ? medianOf(Float64Array.from(values).toSorted())
      : meanOf(values);
  };
  const figure = (index: number, interval: Interval | null): LiveFigure => {
    const measure = measures[index] as RetrievalMeasure;
    const values = collected[tieRule][index] ?? [];
    if (values.length === 0) {
      return { measure, value: null, interval: null, best: null, worst: null };
    }
    return {
      measure,
      value: aggregate(tieRule, index),
      interval: interval === null ? null : { low: interval.low, high: interval.high },
      best: aggregate("best", index),
      worst: aggregate("worst", index),
    };
  };
  const intervals = ({ confidence = 0.95, bootstrap }: SnapshotOptions): (Interval | null)[] => {
    const columns = collected[tieRule];
    if (queries.size === 0) return columns.map(() => null);
    return bootstrap
      ? bootstrapIntervals(measures, columns, { confidence, ...bootstrap })
      : columns.map((values, i) =>
          formulaInterval(measures[i] as RetrievalMeasure, values, confidence),
        );
  };
  return {
    add(query, ranks) {
      if (queries.has(query)) {
        throw new AppError("input-invalid", `live figures: query "${query}" was added before`);
      }
      queries.add(query);
      if (ranks.tied) tiedQueries++;
      measures.forEach((measure, i) => {
        const stated = measureQuery(measure, ranks.id);
        for (const rule of ["best", "id", "worst"] as const) {
          // Without ties all three orders are the same.
          const value = ranks.tied ? measureQuery(measure, ranks[rule]) : stated;
          collected[rule][i]?.push(value);
        }
      });
    },
    skip(reason) {
      skipped[reason] = (skipped[reason] ?? 0) + 1;
    },
    snapshot(settings = {}) {
      return {
        queries: queries.size,
        skipped: { ...skipped },
        tiedQueries,
        tieRule,
        confidence: settings.confidence ?? 0.95,
        intervals: settings.bootstrap ? "bootstrap" : "formula",
        partial: settings.expected !== undefined && queries.size < settings.expected,
        figures: intervals(settings).map((interval, i) => figure(i, interval)),
      };
    },
    values(measure) {
      const index = measures.indexOf(measure);
      if (index < 0) {
        throw new AppError(
          "input-invalid",
          `live figures: no measure "${measure}"; there are ${measures.join(", ")}`,
        );
      }
      return new Map([...queries].map((query, i) => [query, collected[tieRule][index]?.[i] ?? 0]));
    },
  };
}
