import { z } from "zod";
import { QUESTION_IDS, type AspectAnswer, type QuestionId } from "../evaluation-protocol";

/**
 * A labelling project's own edition of the Creative Evaluation Protocol: the questions, their order
 * and wording, and the reasons an annotator can give. The identifiers q1–q10 and their kinds never
 * change, so that every export stays readable by tools that know the protocol; a project's own
 * questions are further aspects, x1–x9, whose answers are kept beside those of the protocol.
 */

/** Aspect questions that a project can add. */
export const OWN_QUESTION_IDS = ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9"] as const;
export type OwnQuestionId = (typeof OWN_QUESTION_IDS)[number];
export type AnyQuestionId = QuestionId | OwnQuestionId;
export type OwnAnswers = { readonly [K in OwnQuestionId]?: AspectAnswer };

/** True for a question that the project added to Q1–Q10. */
export function isOwnQuestion(id: AnyQuestionId): id is OwnQuestionId {
  return (OWN_QUESTION_IDS as readonly string[]).includes(id);
}

const bilingualText = z.strictObject({ en: z.string().max(2000), zh: z.string().max(2000) });
export type BilingualText = z.infer<typeof bilingualText>;

export const questionDefinitionSchema = z.strictObject({
  id: z.enum([...QUESTION_IDS, ...OWN_QUESTION_IDS]),
  /** Short name for the list beside the pair. */
  name: bilingualText,
  /** The question itself, shown large while it is current. */
  text: bilingualText,
  /** A question that is not asked stays unanswered. Q10 is always asked. */
  asked: z.boolean(),
  /** The project's own words for the answers; what is absent or empty has the usual ones. */
  answers: z
    .strictObject({
      left: bilingualText,
      equal: bilingualText,
      right: bilingualText,
      no: bilingualText,
      yes: bilingualText,
    })
    .partial()
    .optional(),
});
export type AnswerName = "left" | "equal" | "right" | "no" | "yes";
export type QuestionDefinition = z.infer<typeof questionDefinitionSchema>;

export const reasonDefinitionSchema = z.strictObject({
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[a-z0-9_-]+$/u, "letters a-z, digits, - and _ only"),
  label: bilingualText,
  /** `for`: speaks for the favoured creative; `against`: speaks against the other one. */
  polarity: z.enum(["for", "against"]),
});

export const protocolDefinitionSchema = z.strictObject({
  version: z.int().positive(),
  createdAt: z.string(),
  questions: z
    .array(questionDefinitionSchema)
    .max(QUESTION_IDS.length + OWN_QUESTION_IDS.length)
    .refine(
      (questions) => {
        const ids = new Set<string>(questions.map(({ id }) => id));
        return ids.size === questions.length && QUESTION_IDS.every((id) => ids.has(id));
      },
      { error: "needs every question q1 to q10 exactly once" },
    ),
  reasons: z.array(reasonDefinitionSchema).max(30),
  /** Free text must have at least this many characters; 0 makes it optional. */
  minNoteLength: z.int().min(0).max(500),
  minReasons: z.int().min(0).max(5),
});
export type ProtocolDefinition = z.infer<typeof protocolDefinitionSchema>;

type Wording = readonly [name: readonly [string, string], text: readonly [string, string]];

// Source: the protocol as paraphrased second-hand in the paper notes; the wording is ours.
const DEFAULT_WORDING: Record<QuestionId, Wording> = {
  q1: [
    ["Identical", "完全相同"],
    ["Are the two images identical?", "两张图片是否完全相同？"],
  ],
  q2: [
    ["Too similar", "过于相似"],
    ["Are they so similar that no judgement is possible?", "两张图片是否相似到无法判断优劣？"],
  ],
  q3: [
    ["Query fit", "与搜索词的契合"],
    [
      "Which image fits the queries better: text in the image, elements shown, style?",
      "哪张图片更符合搜索词（图中文字、画面元素、视觉风格）？",
    ],
  ],
  q4: [
    ["Title fit", "与标题的契合"],
    ["Which image fits the product title better?", "哪张图片更符合商品标题？"],
  ],
  q5: [
    ["Text in image", "图中文字"],
    [
      "Whose text works better: product facts, needs, selling points, call to action, use?",
      "哪张图片的文字更有效（商品信息、痛点、卖点、行动号召、使用场景）？",
    ],
  ],
  q6: [
    ["Models and props", "模特与道具"],
    [
      "Whose models and props are more fitting and useful?",
      "哪张图片的模特与道具更合适、更有作用？",
    ],
  ],
  q7: [
    ["Layout", "版式"],
    [
      "Whose layout is better: borders, picture-in-picture?",
      "哪张图片的版式更好（边框、画中画）？",
    ],
  ],
  q8: [
    ["Product subject", "商品主体"],
    [
      "Who shows the product better: position, size, angle, completeness, quantity, state?",
      "哪张图片的商品主体更好（位置、大小、角度、完整度、数量、状态）？",
    ],
  ],
  q9: [
    ["Background", "背景"],
    [
      "Whose background is better: colour harmony, consistent scene, beauty?",
      "哪张图片的背景更好（色彩协调、场景一致、美观）？",
    ],
  ],
  q10: [
    ["More clicks", "更多点击"],
    ["Which image will shoppers more probably click?", "用户更可能点击哪张图片？"],
  ],
};

const DEFAULT_REASONS: readonly (readonly [string, "for" | "against", string, string])[] = [
  ["clear-headline", "for", "clear headline", "标题清晰"],
  ["benefit-stated", "for", "benefit stated", "卖点明确"],
  ["offer-visible", "for", "price or offer visible", "价格或优惠醒目"],
  ["product-large", "for", "product large and complete", "商品大而完整"],
  ["matches-query", "for", "matches the query", "符合搜索词"],
  ["fitting-scene", "for", "fitting scene or model", "场景或模特合适"],
  ["clean-layout", "for", "clean layout", "版式干净"],
  ["other-cluttered", "against", "other is cluttered", "另一张杂乱"],
  ["other-hard-to-read", "against", "other is hard to read", "另一张文字难认"],
  ["other-cut-off", "against", "other cuts the product off", "另一张商品不完整"],
];

/** The protocol a new project starts with. */
export function createDefaultProtocol(createdAt: string): ProtocolDefinition {
  return {
    version: 1,
    createdAt,
    questions: QUESTION_IDS.map((id) => {
      const [name, text] = DEFAULT_WORDING[id];
      return {
        id,
        name: { en: name[0], zh: name[1] },
        text: { en: text[0], zh: text[1] },
        asked: true,
      };
    }),
    reasons: DEFAULT_REASONS.map(([id, polarity, en, zh]) => ({
      id,
      polarity,
      label: { en, zh },
    })),
    minNoteLength: 0,
    minReasons: 0,
  };
}

/** The questions to ask, in order: every asked one in full mode, only the label in quick mode. */
export function questionsToAsk(
  protocol: ProtocolDefinition,
  mode: "full" | "quick",
): readonly QuestionDefinition[] {
  return protocol.questions.filter(
    (question) => question.id === "q10" || (mode === "full" && question.asked),
  );
}
