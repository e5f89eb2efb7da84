import { fitBradleyTerry } from "@/domain/statistics/bradley-terry";
import type { PairIndex } from "./creative";

/** A finished pair: who would win, and whether both display orders say so. */
export interface DecidedPair extends PairIndex {
  /** P(a is clicked more often than b), mean over both orders. */
  readonly probabilityA: number;
  readonly ordersAgree: boolean;
}

export interface RankedCreative {
  readonly index: number;
  /** Log strength, mean 0 over the creatives. */
  readonly strength: number;
  /** σ(strength): the chance to be clicked more often than an average creative of this set. */
  readonly chance: number;
}

export interface Ranking {
  /** Best first; equal strengths keep the order given. */
  readonly order: readonly RankedCreative[];
  /** The pair to look at oneself: the one whose orders differ and whose odds are closest to even. */
  readonly leastCertain: DecidedPair;
}

/** A probability of exactly 0 or 1 would put a creative infinitely far away. */
const CLIP = 0.005;

/**
 * Ranks creatives by Bradley-Terry strengths fitted to the pairs' probabilities: each pair counts as
 * p wins of its first and 1 − p of its second creative, so that a narrow pair pulls less than a clear
 * one. These are the selector's odds, not repeated observations; no interval is derived from them.
 *
 * @param count - number of creatives.
 * @param pairs - the decided pairs; at least one.
 * @returns undefined while there is no decided pair.
 */
export function rankCreatives(count: number, pairs: readonly DecidedPair[]): Ranking | undefined {
  const leastCertain = pairs.reduce<DecidedPair | undefined>(
    (least, pair) => (least === undefined || isLessCertain(pair, least) ? pair : least),
    undefined,
  );
  if (leastCertain === undefined) return undefined;
  const comparisons = pairs.flatMap(({ a, b, probabilityA }) => {
    const p = Math.min(1 - CLIP, Math.max(CLIP, probabilityA));
    return [
      { left: a, right: b, outcome: "left" as const, count: p },
      { left: a, right: b, outcome: "right" as const, count: 1 - p },
    ];
  });
  const fit = fitBradleyTerry(count, comparisons);
  const order = fit.strengths
    .map(({ value }, index) => ({ index, strength: value, chance: 1 / (1 + Math.exp(-value)) }))
    .sort((x, y) => y.strength - x.strength || x.index - y.index);
  return { order, leastCertain };
}

function isLessCertain(pair: DecidedPair, than: DecidedPair): boolean {
  if (pair.ordersAgree !== than.ordersAgree) return !pair.ordersAgree;
  return Math.abs(pair.probabilityA - 0.5) < Math.abs(than.probabilityA - 0.5);
}
