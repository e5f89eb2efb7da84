import { AppError } from "@/shared/lib/errors";
import { createRng, randomInt } from "@/shared/lib/rng";
import type { Interval } from "./binomial";

/** How many resamples intervals use unless told otherwise. */
export const DEFAULT_RESAMPLES = 1000;

export interface BootstrapOptions {
  /** Seed of the resampling; the same seed gives the same interval. Default 1. */
  readonly seed?: number;
  /** Number of resamples, ≥ 1. Default 1000. */
  readonly resamples?: number;
  /** Coverage in (0, 1). Default 0.95. */
  readonly confidence?: number;
}

export interface BootstrapInterval extends Interval {
  readonly confidence: number;
  readonly resamples: number;
  /** Resamples on which the statistic was undefined; they are left out of the interval. */
  readonly undefinedResamples: number;
  /** Standard deviation of the resampled statistic. */
  readonly standardError: number;
}

/**
 * Quantile of sorted numbers, linear between order statistics (type 7, NumPy's and R's default).
 *
 * @param sorted - ascending, without NaN.
 * @param share - 0…1.
 * @returns the quantile, or NaN when there are no numbers.
 */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const n = sorted.length;
  if (n === 0) return Number.NaN;
  const position = (n - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, n - 1)] as number;
  return low + (high - low) * (position - below);
}

/**
 * Percentile intervals of statistics of exchangeable units (items, pairs, queries), all from the same
 * resamples.
 *
 * Units are drawn with replacement, as many as there are; the statistics see how often each unit was
 * drawn. Bounds are the (1 ∓ confidence)/2 quantiles of the defined values (Efron 1979). An interval
 * is null when there are no units, or when fewer than half of the resamples give a defined value: the
 * rest would describe another quantity.
 *
 * @param unitGroups - group of each unit (0…groups−1). Units of one group are interchangeable, so
 *   counting draws per group is the same draw with less work.
 * @param groups - number of groups.
 * @param statistics - values for how often each group was drawn; null or NaN where undefined. The
 *   array of draws is reused between calls.
 * @param options - seed, resamples and confidence.
 * @returns one interval, or null, per statistic.
 * @throws {AppError} input-invalid for resamples < 1 or confidence outside of (0, 1).
 */
export function bootstrapTogether(
  unitGroups: ArrayLike<number>,
  groups: number,
  statistics: readonly ((draws: Float64Array) => number | null)[],
  options: BootstrapOptions = {},
): (BootstrapInterval | null)[] {
  const { seed = 1, resamples = DEFAULT_RESAMPLES, confidence = 0.95 } = options;
  if (!(Number.isInteger(resamples) && resamples >= 1 && confidence > 0 && confidence < 1)) {
    throw new AppError(
      "input-invalid",
      `bootstrap: expected resamples >= 1 and 0 < confidence < 1, got ${resamples} and ${confidence}`,
    );
  }
  const n = unitGroups.length;
  if (n === 0) return statistics.map(() => null);
  const rng = createRng(seed);
  const draws = new Float64Array(groups);
  const values: number[][] = statistics.map(() => []);
  for (let resample = 0; resample < resamples; resample++) {
    draws.fill(0);
    for (let i = 0; i < n; i++) {
      const group = unitGroups[randomInt(rng, n)] as number;
      draws[group] = (draws[group] as number) + 1;
    }
    statistics.forEach((statistic, s) => {
      const value = statistic(draws);
      if (value !== null && !Number.isNaN(value)) values[s]?.push(value);
    });
  }
  return values.map((list) => intervalOf(list, resamples, confidence));
}

/** {@link bootstrapTogether} for one statistic. */
export function bootstrapGroups(
  unitGroups: ArrayLike<number>,
  groups: number,
  statistic: (draws: Float64Array) => number | null,
  options: BootstrapOptions = {},
): BootstrapInterval | null {
  return bootstrapTogether(unitGroups, groups, [statistic], options)[0] ?? null;
}

/** {@link bootstrapGroups} where every unit is a group of its own. */
export function bootstrapUnits(
  units: number,
  statistic: (draws: Float64Array) => number | null,
  options: BootstrapOptions = {},
): BootstrapInterval | null {
  const each = Int32Array.from({ length: units }, (_, i) => i);
  return bootstrapGroups(each, units, statistic, options);
}

/**
 * Percentile interval of a mean over units.
 *
 * @param values - one number per unit, without NaN.
 * @param options - seed, resamples and confidence.
 * @returns the interval, or null when there are no units.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  options: BootstrapOptions = {},
): BootstrapInterval | null {
  const { seed = 1, resamples = DEFAULT_RESAMPLES, confidence = 0.95 } = options;
  const n = values.length;
  if (n === 0) return null;
  const rng = createRng(seed);
  const means: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[randomInt(rng, n)] as number;
    means.push(sum / n);
  }
  return intervalOf(means, resamples, confidence);
}

function intervalOf(
  values: readonly number[],
  resamples: number,
  confidence: number,
): BootstrapInterval | null {
  if (values.length * 2 < resamples) return null;
  const sorted = Float64Array.from(values).toSorted();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    low: quantileOfSorted(sorted, (1 - confidence) / 2),
    high: quantileOfSorted(sorted, (1 + confidence) / 2),
    confidence,
    resamples,
    undefinedResamples: resamples - values.length,
    standardError: sorted.length > 1 ? Math.sqrt(squares / (sorted.length - 1)) : 0,
  };
}
