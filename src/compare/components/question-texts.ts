import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { QuestionId } from "@/domain/evaluation-protocol";

interface QuestionText {
  readonly name: MessageDescriptor;
  readonly question: MessageDescriptor;
}

/** The ten questions as Compare words them; the wording is ours, after the published protocol. */
export const QUESTION_TEXTS: Readonly<Record<QuestionId, QuestionText>> = {
  q1: { name: msg`Identical`, question: msg`Are the two images identical?` },
  q2: { name: msg`Too similar`, question: msg`Are they too similar to be judged?` },
  q3: { name: msg`Query fit`, question: msg`Which one fits the queries better?` },
  q4: { name: msg`Title fit`, question: msg`Which one fits the product title better?` },
  q5: { name: msg`Text in image`, question: msg`Whose text works better?` },
  q6: { name: msg`Models and props`, question: msg`Whose models and props are more useful?` },
  q7: { name: msg`Layout`, question: msg`Whose layout is better?` },
  q8: { name: msg`Product subject`, question: msg`Who shows the product better?` },
  q9: { name: msg`Background`, question: msg`Whose background is better?` },
  q10: { name: msg`More clicks`, question: msg`Which one would be clicked more often?` },
};
