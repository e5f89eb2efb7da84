import { z } from "zod";
import { protocolAnswersSchema } from "@/domain/creative-pair";
import {
  ASPECT_QUESTION_IDS,
  isNotComparable,
  type AspectAnswer,
  type ProtocolAnswers,
} from "@/domain/evaluation-protocol";
import { ownAnswersSchema, regionSchema, type Region } from "@/domain/labeling/events";
import {
  isOwnQuestion,
  OWN_QUESTION_IDS,
  type AnyQuestionId,
  type OwnAnswers,
  type ProtocolDefinition,
  type QuestionDefinition,
} from "@/domain/labeling/protocol-definition";

/**
 * The answers being given to the pair on screen, as a pure reducer: keys, clicks and touches all
 * become the same actions. Answers are as shown: A is the left creative.
 */

export const draftSchema = z.object({
  taskKey: z.string(),
  answers: protocolAnswersSchema,
  own: ownAnswersSchema.default({}),
  strengths: z.record(z.string(), z.union([z.literal(1), z.literal(2)])),
  current: z.string(),
  reasons: z.array(z.string()),
  note: z.string(),
  regions: z.array(regionSchema),
  edits: z.int().min(0),
  input: z.enum(["keyboard", "pointer", "touch"]),
  startedAt: z.string(),
  activeMs: z.number(),
  /** Id of the decision that is being corrected, or null. */
  supersedes: z.string().nullable(),
});

export type JudgeDraft = Omit<z.infer<typeof draftSchema>, "current" | "answers" | "own"> & {
  readonly current: AnyQuestionId;
  readonly answers: ProtocolAnswers;
  /** Answers to the project's own questions. */
  readonly own: OwnAnswers;
};

export type JudgeInput = JudgeDraft["input"];

export type JudgeAction =
  | { readonly type: "favour"; readonly side: "left" | "right"; readonly isStrong: boolean }
  | { readonly type: "equal" }
  | { readonly type: "gate"; readonly answer: "YES" | "NO" }
  | { readonly type: "go"; readonly question: AnyQuestionId }
  | { readonly type: "step"; readonly by: 1 | -1 }
  | { readonly type: "reason"; readonly id: string }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "add-region"; readonly region: Region }
  | { readonly type: "remove-region"; readonly at: number }
  | { readonly type: "region-reason"; readonly at: number; readonly reason: string | undefined }
  | { readonly type: "input"; readonly input: JudgeInput };

export interface JudgeContext {
  readonly questions: readonly QuestionDefinition[];
  readonly protocol: ProtocolDefinition;
}

export function createDraft(
  taskKey: string,
  context: JudgeContext,
  startedAt: string,
  supersedes: string | null = null,
): JudgeDraft {
  return {
    taskKey,
    answers: {},
    own: {},
    strengths: {},
    current: context.questions[0]?.id ?? "q10",
    reasons: [],
    note: "",
    regions: [],
    edits: 0,
    input: "keyboard",
    startedAt,
    activeMs: 0,
    supersedes,
  };
}

export function isGate(question: AnyQuestionId): question is "q1" | "q2" {
  return question === "q1" || question === "q2";
}

/** The draft's answer to a question of either kind. */
export function answerOf(draft: JudgeDraft, question: AnyQuestionId): string | undefined {
  return isOwnQuestion(question) ? draft.own[question] : draft.answers[question];
}

function questionAfter(draft: JudgeDraft, context: JudgeContext, by: 1 | -1): AnyQuestionId {
  const at = context.questions.findIndex(({ id }) => id === draft.current);
  return context.questions[at + by]?.id ?? draft.current;
}

function withAnswer(
  draft: JudgeDraft,
  context: JudgeContext,
  answer: string,
  strength: 1 | 2 = 1,
): JudgeDraft {
  const { current } = draft;
  const before = answerOf(draft, current);
  const changed = isOwnQuestion(current)
    ? { own: { ...draft.own, [current]: answer } as OwnAnswers }
    : { answers: { ...draft.answers, [current]: answer } as ProtocolAnswers };
  const { [current]: _old, ...others } = draft.strengths;
  const strengths = strength === 2 ? { ...others, [current]: strength } : others;
  const edits = draft.edits + (before !== undefined && before !== answer ? 1 : 0);
  const answered = { ...draft, ...changed, strengths, edits };
  // A gate answered YES closes the pair: there is nothing further to ask.
  if (isNotComparable(answered.answers)) return answered;
  return { ...answered, current: questionAfter(answered, context, 1) };
}

function favour(draft: JudgeDraft, context: JudgeContext, side: "left" | "right", strong: boolean) {
  if (isGate(draft.current)) return draft;
  const favours = side === "left";
  if (draft.current === "q10") {
    const label = favours ? "A" : "B";
    // A second press on the label says the same thing more strongly.
    const isSecond = draft.answers.q10 === label && draft.strengths["q10"] !== 2;
    return withAnswer(draft, context, label, strong || isSecond ? 2 : 1);
  }
  const answer: AspectAnswer = favours ? "A>B" : "A<B";
  return withAnswer(draft, context, answer, strong ? 2 : 1);
}

/** The next draft. Actions that make no sense for the current question leave it as it is. */
export function reduceDraft(
  draft: JudgeDraft,
  action: JudgeAction,
  context: JudgeContext,
): JudgeDraft {
  switch (action.type) {
    case "favour":
      return favour(draft, context, action.side, action.isStrong);
    case "equal":
      // On a gate, ↓ is the common answer: no, they differ. Q10 is forced.
      if (isGate(draft.current)) return withAnswer(draft, context, "NO");
      return draft.current === "q10" ? draft : withAnswer(draft, context, "A=B");
    case "gate":
      return isGate(draft.current) ? withAnswer(draft, context, action.answer) : draft;
    case "go":
      return context.questions.some(({ id }) => id === action.question)
        ? { ...draft, current: action.question }
        : draft;
    case "step":
      return { ...draft, current: questionAfter(draft, context, action.by) };
    case "reason": {
      const has = draft.reasons.includes(action.id);
      const reasons = has
        ? draft.reasons.filter((id) => id !== action.id)
        : [...draft.reasons, action.id];
      return { ...draft, reasons };
    }
    case "note":
      return { ...draft, note: action.text };
    case "add-region":
      return { ...draft, regions: [...draft.regions, action.region] };
    case "remove-region":
      return { ...draft, regions: draft.regions.filter((_, at) => at !== action.at) };
    case "region-reason": {
      const regions = draft.regions.map((region, at): Region => {
        if (at !== action.at) return region;
        const { reason: _old, ...bare } = region;
        return action.reason === undefined ? bare : { ...bare, reason: action.reason };
      });
      return { ...draft, regions };
    }
    case "input":
      return draft.input === action.input ? draft : { ...draft, input: action.input };
  }
}

/** What still has to be done before the draft can be confirmed. */
export type Missing =
  | { readonly kind: "question"; readonly question: AnyQuestionId }
  | { readonly kind: "note"; readonly length: number; readonly wanted: number }
  | { readonly kind: "reasons"; readonly wanted: number };

/** Undefined when the draft can be confirmed. */
export function missingIn(draft: JudgeDraft, context: JudgeContext): Missing | undefined {
  const closed = isNotComparable(draft.answers);
  if (!closed) {
    const open = context.questions.find(({ id }) => answerOf(draft, id) === undefined);
    if (open !== undefined) return { kind: "question", question: open.id };
  }
  const { minNoteLength, minReasons } = context.protocol;
  if (!closed && draft.reasons.length < minReasons) return { kind: "reasons", wanted: minReasons };
  const length = Array.from(draft.note.trim()).length;
  if (length < minNoteLength) return { kind: "note", length, wanted: minNoteLength };
  return undefined;
}

/**
 * True when the label goes against most of the aspect answers that favour a side. Equal answers
 * say nothing. Worth pointing out, never forbidden.
 */
export function isContradiction(answers: ProtocolAnswers, own: OwnAnswers = {}): boolean {
  if (answers.q10 === undefined) return false;
  let balance = 0;
  const given = [
    ...ASPECT_QUESTION_IDS.map((id) => answers[id]),
    ...OWN_QUESTION_IDS.map((id) => own[id]),
  ];
  for (const answer of given) {
    if (answer === "A>B") balance++;
    else if (answer === "A<B") balance--;
  }
  return answers.q10 === "A" ? balance < 0 : balance > 0;
}

/** Answers that end with the pair: after a gate closed it, the aspects and the label do not count. */
export function answersToKeep(answers: ProtocolAnswers): ProtocolAnswers {
  if (answers.q1 === "YES") return { q1: "YES" };
  if (answers.q2 === "YES") {
    return answers.q1 === undefined ? { q2: "YES" } : { q1: answers.q1, q2: "YES" };
  }
  return answers;
}
