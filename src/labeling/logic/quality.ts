import { ASPECT_QUESTION_IDS } from "@/domain/evaluation-protocol";
import { goldOf, judgementsOf, type Judgement } from "@/domain/labeling/judgement";
import type { LabelState } from "@/domain/labeling/label-state";
import {
  isOwnQuestion,
  OWN_QUESTION_IDS,
  type AnyQuestionId,
} from "@/domain/labeling/protocol-definition";
import type { LabelingPair } from "@/domain/labeling/records";
import {
  AGREEMENT_IDS,
  figureOf,
  measureAgreement,
  UNDEFINED_REASON_TEXT,
  type AgreementFigure,
  type AgreementId,
} from "@/domain/statistics/agreement";
import { binomialTest, wilsonInterval, type Interval } from "@/domain/statistics/binomial";
import { fitDawidSkene } from "@/domain/statistics/dawid-skene";
import { createRatingTable, type Rating } from "@/domain/statistics/rating-table";
import { medianOf } from "./pace";

/** A count with its share and Wilson's 95 % interval. */
export interface Share {
  readonly hits: number;
  readonly total: number;
  readonly interval: Interval;
}

function shareOf(flags: readonly boolean[]): Share {
  const hits = flags.filter(Boolean).length;
  return { hits, total: flags.length, interval: wilsonInterval(hits, flags.length) };
}

/** What can be said about one annotator. */
export interface AnnotatorQuality {
  readonly annotator: string;
  readonly judged: number;
  readonly skipped: number;
  readonly medianMs: number | undefined;
  /** Judgements per hour in view; undefined before there is any time. */
  readonly perHour: number | undefined;
  /** Labels for the left creative, with the exact two-sided test against one half. */
  readonly left: Share & { readonly pValue: number };
  /** Same creative chosen when the pair came back with the sides exchanged. */
  readonly consistency: Share;
  readonly gold: Share;
  /** P(right) by Dawid-Skene over all annotators; undefined without overlap. */
  readonly dawidSkene: number | undefined;
}

export interface QualityReport {
  readonly annotators: readonly AnnotatorQuality[];
  /** Coefficients on the label and on each question with any overlap. */
  readonly agreement: readonly {
    readonly question: AnyQuestionId | "label";
    readonly figures: readonly AgreementFigure[];
    readonly items: number;
  }[];
  readonly judged: number;
  readonly flagged: number;
  readonly adjudicated: number;
}

/** First showings only: a repeat is the same person's second look, not another person's. */
const isFirst = ({ event }: Judgement) => event.repeat === 0;

function ratingsOf(
  judgements: readonly Judgement[],
  answerOf: (judgement: Judgement) => string | undefined,
): Rating[] {
  return judgements.filter(isFirst).flatMap((judgement) => {
    const label = answerOf(judgement);
    if (label === undefined) return [];
    return [{ task: judgement.pair.id, worker: judgement.event.annotator, label }];
  });
}

const LABEL_CATEGORIES = ["A", "B", "none"] as const;
const ASPECT_CATEGORIES = ["A>B", "A=B", "A<B"] as const;

function answerAgreement(
  judgements: readonly Judgement[],
  question: AnyQuestionId | "label",
  ids: readonly AgreementId[] = AGREEMENT_IDS,
): QualityReport["agreement"][number] {
  const isOwn = question !== "label" && isOwnQuestion(question);
  const isAspect = isOwn || (ASPECT_QUESTION_IDS as readonly string[]).includes(question);
  const ratings = ratingsOf(judgements, ({ label, answers, own }) => {
    if (question === "label") return label;
    return isOwnQuestion(question) ? own[question] : answers[question];
  });
  const categories =
    question === "label" ? LABEL_CATEGORIES : isAspect ? ASPECT_CATEGORIES : undefined;
  const table = createRatingTable(ratings, categories);
  // Aspects have an order (A, equal, B); the label has none once "not comparable" is among it.
  const figures = measureAgreement(table, isAspect ? "ordinal" : "nominal", {
    seed: 1,
    resamples: 300,
    ids,
  });
  const items = table.items.filter(({ labels }) => labels.length > 1).length;
  return { question, figures, items };
}

/** Krippendorff's alpha of the label with its interval, as text. */
export function labelAgreementText(judgements: readonly Judgement[]): string {
  const { figures, items } = answerAgreement(judgements, "label", ["krippendorff_alpha"]);
  const alpha = figureOf(figures, "krippendorff_alpha");
  if (alpha.value === null) {
    return `undefined (${alpha.reason === null ? "no data" : UNDEFINED_REASON_TEXT[alpha.reason]})`;
  }
  const range =
    alpha.interval === null
      ? ""
      : ` [${alpha.interval.low.toFixed(2)}, ${alpha.interval.high.toFixed(2)}]`;
  return `Krippendorff's alpha ${alpha.value.toFixed(2)}${range}, ${items} pairs with two or more annotators`;
}

function choseLeft({ label, isSwapped }: Judgement): boolean {
  return (label === "A") !== isSwapped;
}

function annotatorQuality(
  annotator: string,
  own: readonly Judgement[],
  state: LabelState,
  skipped: number,
  accuracy: ReadonlyMap<string, number>,
): AnnotatorQuality {
  const labelled = own.filter(({ label }) => label !== "none");
  const left = shareOf(labelled.map(choseLeft));
  const firsts = new Map(own.filter(isFirst).map((one) => [one.pair.id, one.label]));
  const repeats = own.filter((one) => !isFirst(one) && firsts.has(one.pair.id));
  const gold = own.filter(isFirst).flatMap((one) => {
    const answer = goldOf(state, one.pair);
    return answer === undefined ? [] : [one.label === answer];
  });
  const times = own.map(({ event }) => event.activeMs).filter((ms) => ms > 0);
  const hours = times.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
  return {
    annotator,
    judged: own.length,
    skipped,
    medianMs: medianOf(times),
    perHour: hours === 0 ? undefined : times.length / hours,
    left: { ...left, pValue: left.total === 0 ? 1 : binomialTest(left.hits, left.total) },
    consistency: shareOf(repeats.map((one) => firsts.get(one.pair.id) === one.label)),
    gold: shareOf(gold),
    dawidSkene: accuracy.get(annotator),
  };
}

function workerAccuracy(judgements: readonly Judgement[]): ReadonlyMap<string, number> {
  const table = createRatingTable(
    ratingsOf(judgements, ({ label }) => label),
    LABEL_CATEGORIES,
  );
  const hasOverlap = table.items.some(({ labels }) => labels.length > 1);
  if (!hasOverlap) return new Map();
  // A dashboard needs three digits, not nine.
  const { workers } = fitDawidSkene(table, { tolerance: 1e-5, maxIterations: 200 });
  return new Map(workers.map(({ worker, accuracy }) => [worker, accuracy]));
}

/** Everything the dashboard shows about how far the judgements can be trusted. */
export function qualityReport(
  state: LabelState,
  pairs: ReadonlyMap<string, LabelingPair>,
): QualityReport {
  const judgements = judgementsOf(state, pairs);
  const accuracy = workerAccuracy(judgements);
  const skipped = new Map<string, number>();
  for (const event of state.inForce.values()) {
    if (event.kind === "skipped") {
      skipped.set(event.annotator, (skipped.get(event.annotator) ?? 0) + 1);
    }
  }
  const groups = Map.groupBy(judgements, ({ event }) => event.annotator);
  const people = new Set([...groups.keys(), ...skipped.keys()]);
  const own = OWN_QUESTION_IDS.filter((id) => judgements.some((one) => one.own[id] !== undefined));
  const questions = ["label", "q2", ...ASPECT_QUESTION_IDS, ...own] as const;
  return {
    annotators: [...people].map((annotator) =>
      annotatorQuality(
        annotator,
        groups.get(annotator) ?? [],
        state,
        skipped.get(annotator) ?? 0,
        accuracy,
      ),
    ),
    agreement: questions.map((question) => answerAgreement(judgements, question)),
    judged: judgements.filter(isFirst).length,
    flagged: state.flags.size,
    adjudicated: state.adjudications.size,
  };
}

/** How often a reason was given, and how often the creative it speaks for won in the end. */
export interface ReasonSummary {
  readonly reason: string;
  readonly count: number;
  /** Share of the annotator's labels that the pair's majority confirms, where there is one. */
  readonly confirmed: Share;
}

/** Which reasons win: each reason with how often the other annotators agree with its label. */
export function reasonSummary(judgements: readonly Judgement[]): ReasonSummary[] {
  const firsts = judgements.filter(isFirst);
  const byPair = Map.groupBy(firsts, ({ pair }) => pair.id);
  const flags = new Map<string, { count: number; agreements: boolean[] }>();
  for (const judgement of firsts) {
    const others = (byPair.get(judgement.pair.id) ?? []).filter((other) => other !== judgement);
    for (const reason of judgement.event.reasons) {
      const entry = flags.get(reason) ?? { count: 0, agreements: [] };
      entry.count++;
      for (const other of others) entry.agreements.push(other.label === judgement.label);
      flags.set(reason, entry);
    }
  }
  return [...flags]
    .map(([reason, { count, agreements }]) => ({ reason, count, confirmed: shareOf(agreements) }))
    .sort((x, y) => y.count - x.count);
}
