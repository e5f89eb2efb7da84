import { AppError } from "@/shared/lib/errors";
import { logGamma, normalMultiplier } from "./special-functions";

/** A number with its interval; the coverage is stated where the interval is made. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

function checkCounts(where: string, successes: number, trials: number): void {
  const valid =
    Number.isInteger(successes) &&
    Number.isInteger(trials) &&
    successes >= 0 &&
    successes <= trials;
  if (!valid) {
    throw new AppError(
      "input-invalid",
      `${where}: expected whole numbers with 0 <= successes <= trials, got ${successes} of ${trials}`,
    );
  }
}

/**
 * Wilson's score interval of a proportion.
 *
 *   (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)
 *
 * Source: E. B. Wilson 1927, JASA 22; no continuity correction.
 *
 * @param successes - whole number, 0…trials.
 * @param trials - whole number; 0 gives the uninformative interval [0, 1].
 * @param confidence - coverage, default 0.95.
 * @returns bounds within [0, 1].
 * @throws {AppError} input-invalid for impossible counts.
 */
export function wilsonInterval(successes: number, trials: number, confidence = 0.95): Interval {
  checkCounts("wilsonInterval", successes, trials);
  if (trials === 0) return { low: 0, high: 1 };
  const z = normalMultiplier(confidence);
  const share = successes / trials;
  const scale = 1 + (z * z) / trials;
  const centre = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === trials ? 1 : (centre + half) / scale,
  };
}

/** ln of the binomial probability of k successes of n. */
function logBinomial(k: number, n: number, p: number): number {
  if (p === 0) return k === 0 ? 0 : Number.NEGATIVE_INFINITY;
  if (p === 1) return k === n ? 0 : Number.NEGATIVE_INFINITY;
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return choose + k * Math.log(p) + (n - k) * Math.log1p(-p);
}

/**
 * Exact two-sided binomial test.
 *
 * p = Σ P(i) over all outcomes i that are not more likely than the observed one (the "minimum
 * likelihood" rule of R's binom.test and scipy.stats.binomtest; equality up to a factor 1 + 1e-7).
 *
 * @param successes - whole number, 0…trials.
 * @param trials - whole number; 0 gives 1.
 * @param chance - success probability under the null hypothesis, default 0.5.
 * @returns the p-value in (0, 1].
 * @throws {AppError} input-invalid for impossible counts or chance.
 */
export function binomialTest(successes: number, trials: number, chance = 0.5): number {
  checkCounts("binomialTest", successes, trials);
  if (!(chance >= 0 && chance <= 1)) {
    throw new AppError("input-invalid", `binomialTest: expected a probability, got ${chance}`);
  }
  const limit = logBinomial(successes, trials, chance) + Math.log1p(1e-7);
  let total = 0;
  for (let i = 0; i <= trials; i++) {
    const log = logBinomial(i, trials, chance);
    if (log <= limit) total += Math.exp(log);
  }
  return Math.min(1, total);
}
