/** The figures of `training/results/selector.md` from runs over held-out pairs. */
import {
  flipAnswers,
  flipLabel,
  QUESTION_IDS,
  type Label,
  type ProtocolAnswers,
  type QuestionId,
} from "@/domain/evaluation-protocol";
import { parseReasoning } from "@/domain/reasoning-text";
import type { OrderedRun } from "@/inference/protocol/messages";
import {
  checkReason,
  trueFacts,
  type FactCount,
  type Verdict,
} from "../../creatives/reasoning/checker";
import { factsOf, type PairFacts } from "../../creatives/reasoning/grammar";
import type { Factors } from "../../creatives/plan/types";
import type { CreativeRow, HeldOutPair } from "./held-out-pairs";
import { expectedCalibrationError, rateOf, type Rate } from "./stats";

/** One run in one display order, in the terms of that order. */
export interface ScoredRun {
  readonly label: Label;
  /** Of the lines that could be read. */
  readonly answers: ProtocolAnswers;
  readonly truth: ProtocolAnswers;
  /** One for each answered line. */
  readonly verdicts: readonly Verdict[];
  /** Likewise. */
  readonly facts: readonly FactCount[];
  readonly isWellFormed: boolean;
}

export interface ScoredPair {
  readonly pair: HeldOutPair;
  /** Mean over both orders of P(A), in the terms of the pair as given. */
  readonly probabilityA: number;
  readonly runs: readonly [ScoredRun, ScoredRun];
}

export interface SelectorFigures {
  readonly pairs: number;
  /** Accuracy of the click model's own best guess: mean of max(p, 1 − p). */
  readonly ceiling: number | null;
  readonly accuracy: Rate;
  readonly accuracyOfCeiling: number | null;
  readonly singleRun: Rate;
  readonly bothOrders: Rate;
  readonly flips: Rate;
  /** Of the facts that the reasons state. */
  readonly trueFacts: Rate;
  readonly faithfulReasons: Rate;
  readonly wellFormedResponses: Rate;
  readonly reasonsOutsideGrammar: Rate;
  readonly questions: Readonly<Record<QuestionId, Rate>>;
  readonly expectedCalibrationError: number | null;
}

/** As `training/selector/prompt.py` has it: the format, all questions that are not void, one verdict. */
function isWellFormed({ text, answers, isWellFormed: isClean }: OrderedRun): boolean {
  const isVoid = answers.q1 === "YES" || answers.q2 === "YES";
  const isComplete = isVoid || QUESTION_IDS.every((question) => answers[question] !== undefined);
  return isClean && isComplete && answers.q10 === parseReasoning(text).label;
}

/**
 * One run of the selector with what is true of the pair in that display order.
 *
 * @param sides - the creatives given as A and B.
 */
export function scoreRun(
  run: OrderedRun,
  pair: HeldOutPair,
  sides: readonly [CreativeRow, CreativeRow],
  language: "en" | "zh",
): ScoredRun {
  const isFlipped = run.order === "BA";
  const truth = isFlipped ? flipAnswers(pair.answers) : pair.answers;
  const [a, b] = sides.map(({ factors }) => factors) as [Factors, Factors];
  const [left, right] = isFlipped ? [b, a] : [a, b];
  const facts: PairFacts = factsOf(left, right, pair.context, truth);
  // A response without a line for Q10 still names its winner; that is no answer with a reason.
  const lines = QUESTION_IDS.flatMap((question) => {
    const [answer, reason] = [run.answers[question], run.reasons[question]];
    return answer === undefined || reason === undefined ? [] : [{ question, answer, reason }];
  });
  return {
    label: run.probabilityA >= 0.5 ? "A" : "B",
    answers: Object.fromEntries(lines.map(({ question, answer }) => [question, answer])),
    truth,
    verdicts: lines.map(({ question, answer, reason }) =>
      checkReason(question, answer, reason, language, facts),
    ),
    facts: lines.map(({ question, answer, reason }) =>
      trueFacts(question, answer, reason, language, facts),
    ),
    isWellFormed: isWellFormed(run),
  };
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/** Pairs that are too alike to compare count for answers and reasons, not for the verdict. */
export function figuresOf(scored: readonly ScoredPair[]): SelectorFigures {
  const judged = scored.filter(({ pair }) => pair.comparable);
  const ofPairs = (isHit: (scoredPair: ScoredPair) => boolean) =>
    rateOf(judged.map((one) => ({ product: one.pair.product_id, isHit: isHit(one) })));
  const ofRuns = (rows: readonly ScoredPair[], hits: (run: ScoredRun) => readonly boolean[]) =>
    rateOf(
      rows.flatMap(({ pair, runs }) =>
        runs.flatMap((run) => hits(run).map((isHit) => ({ product: pair.product_id, isHit }))),
      ),
    );
  const named = ({ runs: [ab, ba] }: ScoredPair): [Label, Label] => [ab.label, flipLabel(ba.label)];
  const isRight = ({ probabilityA, pair }: ScoredPair) =>
    probabilityA >= 0.5 === (pair.label === "A");
  const ceiling = mean(judged.map(({ pair: { p_a: p } }) => Math.max(p, 1 - p)));
  const accuracy = ofPairs(isRight);
  const questions = Object.fromEntries(
    QUESTION_IDS.map((q) => [
      q,
      ofRuns(scored, ({ answers, truth }) =>
        truth[q] === undefined ? [] : [answers[q] === truth[q]],
      ),
    ]),
  ) as Record<QuestionId, Rate>;
  return {
    pairs: judged.length,
    ceiling,
    accuracy,
    accuracyOfCeiling:
      ceiling === null || accuracy.value === null ? null : accuracy.value / ceiling,
    singleRun: ofRuns(judged, ({ label, truth }) => [label === truth.q10]),
    bothOrders: ofPairs((one) => named(one).every((label) => label === one.pair.label)),
    flips: ofPairs((one) => new Set(named(one)).size === 2),
    trueFacts: ofRuns(scored, ({ facts }) =>
      facts.flatMap(([so, stated]) => Array.from({ length: stated }, (_, i) => i < so)),
    ),
    faithfulReasons: ofRuns(scored, ({ verdicts }) => verdicts.map((v) => v === "true")),
    wellFormedResponses: ofRuns(scored, (run) => [run.isWellFormed]),
    reasonsOutsideGrammar: ofRuns(scored, ({ verdicts }) => verdicts.map((v) => v === "unparsed")),
    questions,
    expectedCalibrationError: expectedCalibrationError(
      judged.map(({ probabilityA }) => probabilityA),
      judged.map(({ pair }) => pair.label === "A"),
    ),
  };
}
