import { AppError } from "@/shared/lib/errors";
import { createRng } from "@/shared/lib/rng";
import { bootstrapMean, type BootstrapInterval, type BootstrapOptions } from "./bootstrap";
import { normalMultiplier, normalQuantile } from "./special-functions";

/** Up to this many differing pairs, all 2ᵐ sign patterns are tried. */
const EXACT_LIMIT = 16;
const DEFAULT_PERMUTATIONS = 10_000;

export interface RandomisationOptions {
  /** Seed of the random signs. Default 1. */
  readonly seed?: number;
  /** Random sign patterns where the exact test would be too long. Default 10,000. */
  readonly permutations?: number;
}

export interface RandomisationResult {
  /** Two-sided p-value. */
  readonly pValue: number;
  readonly exact: boolean;
  /** Sign patterns looked at. */
  readonly permutations: number;
}

/** Sums within rounding of the observed one count as equal to it. */
const TIE_TOLERANCE = 1e-12;

/**
 * Paired randomisation (sign-flip) test of a mean difference of 0.
 *
 *   p = share of sign patterns with |Σ ±d_i| ≥ |Σ d_i|
 *
 * Source: Fisher 1935; Smucker et al. 2007 for retrieval. Exact with at most 16 non-zero differences,
 * else by random signs with (1 + hits) / (1 + patterns), which never gives 0. Pairs without a
 * difference do not matter. No pairs, or only equal ones, give p = 1.
 *
 * @param differences - one per query, without NaN.
 * @param options - seed and number of patterns.
 * @returns the p-value and how it was found.
 */
export function randomisationTest(
  differences: ArrayLike<number>,
  options: RandomisationOptions = {},
): RandomisationResult {
  const sizes = Array.from(differences, Math.abs).filter((size) => size > 0);
  const observed = Math.abs(Array.from(differences).reduce((sum, value) => sum + value, 0));
  const scale = sizes.reduce((sum, size) => sum + size, 0);
  const limit = observed - TIE_TOLERANCE * scale;
  if (sizes.length <= EXACT_LIMIT) {
    const patterns = 2 ** sizes.length;
    let hits = 0;
    for (let pattern = 0; pattern < patterns; pattern++) {
      let sum = 0;
      sizes.forEach((size, bit) => (sum += (pattern >> bit) & 1 ? size : -size));
      if (Math.abs(sum) >= limit) hits++;
    }
    return { pValue: hits / patterns, exact: true, permutations: patterns };
  }
  const { seed = 1, permutations = DEFAULT_PERMUTATIONS } = options;
  const rng = createRng(seed);
  let hits = 0;
  for (let pattern = 0; pattern < permutations; pattern++) {
    let sum = 0;
    for (const size of sizes) sum += rng() < 0.5 ? size : -size;
    if (Math.abs(sum) >= limit) hits++;
  }
  return { pValue: (1 + hits) / (1 + permutations), exact: false, permutations };
}

/**
 * Holm's step-down correction: adjusted p-values that keep the family-wise error rate.
 *
 *   p̃_(i) = max over j ≤ i of min(1, (m − j + 1) · p_(j))
 *
 * Source: Holm 1979, Scandinavian Journal of Statistics 6.
 *
 * @param pValues - raw p-values of one family, in any order.
 * @returns adjusted p-values in the same order.
 */
export function holmCorrection(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] ?? 0) - (pValues[b] ?? 0));
  const adjusted = pValues.map(() => 0);
  let running = 0;
  order.forEach((index, i) => {
    running = Math.max(running, Math.min(1, (pValues.length - i) * (pValues[index] as number)));
    adjusted[index] = running;
  });
  return adjusted;
}

/**
 * How many paired queries would show a mean difference.
 *
 *   n = ((z_{1−α/2} + z_{power}) · σ / δ)², rounded up
 *
 * σ is the standard deviation of the paired differences. A planning figure by the normal
 * approximation, biased low when δ is the largest of several observed differences.
 *
 * @param spread - σ ≥ 0 of the paired differences.
 * @param difference - δ to be detected; 0 gives Infinity.
 * @param options - significance and power.
 * @param options.alpha - two-sided error rate, default 0.05.
 * @param options.power - chance to find it, default 0.8.
 * @returns number of queries, at least 2.
 */
export function queriesNeeded(
  spread: number,
  difference: number,
  options: { readonly alpha?: number; readonly power?: number } = {},
): number {
  const { alpha = 0.05, power = 0.8 } = options;
  if (difference === 0) return Infinity;
  const z = normalMultiplier(1 - alpha) + normalQuantile(power);
  return Math.max(2, Math.ceil(((z * spread) / Math.abs(difference)) ** 2));
}

export interface PairedComparison {
  readonly pairs: number;
  /** Mean of b − a; null without pairs. */
  readonly difference: number | null;
  /** Percentile bootstrap over pairs. */
  readonly interval: BootstrapInterval | null;
  readonly test: RandomisationResult;
  /** Standard deviation of the differences (n − 1). */
  readonly spread: number;
  /** Cohen's d_z = difference ÷ spread; null where the spread is 0. */
  readonly effectSize: number | null;
  /** Pairs in which b is better, equal, worse. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  /** Pairs that would settle the observed difference (α = 0.05, power 0.8); null when it is 0. */
  readonly queriesNeeded: number | null;
}

/**
 * Compares two systems on the same queries.
 *
 * @param a - value of the baseline per query.
 * @param b - value of the other system, same order.
 * @param options - seed, resamples, confidence and permutations.
 * @returns difference b − a with interval, test, effect size and the number of queries needed.
 * @throws {AppError} input-invalid for lists of different length or values that are not finite.
 */
export function comparePaired(
  a: readonly number[],
  b: readonly number[],
  options: BootstrapOptions & RandomisationOptions = {},
): PairedComparison {
  if (a.length !== b.length || ![...a, ...b].every(Number.isFinite)) {
    throw new AppError(
      "input-invalid",
      `comparePaired: expected finite values of the same queries, got ${a.length} and ${b.length}`,
    );
  }
  const differences = b.map((value, i) => value - (a[i] as number));
  const pairs = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / pairs;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = pairs > 1 ? Math.sqrt(squares / (pairs - 1)) : 0;
  const wins = differences.filter((value) => value > 0).length;
  const losses = differences.filter((value) => value < 0).length;
  return {
    pairs,
    difference: pairs === 0 ? null : mean,
    interval: bootstrapMean(differences, options),
    test: randomisationTest(differences, options),
    spread,
    effectSize: spread > 0 ? mean / spread : null,
    wins,
    ties: pairs - wins - losses,
    losses,
    queriesNeeded: pairs === 0 || mean === 0 ? null : queriesNeeded(spread, mean),
  };
}

export interface SystemValues {
  readonly name: string;
  readonly values: ReadonlyMap<string, number>;
}

export interface SystemComparison extends PairedComparison {
  readonly baseline: string;
  readonly system: string;
  /** Holm-adjusted over all pairs of this call. */
  readonly adjustedPValue: number;
  /** Whether the adjusted p-value is below α. */
  readonly significant: boolean;
  /** Queries that only one of the two answered, left out. */
  readonly unpaired: number;
}

/**
 * Compares every pair of systems on the queries they share, with Holm's correction over the pairs.
 *
 * @param systems - named values per query.
 * @param options - seed, resamples, confidence, permutations and alpha (default 0.05).
 * @returns one entry per pair, earlier systems as baseline.
 */
export function compareSystems(
  systems: readonly SystemValues[],
  options: BootstrapOptions & RandomisationOptions & { readonly alpha?: number } = {},
): SystemComparison[] {
  const raw = systems.flatMap((baseline, i) =>
    systems.slice(i + 1).map((system) => {
      const shared = [...baseline.values.keys()].filter((query) => system.values.has(query));
      const pick = ({ values }: SystemValues): number[] =>
        shared.map((query) => values.get(query) as number);
      return {
        baseline: baseline.name,
        system: system.name,
        unpaired: baseline.values.size + system.values.size - 2 * shared.length,
        ...comparePaired(pick(baseline), pick(system), options),
      };
    }),
  );
  const adjusted = holmCorrection(raw.map(({ test }) => test.pValue));
  return raw.map((entry, i) => {
    const adjustedPValue = adjusted[i] as number;
    return { ...entry, adjustedPValue, significant: adjustedPValue < (options.alpha ?? 0.05) };
  });
}
