import type { BradleyTerryFit } from "./bradley-terry";
import { outcomeTerms } from "./bradley-terry-model";
import { normalMultiplier } from "./special-functions";

/** An unordered pair of item indices. */
export type ItemPair = readonly [number, number];

/**
 * Expected information of one more judgement of a pair about the strengths.
 *
 *   ½ ln(1 + w · Var(θ_i − θ_j)), w = Fisher information of one judgement at the current estimate
 *
 * The gain in the log determinant of the information matrix (D-optimal design), which is the
 * expected entropy reduction under the normal approximation. In nats; ≥ 0; infinite for a pair that
 * would join two components when there is no prior; 0 for an item with itself.
 *
 * @param fit - current fit; use a ridge so that items never compared have a finite variance.
 * @param pair - two item indices.
 * @returns nats.
 */
export function expectedInformationGain(fit: BradleyTerryFit, pair: ItemPair): number {
  const [first, second] = pair;
  const variance = fit.differenceVariance(first, second);
  if (variance === 0) return 0;
  const difference = (fit.strengths[first]?.value ?? 0) - (fit.strengths[second]?.value ?? 0);
  const nu = fit.logTie === null ? 0 : Math.exp(fit.logTie.value);
  return 0.5 * Math.log1p(outcomeTerms(difference, nu).information * variance);
}

/**
 * Candidates in order of expected information, highest first; equal gains keep their given order.
 *
 * @param fit - current fit.
 * @param candidates - pairs that may be judged next.
 * @returns pairs with their gain in nats.
 */
export function rankPairsByInformation(
  fit: BradleyTerryFit,
  candidates: readonly ItemPair[],
): { readonly pair: ItemPair; readonly gain: number }[] {
  return candidates
    .map((pair) => ({ pair, gain: expectedInformationGain(fit, pair) }))
    .toSorted((a, b) => (a.gain === b.gain ? 0 : b.gain - a.gain));
}

/** Places an item could take given the errors of the differences, 1 = best. */
export interface RankRange {
  /** Place by estimated strength; equal strengths share the better place. */
  readonly rank: number;
  readonly best: number;
  readonly worst: number;
}

/**
 * Rank of each item within its component, with the range that the data leave open: the best place
 * counts the items that are significantly stronger, the worst those that are not significantly
 * weaker (each pair on its own, without correction for many pairs).
 *
 * @param fit - current fit.
 * @returns one range per item.
 */
export function rankRanges(fit: BradleyTerryFit): RankRange[] {
  const z = normalMultiplier(fit.confidence);
  const groups: number[][] = fit.componentSizes.map(() => []);
  fit.component.forEach((number, item) => groups[number]?.push(item));
  const ranges: RankRange[] = Array.from({ length: fit.strengths.length }, () => ({
    rank: 1,
    best: 1,
    worst: 1,
  }));
  for (const members of groups) {
    for (const item of members) {
      const own = fit.strengths[item]?.value ?? 0;
      let rank = 1;
      let best = 1;
      let worst = members.length;
      for (const other of members) {
        if (other === item) continue;
        const difference = (fit.strengths[other]?.value ?? 0) - own;
        const margin = z * Math.sqrt(Math.max(0, fit.differenceVariance(item, other)));
        // Rounding must not split items that are equal by symmetry.
        if (difference > 1e-9) rank++;
        if (difference > margin) best++;
        if (-difference > margin) worst--;
      }
      ranges[item] = { rank, best, worst };
    }
  }
  return ranges;
}
