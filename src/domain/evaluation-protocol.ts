/**
 * The Creative Evaluation Protocol: ten questions about a pair of creatives of one product.
 *
 * Source: Creative4U (arXiv:2508.12628) §3.2 as paraphrased second-hand ([R2] in the project's paper
 * notes). The wording on screen is ours.
 */

/** Identifiers of the ten questions, in the order they are asked. */
export const QUESTION_IDS = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10"] as const;
export type QuestionId = (typeof QUESTION_IDS)[number];

/** Q1 and Q2 gate the pair: YES to either means that it cannot be compared. */
export type GateQuestionId = "q1" | "q2";
/** Q3–Q9 compare the two creatives on one aspect each. */
export type AspectQuestionId = "q3" | "q4" | "q5" | "q6" | "q7" | "q8" | "q9";

export const GATE_QUESTION_IDS = ["q1", "q2"] as const satisfies readonly GateQuestionId[];
export const ASPECT_QUESTION_IDS = [
  "q3",
  "q4",
  "q5",
  "q6",
  "q7",
  "q8",
  "q9",
] as const satisfies readonly AspectQuestionId[];

export type GateAnswer = "YES" | "NO";
export type AspectAnswer = "A>B" | "A=B" | "A<B";
/** The label: which creative would be clicked more often. There is no tie. */
export type Label = "A" | "B";

/** One annotator's or selector's answers; absent where a question was not answered. */
export interface ProtocolAnswers {
  readonly q1?: GateAnswer;
  readonly q2?: GateAnswer;
  readonly q3?: AspectAnswer;
  readonly q4?: AspectAnswer;
  readonly q5?: AspectAnswer;
  readonly q6?: AspectAnswer;
  readonly q7?: AspectAnswer;
  readonly q8?: AspectAnswer;
  readonly q9?: AspectAnswer;
  readonly q10?: Label;
}

/** What each question is about; the key of its texts in the interface and the reasoning grammar. */
export const QUESTION_TOPICS = {
  q1: "identical",
  q2: "too-similar",
  q3: "query-match",
  q4: "title-match",
  q5: "text-in-image",
  q6: "models-and-props",
  q7: "layout",
  q8: "subject",
  q9: "background",
  q10: "more-clicks",
} as const satisfies Record<QuestionId, string>;

const FLIPPED_ASPECT = { "A>B": "A<B", "A=B": "A=B", "A<B": "A>B" } as const satisfies Record<
  AspectAnswer,
  AspectAnswer
>;

/** The same aspect answer with the sides exchanged. */
export function flipAspect(answer: AspectAnswer): AspectAnswer {
  return FLIPPED_ASPECT[answer];
}

/** The same label with the sides exchanged. */
export function flipLabel(label: Label): Label {
  return label === "A" ? "B" : "A";
}

/** The answers for the pair shown the other way round: q3–q10 flip together, the gates stay. */
export function flipAnswers(answers: ProtocolAnswers): ProtocolAnswers {
  const flipped: { -readonly [K in keyof ProtocolAnswers]: ProtocolAnswers[K] } = { ...answers };
  for (const id of ASPECT_QUESTION_IDS) {
    const answer = answers[id];
    if (answer !== undefined) flipped[id] = flipAspect(answer);
  }
  if (answers.q10 !== undefined) flipped.q10 = flipLabel(answers.q10);
  return flipped;
}

/** True when a gate question closes the pair as not comparable. */
export function isNotComparable(answers: ProtocolAnswers): boolean {
  return answers.q1 === "YES" || answers.q2 === "YES";
}
