import { judgementsOf } from "@/domain/labeling/judgement";
import type { LabelState } from "@/domain/labeling/label-state";
import type { LabelingPair } from "@/domain/labeling/records";
import { fitBradleyTerry, type BradleyTerryFit } from "@/domain/statistics/bradley-terry";
import { expectedInformationGain } from "@/domain/statistics/pair-selection";
import { comparesTwo, comparisonsOf, indexCreatives } from "./comparisons";

interface GainInput {
  readonly state: LabelState;
  readonly pairs: readonly LabelingPair[];
  readonly pairsById: ReadonlyMap<string, LabelingPair>;
}

/** A new fit after this many judgements: the order need not follow each one. */
const REFIT_EVERY = 10;
/** Gaussian prior on log strengths, so that creatives never compared have a finite variance. */
const RIDGE = 0.5;

/**
 * Expected information of judging a pair next, from the judgements so far (Bradley-Terry, with a
 * prior), or from the preference head's scores p(1 − p) where it has some. Refits by itself.
 */
export function createQueueGain(
  read: () => GainInput,
  scores?: Readonly<Record<string, number>>,
): (pair: LabelingPair) => number {
  let fitted: { readonly fit: BradleyTerryFit; readonly at: number } | undefined;
  let index: ReadonlyMap<string, number> | undefined;
  let indexed: readonly LabelingPair[] | undefined;

  function current(): BradleyTerryFit {
    const { state, pairs, pairsById } = read();
    if (indexed !== pairs) {
      index = indexCreatives(pairs);
      indexed = pairs;
      fitted = undefined;
    }
    const due = Math.floor(state.inForce.size / REFIT_EVERY);
    if (fitted?.at !== due) {
      const comparisons = comparisonsOf(judgementsOf(state, pairsById), index!);
      const fit = fitBradleyTerry(index!.size, comparisons, { ridge: RIDGE });
      fitted = { fit, at: due };
    }
    return fitted.fit;
  }

  return (pair) => {
    if (!comparesTwo(pair)) return 0;
    const [a, b] = [scores?.[pair.a], scores?.[pair.b]];
    if (a !== undefined && b !== undefined) {
      const p = 1 / (1 + Math.exp(b - a));
      return p * (1 - p);
    }
    const fit = current();
    return expectedInformationGain(fit, [index!.get(pair.a)!, index!.get(pair.b)!]);
  };
}
