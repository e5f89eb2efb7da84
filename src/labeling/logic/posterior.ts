import { judgementsOf } from "@/domain/labeling/judgement";
import type { LabelState } from "@/domain/labeling/label-state";
import type { LabelingPair } from "@/domain/labeling/records";
import { fitBradleyTerry } from "@/domain/statistics/bradley-terry";
import { comparisonsOf, indexCreatives } from "./comparisons";
import { unknownPosterior, type PreferencePosterior } from "./information-gain";

/** Prior precision: the inverse of the variance that an unjudged creative has. */
const RIDGE = 1 / 2.25;

/** What the judgements so far say about each creative's strength, as independent Gaussians. */
export function posteriorOf(
  state: LabelState,
  pairs: readonly LabelingPair[],
  pairsById: ReadonlyMap<string, LabelingPair>,
): PreferencePosterior {
  const judgements = judgementsOf(state, pairsById);
  if (judgements.length === 0) return unknownPosterior;
  const seen = new Set(judgements.map(({ pair }) => pair.id));
  const judged = pairs.filter(({ id }) => seen.has(id));
  const index = indexCreatives(judged);
  const fit = fitBradleyTerry(index.size, comparisonsOf(judgements, index), { ridge: RIDGE });
  return {
    mean: (creative) => fit.strengths[index.get(creative) ?? -1]?.value ?? 0,
    variance: (creative) => {
      const estimate = fit.strengths[index.get(creative) ?? -1];
      return estimate === undefined
        ? unknownPosterior.variance(creative)
        : estimate.standardError ** 2;
    },
  };
}
