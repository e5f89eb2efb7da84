import type { LabelingCreative } from "@/domain/labeling/records";
import type { Rng } from "@/shared/lib/rng";

/** Independent Gaussian beliefs about Bradley-Terry log strengths. */
export interface PreferencePosterior {
  readonly mean: (creative: string) => number;
  readonly variance: (creative: string) => number;
}

/** Variance of a log strength before any comparison: a prior σ of 1.5 puts 90 % within ±2.5. */
const PRIOR_VARIANCE = 2.25;

export const unknownPosterior: PreferencePosterior = {
  mean: () => 0,
  variance: () => PRIOR_VARIANCE,
};

/**
 * Expected information of one more comparison, in nats, under a Gaussian belief about the
 * difference of two log strengths:
 *
 *   gain ≈ ½ ln(1 + p(1 − p) · v),  p = σ(μ_a − μ_b),  v = σ²_a + σ²_b
 *
 * which is the drop in entropy of the difference when its precision grows by the Fisher information
 * p(1 − p) of a Bradley-Terry comparison (Laplace approximation). Largest for even, little-known
 * pairs.
 *
 * @param meanGap - μ_a − μ_b, log strength.
 * @param variance - v ≥ 0.
 * @returns nats, ≥ 0.
 */
export function informationGain(meanGap: number, variance: number): number {
  const p = 1 / (1 + Math.exp(-meanGap));
  return 0.5 * Math.log1p(p * (1 - p) * variance);
}

/** Products larger than this are sampled: the greedy choice looks at that many couples per pick. */
const MAX_CANDIDATES = 2000;

/**
 * Greedy choice: the most informative couple first; after each pick the two variances shrink as one
 * more comparison would shrink them on average, so that the picks spread over the creatives.
 */
export function pickUncertain(
  group: readonly LabelingCreative[],
  wanted: number,
  rng: Rng,
  posterior: PreferencePosterior = unknownPosterior,
): [LabelingCreative, LabelingCreative][] {
  const means = group.map(({ id }) => posterior.mean(id));
  const variances = group.map(({ id }) => posterior.variance(id));
  let couples: { i: number; j: number; jitter: number }[] = [];
  for (let i = 0; i < group.length; i++) {
    for (let j = i + 1; j < group.length; j++) couples.push({ i, j, jitter: rng() });
  }
  if (couples.length > MAX_CANDIDATES) {
    couples = couples.sort((x, y) => x.jitter - y.jitter).slice(0, MAX_CANDIDATES);
  }
  const out: [LabelingCreative, LabelingCreative][] = [];
  while (out.length < wanted && couples.length > 0) {
    let best = 0;
    let bestGain = -1;
    couples.forEach(({ i, j, jitter }, at) => {
      // Ties are broken at random: the jitter is far below any real difference.
      const gain =
        informationGain(means[i]! - means[j]!, variances[i]! + variances[j]!) + 1e-9 * jitter;
      if (gain > bestGain) {
        bestGain = gain;
        best = at;
      }
    });
    const { i, j } = couples[best]!;
    couples.splice(best, 1);
    out.push([group[i]!, group[j]!]);
    const p = 1 / (1 + Math.exp(means[j]! - means[i]!));
    variances[i] = 1 / (1 / variances[i]! + p * (1 - p));
    variances[j] = 1 / (1 / variances[j]! + p * (1 - p));
  }
  return out;
}
