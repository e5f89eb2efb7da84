/** The figures of `training/results/selector.md` from runs over held-out pairs. */
import {
  flipAnswers,
  flipLabel,
  QUESTION_IDS,
  type Label,
  type ProtocolAnswers,
  type QuestionId,
} from "@/domain/evaluation-protocol";
import { bootstrapTogether } from "@/domain/statistics/bootstrap";
import { measureCalibration } from "@/domain/statistics/calibration";
import { checkReason, type Verdict } from "../../creatives/reasoning/checker";
import { factsOf, type PairFacts } from "../../creatives/reasoning/grammar";
import type { OrderedRun } from "@/inference/protocol/messages";
import { AppError } from "@/shared/lib/errors";
import type { Factors } from "../../creatives/plan/types";
import type { CreativeRow, HeldOutPair } from "./held-out-pairs";

/** One run in one display order, in the terms of that order. */
export interface ScoredRun {
  readonly label: Label;
  readonly answers: ProtocolAnswers;
  readonly truth: ProtocolAnswers;
  readonly verdicts: readonly Verdict[];
}

export interface ScoredPair {
  readonly pair: HeldOutPair;
  /** Mean over both orders of P(A), in the terms of the pair as given. */
  readonly probabilityA: number;
  readonly runs: readonly [ScoredRun, ScoredRun];
}

/** A share in 0…1 with its 95 % interval over products; null without observations. */
export interface Rate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
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
  readonly faithfulReasons: Rate;
  readonly questions: Readonly<Record<QuestionId, Rate>>;
  readonly expectedCalibrationError: number | null;
}

interface Observation {
  readonly product: string;
  readonly isHit: boolean;
}

/** Mean with a percentile bootstrap that draws whole products. */
function rateOf(observations: readonly Observation[]): Rate {
  const n = observations.length;
  if (n === 0) return { value: null, low: null, high: null, n };
  const groups = [...Map.groupBy(observations, ({ product }) => product).values()];
  const hits = groups.map((group) => group.filter(({ isHit }) => isHit).length);
  const mean = (draws: ArrayLike<number>) => {
    let [sum, count] = [0, 0];
    groups.forEach((group, i) => {
      sum += (draws[i] as number) * (hits[i] as number);
      count += (draws[i] as number) * group.length;
    });
    return count === 0 ? null : sum / count;
  };
  const units = groups.map((_, i) => i);
  const [interval] = bootstrapTogether(units, groups.length, [mean]);
  return {
    value: mean(new Float64Array(groups.length).fill(1)),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    n,
  };
}

/** One run of the selector with what is true of the pair in that display order. */
export function scoreRun(
  run: OrderedRun,
  pair: HeldOutPair,
  creatives: ReadonlyMap<string, CreativeRow>,
  language: "en" | "zh",
): ScoredRun {
  const isFlipped = run.order === "BA";
  const truth = isFlipped ? flipAnswers(pair.answers) : pair.answers;
  const [left, right] = (isFlipped ? [pair.b, pair.a] : [pair.a, pair.b]).map((id) => {
    const creative = creatives.get(id);
    if (creative === undefined) {
      throw new AppError(
        "input-invalid",
        `pairs.jsonl: ${pair.id} names ${id}, not in creatives.jsonl`,
      );
    }
    return creative.factors;
  }) as [Factors, Factors];
  const facts: PairFacts = factsOf(left, right, pair.context, truth);
  const verdicts = QUESTION_IDS.flatMap((question) => {
    const answer = run.answers[question];
    if (answer === undefined) return [];
    return [checkReason(question, answer, run.reasons[question] ?? "", language, facts)];
  });
  const label = run.probabilityA >= 0.5 ? "A" : "B";
  return { label, answers: run.answers, truth, verdicts };
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
    faithfulReasons: ofRuns(scored, ({ verdicts }) => verdicts.map((v) => v === "true")),
    questions,
    expectedCalibrationError: measureCalibration(
      judged.map(({ probabilityA: p }) => Math.max(p, 1 - p)),
      judged.map(isRight),
    ).expectedError,
  };
}
