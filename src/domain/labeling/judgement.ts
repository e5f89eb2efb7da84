import {
  flipAnswers,
  flipAspect,
  isNotComparable,
  QUESTION_IDS,
  type Label,
  type ProtocolAnswers,
} from "../evaluation-protocol";
import type { JudgedEvent, LabelEvent } from "./events";
import type { LabelState } from "./label-state";
import { OWN_QUESTION_IDS, type OwnAnswers } from "./protocol-definition";
import type { LabelingPair } from "./records";

/** A judgement in the pair's own sides, whatever side each creative was shown on. */
export interface Judgement {
  readonly event: JudgedEvent;
  readonly pair: LabelingPair;
  readonly answers: ProtocolAnswers;
  /** Answers to the project's own questions. */
  readonly own: OwnAnswers;
  /** `none`: closed by Q1 or Q2. */
  readonly label: Label | "none";
  readonly isSwapped: boolean;
  readonly strength: 1 | 2;
}

/** True when the pair's `b` was shown on the left. */
export function wasSwapped(event: { shown: { left: string } }, pair: LabelingPair): boolean {
  return event.shown.left === pair.b;
}

/** The answers in the pair's own sides. */
export function canonicalAnswers(event: JudgedEvent, pair: LabelingPair): ProtocolAnswers {
  const answers = withoutUndefined(event.answers);
  return wasSwapped(event, pair) ? flipAnswers(answers) : answers;
}

const NO_OWN: OwnAnswers = {};

/** The answers to the project's own questions in the pair's own sides. */
function canonicalOwn(event: JudgedEvent, pair: LabelingPair): OwnAnswers {
  if (event.own === undefined) return NO_OWN;
  const swapped = wasSwapped(event, pair);
  return Object.fromEntries(
    OWN_QUESTION_IDS.flatMap((id) => {
      const answer = event.own?.[id];
      return answer === undefined ? [] : [[id, swapped ? flipAspect(answer) : answer] as const];
    }),
  );
}

/** The answers themselves unless one is there without a value: logs of 100,000 have few of those. */
function withoutUndefined(answers: JudgedEvent["answers"]): ProtocolAnswers {
  for (const id of QUESTION_IDS) {
    if (id in answers && answers[id] === undefined) {
      return Object.fromEntries(
        Object.entries(answers).filter(([, answer]) => answer !== undefined),
      ) as ProtocolAnswers;
    }
  }
  return answers as ProtocolAnswers;
}

/** A judged event in the pair's own sides, or undefined when it answers neither gate nor label. */
export function toJudgement(event: JudgedEvent, pair: LabelingPair): Judgement | undefined {
  const answers = canonicalAnswers(event, pair);
  const label = isNotComparable(answers) ? "none" : answers.q10;
  if (label === undefined) return undefined;
  const strength = event.strengths["q10"] ?? 1;
  const own = canonicalOwn(event, pair);
  return { event, pair, answers, own, label, isSwapped: wasSwapped(event, pair), strength };
}

/** Every judgement in force, in the order of the log. */
export function judgementsOf(
  state: LabelState,
  pairs: ReadonlyMap<string, LabelingPair>,
): Judgement[] {
  const out: Judgement[] = [];
  // Few logs are out of order, and sorting 100,000 takes longer than looking.
  let isSorted = true;
  let last = "";
  for (const event of state.inForce.values()) {
    if (event.kind !== "judged") continue;
    const pair = pairs.get(event.pair);
    if (pair === undefined) continue;
    const judgement = toJudgement(event, pair);
    if (judgement === undefined) continue;
    isSorted &&= last < event.id;
    last = event.id;
    out.push(judgement);
  }
  return isSorted ? out : out.sort((x, y) => (x.event.id < y.event.id ? -1 : 1));
}

/** The pair's gold answer: an adjudication marked as gold wins over the imported one. */
export function goldOf(state: LabelState, pair: LabelingPair): Label | undefined {
  const adjudicated = state.adjudications.get(pair.id);
  if (adjudicated?.asGold === true && adjudicated.label !== "none") return adjudicated.label;
  return pair.gold;
}

/**
 * The pair's final label: the adjudicator's decision, else the majority of first showings.
 *
 * @returns `tie` when as many annotators say A as B, `none` when most closed the pair, undefined
 *   when nobody judged it.
 */
export function finalLabel(
  judgements: readonly Judgement[],
  adjudication: (LabelEvent & { kind: "adjudicated" }) | undefined,
): Label | "none" | "tie" | undefined {
  if (adjudication !== undefined) return adjudication.label;
  const counts = { A: 0, B: 0, none: 0 };
  for (const judgement of judgements) {
    if (judgement.event.repeat === 0) counts[judgement.label]++;
  }
  const total = counts.A + counts.B + counts.none;
  if (total === 0) return undefined;
  if (counts.none * 2 > total) return "none";
  if (counts.A === counts.B) return "tie";
  return counts.A > counts.B ? "A" : "B";
}
