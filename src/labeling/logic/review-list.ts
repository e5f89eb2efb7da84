import { finalLabel, judgementsOf, type Judgement } from "@/domain/labeling/judgement";
import type { LabelState } from "@/domain/labeling/label-state";
import type { LabelingPair } from "@/domain/labeling/records";

export const REVIEW_FILTERS = [
  "disagreements",
  "flagged",
  "skipped",
  "adjudicated",
  "all",
] as const;
export type ReviewFilter = (typeof REVIEW_FILTERS)[number];

export interface ReviewEntry {
  readonly pair: LabelingPair;
  readonly judgements: readonly Judgement[];
  readonly skips: number;
  readonly final: ReturnType<typeof finalLabel>;
  readonly isDisagreement: boolean;
}

/** Pairs with decisions, disagreements first to be looked at. */
export function reviewEntries(
  state: LabelState,
  pairs: readonly LabelingPair[],
  pairsById: ReadonlyMap<string, LabelingPair>,
): ReviewEntry[] {
  const byPair = Map.groupBy(judgementsOf(state, pairsById), ({ pair }) => pair.id);
  const skips = new Map<string, number>();
  for (const event of state.inForce.values()) {
    if (event.kind === "skipped") skips.set(event.pair, (skips.get(event.pair) ?? 0) + 1);
  }
  const out: ReviewEntry[] = [];
  for (const pair of pairs) {
    const judgements = byPair.get(pair.id) ?? [];
    const skipped = skips.get(pair.id) ?? 0;
    if (judgements.length === 0 && skipped === 0 && !state.flags.has(pair.id)) continue;
    const labels = new Set(judgements.map(({ label }) => label));
    out.push({
      pair,
      judgements,
      skips: skipped,
      final: finalLabel(judgements, state.adjudications.get(pair.id)),
      isDisagreement: labels.size > 1,
    });
  }
  return out;
}

export function filterEntries(
  entries: readonly ReviewEntry[],
  filter: ReviewFilter,
  state: LabelState,
): ReviewEntry[] {
  return entries.filter((entry) => {
    switch (filter) {
      case "disagreements":
        return entry.isDisagreement && !state.adjudications.has(entry.pair.id);
      case "flagged":
        return state.flags.has(entry.pair.id);
      case "skipped":
        return entry.skips > 0;
      case "adjudicated":
        return state.adjudications.has(entry.pair.id);
      case "all":
        return true;
    }
  });
}
