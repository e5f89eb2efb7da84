import { finalLabel, judgementsOf, toJudgement, type Judgement } from "@/domain/labeling/judgement";
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

/** Ids of the pairs in each list, in the project's order. */
export type ReviewLists = Readonly<Record<ReviewFilter, readonly string[]>>;

/** Pairs with decisions, by why they are worth a second look. */
export function reviewLists(
  state: LabelState,
  pairs: readonly LabelingPair[],
  pairsById: ReadonlyMap<string, LabelingPair>,
): ReviewLists {
  const labels = new Map<string, Set<string>>();
  for (const { pair, label } of judgementsOf(state, pairsById)) {
    const known = labels.get(pair.id);
    if (known === undefined) labels.set(pair.id, new Set([label]));
    else known.add(label);
  }
  const skipped = new Set<string>();
  for (const event of state.inForce.values()) {
    if (event.kind === "skipped") skipped.add(event.pair);
  }
  const lists: Record<ReviewFilter, string[]> = {
    disagreements: [],
    flagged: [],
    skipped: [],
    adjudicated: [],
    all: [],
  };
  for (const { id } of pairs) {
    const given = labels.get(id);
    const isFlagged = state.flags.has(id);
    if (given === undefined && !skipped.has(id) && !isFlagged) continue;
    const isAdjudicated = state.adjudications.has(id);
    lists.all.push(id);
    if (given !== undefined && given.size > 1 && !isAdjudicated) lists.disagreements.push(id);
    if (isFlagged) lists.flagged.push(id);
    if (skipped.has(id)) lists.skipped.push(id);
    if (isAdjudicated) lists.adjudicated.push(id);
  }
  return lists;
}

export interface ReviewEntry {
  readonly pair: LabelingPair;
  readonly judgements: readonly Judgement[];
  readonly skips: number;
  /** The adjudicator's decision, else the majority. */
  readonly final: ReturnType<typeof finalLabel>;
}

/** What was decided on one pair, in the order of the log. */
export function reviewEntry(state: LabelState, pair: LabelingPair): ReviewEntry {
  const judgements: Judgement[] = [];
  let skips = 0;
  for (const task of state.tasksByPair.get(pair.id) ?? []) {
    const event = state.inForce.get(task);
    if (event?.kind === "skipped") skips++;
    if (event?.kind !== "judged") continue;
    const judgement = toJudgement(event, pair);
    if (judgement !== undefined) judgements.push(judgement);
  }
  judgements.sort((x, y) => (x.event.id < y.event.id ? -1 : 1));
  const final = finalLabel(judgements, state.adjudications.get(pair.id));
  return { pair, judgements, skips, final };
}
