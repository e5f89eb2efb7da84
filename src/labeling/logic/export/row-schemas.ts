import { z } from "zod";
import { creativePairSchema, protocolAnswersSchema } from "@/domain/creative-pair";
import { boxSchema, judgedSchema, ownAnswersSchema, shownSchema } from "@/domain/labeling/events";
import { creativeSchema, pairSchema } from "@/domain/labeling/records";

/**
 * What each export writes, as schemas: the writers' row types come from them, and so do the JSON
 * Schemas in docs/formats (`npm run formats`).
 */

/** A file name inside the export, relative to the export's root. */
const imageFile = z.string().min(1);
const split = z.enum(["train", "test"]);

/**
 * The judgement itself, as the log holds it. A row that carries it comes back without loss; one
 * whose visible columns were edited afterwards is read by its columns.
 */
export const carriedSchema = z.strictObject({ pair: pairSchema, event: judgedSchema });
export type Carried = z.infer<typeof carriedSchema>;

/** The same judgement in the other display order: the row named here carries it. */
const twinSchema = z.strictObject({ twin: z.string() });

/** A creative of a decision row. */
export const sideSchema = z.strictObject({
  id: creativeSchema.shape.id,
  file: imageFile,
  name: creativeSchema.shape.name,
  sha256: creativeSchema.shape.sha256,
  w: creativeSchema.shape.width,
  h: creativeSchema.shape.height,
  impressions: creativeSchema.shape.impressions,
  clicks: creativeSchema.shape.clicks,
  factors: creativeSchema.shape.factors,
});

export const decisionRowSchema = z.strictObject({
  schema: z.literal("creativepair/1"),
  pair_id: z.string(),
  product_id: z.string(),
  title: z.string(),
  queries: z.array(z.string()),
  a: sideSchema,
  b: sideSchema,
  split,
  shown: z.strictObject({
    left: z.enum(["a", "b"]),
    seed: z.int(),
    is_repeat: z.boolean(),
    suggestion: shownSchema.shape.suggestion,
    protocol_version: z.int().positive(),
    mode: shownSchema.shape.mode,
  }),
  choice: z.enum(["a", "b", "not_comparable"]),
  strength: z.union([z.literal(1), z.literal(2)]),
  answers: protocolAnswersSchema,
  /** Answers to the project's own questions; absent when there are none. */
  own: ownAnswersSchema.optional(),
  reasons: z.array(z.string()),
  rationale: z.string(),
  regions: z.array(
    z.strictObject({ on: z.enum(["a", "b"]), box: boxSchema, reason: z.string().optional() }),
  ),
  annotator: z.string(),
  started_at: z.string(),
  decided_at: z.string(),
  active_ms: z.number().min(0),
  input: judgedSchema.shape.input,
  edits: z.int().min(0),
  model: z
    .strictObject({
      id: z.string(),
      revision: z.string(),
      p_a: z.number().min(0).max(1),
      orders_agree: z.boolean(),
    })
    .optional(),
  perigee: carriedSchema,
});
export type DecisionRow = z.infer<typeof decisionRowSchema>;

/** The record that other tools read; `creativePairSchema` is what an import accepts. */
export const creativePairRowSchema = z.strictObject({
  ...creativePairSchema.shape,
  product_id: z.string(),
  queries: z.array(z.string()),
  protocol: protocolAnswersSchema,
  label: z.enum(["A", "B"]),
  label_source: z.literal("human"),
  cot: z.string(),
  split,
  annotator: z.string(),
  created_at: z.string(),
  presented_order: z.enum(["AB", "BA"]),
  perigee: z.union([carriedSchema, twinSchema]),
});
export type CreativePairRow = z.infer<typeof creativePairRowSchema>;

const {
  image_a: _imageA,
  image_b: _imageB,
  perigee: _perigee,
  ...sharedColumns
} = creativePairRowSchema.shape;
export const huggingFaceRowSchema = z.strictObject({
  image_a_file_name: imageFile,
  image_b_file_name: imageFile,
  ...sharedColumns,
  /** JSON text: one column type whatever the judgement holds, as Arrow tables need it. */
  perigee: z.string(),
});
export type HuggingFaceRow = z.infer<typeof huggingFaceRowSchema>;

const textPart = z.strictObject({ type: z.literal("text"), text: z.string() });
const contentPart = z.discriminatedUnion("type", [
  textPart,
  z.strictObject({ type: z.literal("image") }),
]);
const answer = z.enum(["<answer>A</answer>", "<answer>B</answer>"]);
const imagePair = z.array(imageFile).length(2);
const trlPrompt = {
  prompt: z
    .array(z.strictObject({ role: z.literal("user"), content: z.array(contentPart) }))
    .length(1),
  images: imagePair,
};
const trlAnswer = z
  .array(z.strictObject({ role: z.literal("assistant"), content: z.array(textPart).length(1) }))
  .length(1);
export const trlSftRowSchema = z.strictObject({ ...trlPrompt, completion: trlAnswer });
export const trlGrpoRowSchema = z.strictObject({ ...trlPrompt, solution: answer });
export const trlPreferenceRowSchema = z.strictObject({
  ...trlPrompt,
  chosen: trlAnswer,
  rejected: trlAnswer,
});
export type TrlSftRow = z.infer<typeof trlSftRowSchema>;
export type TrlGrpoRow = z.infer<typeof trlGrpoRowSchema>;
export type TrlPreferenceRow = z.infer<typeof trlPreferenceRowSchema>;

const message = z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string() });
export const msSwiftJudgeRowSchema = z.strictObject({
  messages: z.array(message).length(2),
  images: imagePair,
  solution: answer,
});
export const msSwiftRewardRowSchema = z.strictObject({
  messages: z.array(message).length(2),
  images: z.array(imageFile).length(1),
  rejected_messages: z.array(message).length(2),
  rejected_images: z.array(imageFile).length(1),
  margin: z.union([z.literal(1), z.literal(2)]),
});
export type MsSwiftJudgeRow = z.infer<typeof msSwiftJudgeRowSchema>;
export type MsSwiftRewardRow = z.infer<typeof msSwiftRewardRowSchema>;

const turn = <From extends string>(from: From) =>
  z.strictObject({ from: z.literal(from), value: z.string() });
export const llamaFactoryRowSchema = z.strictObject({
  conversations: z.array(turn("human")).length(1),
  chosen: turn("gpt"),
  rejected: turn("gpt"),
  images: imagePair,
});
export type LlamaFactoryRow = z.infer<typeof llamaFactoryRowSchema>;
const stanza = z.strictObject({
  file_name: z.string(),
  formatting: z.literal("sharegpt"),
  ranking: z.literal(true),
  columns: z.strictObject({
    messages: z.literal("conversations"),
    chosen: z.literal("chosen"),
    rejected: z.literal("rejected"),
    images: z.literal("images"),
  }),
});
export const llamaFactoryInfoSchema = z.strictObject({
  perigee_train: stanza,
  perigee_test: stanza,
});
export type LlamaFactoryInfo = z.infer<typeof llamaFactoryInfoSchema>;

const onImage = { to_name: z.enum(["image1", "image2"]) };
const percent = z.number().min(0).max(100);
const pairwise = z.strictObject({
  from_name: z.literal("pairwise"),
  to_name: z.literal("image1,image2"),
  type: z.literal("pairwise"),
  value: z.strictObject({ selected: z.enum(["left", "right"]) }),
});
const labelStudioResult = z.discriminatedUnion("type", [
  pairwise,
  z.strictObject({
    from_name: z.enum(["verdict", "reasons"]),
    ...onImage,
    type: z.literal("choices"),
    value: z.strictObject({ choices: z.array(z.string()).min(1) }),
  }),
  z.strictObject({
    from_name: z.literal("rationale"),
    ...onImage,
    type: z.literal("textarea"),
    value: z.strictObject({ text: z.array(z.string()).min(1) }),
  }),
  z.strictObject({
    from_name: z.enum(["box1", "box2"]),
    ...onImage,
    type: z.literal("rectanglelabels"),
    value: z.strictObject({
      x: percent,
      y: percent,
      width: percent,
      height: percent,
      rotation: z.literal(0),
      rectanglelabels: z.array(z.string()).length(1),
    }),
  }),
]);
export type LabelStudioResult = z.infer<typeof labelStudioResult>;
const labelStudioAnnotation = z.strictObject({
  completed_by: z.strictObject({ email: z.string() }),
  was_cancelled: z.boolean(),
  lead_time: z.number().min(0),
  result: z.array(labelStudioResult),
});
export type LabelStudioAnnotation = z.infer<typeof labelStudioAnnotation>;
export const labelStudioTaskSchema = z.strictObject({
  id: z.int().positive(),
  data: z.strictObject({
    image1: imageFile,
    image2: imageFile,
    product_id: z.string(),
    title: z.string(),
    query: z.string(),
    queries: z.array(z.string()),
    pair_id: z.string(),
    split,
  }),
  meta: z.strictObject({ perigee: carriedSchema }),
  annotations: z.array(labelStudioAnnotation),
  predictions: z.array(
    z.strictObject({
      model_version: z.string(),
      score: z.number().min(0).max(1),
      result: z.array(pairwise),
    }),
  ),
});
export type LabelStudioTask = z.infer<typeof labelStudioTaskSchema>;

export const arenaRowSchema = z.strictObject({
  model_a: z.string(),
  model_b: z.string(),
  winner: z.enum(["model_a", "model_b", "tie"]),
  judge: z.string(),
  /** Seconds since 1970. */
  tstamp: z.number(),
});
export type ArenaRow = z.infer<typeof arenaRowSchema>;

const rating = z.number().min(-1.5).max(1.5);
export const llmComparatorSchema = z.strictObject({
  metadata: z.strictObject({
    source_path: z.literal("Perigee"),
    custom_fields_schema: z.array(z.never()),
  }),
  models: z.array(z.strictObject({ name: z.string() })).length(2),
  examples: z.array(
    z.strictObject({
      input_text: z.string(),
      tags: z.array(z.string()),
      output_text_a: imageFile,
      output_text_b: imageFile,
      score: rating,
      individual_rater_scores: z.array(
        z.strictObject({
          score: rating,
          rating_label: z.enum(["A", "B", "none"]),
          is_flipped: z.boolean(),
          rationale: z.string(),
        }),
      ),
    }),
  ),
});
export type LlmComparatorDocument = z.infer<typeof llmComparatorSchema>;
