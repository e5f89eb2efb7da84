import { z } from "zod";

/**
 * The CreativePair-compatible record that exports, reports and the demo pairs share.
 *
 * No official schema is public. The five core fields (`image_a`, `image_b`, `product_title`,
 * `query`, `label`) follow the layout a third-party evaluator assumed; the rest is ours.
 */
export const aspectAnswerSchema = z.enum(["A>B", "A=B", "A<B"]);
const gateAnswer = z.enum(["YES", "NO"]);

export const protocolAnswersSchema = z.strictObject({
  q1: gateAnswer.optional(),
  q2: gateAnswer.optional(),
  q3: aspectAnswerSchema.optional(),
  q4: aspectAnswerSchema.optional(),
  q5: aspectAnswerSchema.optional(),
  q6: aspectAnswerSchema.optional(),
  q7: aspectAnswerSchema.optional(),
  q8: aspectAnswerSchema.optional(),
  q9: aspectAnswerSchema.optional(),
  q10: z.enum(["A", "B"]).optional(),
});

const clickCounts = z.strictObject({
  impressions: z.int().nonnegative(),
  clicks: z.int().nonnegative(),
});

export const creativePairSchema = z.looseObject({
  id: z.string().min(1),
  image_a: z.string().min(1),
  image_b: z.string().min(1),
  product_title: z.string(),
  query: z.string(),
  queries: z.array(z.string()).optional(),
  protocol: protocolAnswersSchema.optional(),
  explanations: z
    .partialRecord(
      z.enum(["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q10"]),
      z.string(),
    )
    .optional(),
  label: z.enum(["A", "B"]).optional(),
  label_source: z.enum(["human", "ctr", "model"]).optional(),
  ctr: z.strictObject({ a: clickCounts, b: clickCounts }).optional(),
  cot: z.string().optional(),
  split: z.enum(["train", "test"]).optional(),
  annotator: z.string().optional(),
  created_at: z.string().optional(),
  presented_order: z.enum(["AB", "BA"]).optional(),
});

/** One CreativePair record, sides A and B as shown. */
export type CreativePairRecord = z.infer<typeof creativePairSchema>;
