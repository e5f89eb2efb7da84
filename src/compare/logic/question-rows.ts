import {
  flipAnswers,
  QUESTION_IDS,
  type ProtocolAnswers,
  type QuestionId,
} from "@/domain/evaluation-protocol";

/** What one display order has said so far, in its own terms. */
export interface OrderLines {
  readonly answers: ProtocolAnswers;
  readonly reasons: Readonly<Partial<Record<QuestionId, string>>>;
}

/** Whether both display orders say the same about a question, once the sides are put back. */
export type OrderAgreement = "pending" | "agree" | "differ" | "single";

export interface QuestionRow {
  readonly question: QuestionId;
  /** In the terms of the pair as given; absent while unanswered. */
  readonly answer?: string;
  readonly reason?: string;
  /** The other display order's answer with the sides put back, and its reason word for word. */
  readonly otherAnswer?: string;
  readonly otherReason?: string;
  readonly agreement: OrderAgreement;
}

function agreementOf(
  answer: string | undefined,
  other: string | undefined,
  isFinished: boolean,
): OrderAgreement {
  if (answer !== undefined && other !== undefined) return answer === other ? "agree" : "differ";
  return isFinished ? "single" : "pending";
}

/**
 * One row per question: the answer and reason of the pair as given, beside what the exchanged order
 * said. After a YES to a gate the selector may leave questions out; such rows stay unanswered.
 *
 * @param given - the run in the order AB.
 * @param exchanged - the run in the order BA, in its own terms.
 * @param isFinished - whether more may still come.
 */
export function questionRows(
  given: OrderLines,
  exchanged: OrderLines,
  isFinished: boolean,
): readonly QuestionRow[] {
  const back = flipAnswers(exchanged.answers);
  return QUESTION_IDS.map((question) => {
    const answer = given.answers[question];
    const reason = given.reasons[question];
    const otherAnswer = back[question];
    const otherReason = exchanged.reasons[question];
    return {
      question,
      ...(answer === undefined ? {} : { answer }),
      ...(reason === undefined ? {} : { reason }),
      ...(otherAnswer === undefined ? {} : { otherAnswer }),
      ...(otherReason === undefined ? {} : { otherReason }),
      agreement: agreementOf(answer, otherAnswer, isFinished),
    };
  });
}

/** The side an answer favours; undefined for ties and the gate questions. */
export function favouredSide(answer: string | undefined): "A" | "B" | undefined {
  if (answer === "A>B" || answer === "A") return "A";
  if (answer === "A<B" || answer === "B") return "B";
  return undefined;
}

/** The line a run is writing now: the question and the words so far. */
export function lineInProgress(
  text: string,
): { readonly question: QuestionId; readonly words: string } | undefined {
  const last = text.slice(text.lastIndexOf("\n") + 1);
  const match = /^Q(10|[1-9])(?: (?:YES|NO|A[<=>]B|[AB])(?: (.*))?)?$/u.exec(last.trim());
  if (match === null) return undefined;
  const question = QUESTION_IDS.find((id) => id === `q${match[1]}`);
  return question === undefined ? undefined : { question, words: match[2] ?? "" };
}
