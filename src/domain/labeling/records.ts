import { z } from "zod";
import { protocolDefinitionSchema } from "./protocol-definition";

/**
 * What a labelling project is made of. Every record is plain data with a schema version; the same
 * schemas check what IndexedDB returns and what a file brings in.
 */

export const LABELING_SCHEMA_VERSION = 1;

/** Longest text a record keeps; a longer one is a broken file or an attack. */
const MAX_TEXT = 4000;
const identifier = z.string().min(1).max(200);

export const pairRuleSchema = z.strictObject({
  strategy: z.enum([
    "all-within-product",
    "random",
    "click-gap",
    "chain",
    "uncertainty",
    "disagreement",
    "imported",
  ]),
  /** Most pairs in all, and per product. */
  limit: z.int().positive().max(1_000_000),
  perProduct: z.int().positive().max(100_000),
  /** Click gap: |ctrA − ctrB| ÷ the smaller one must exceed this. CreativePair's rule: 0.6. */
  minRelativeGap: z.number().min(0),
  /** Click gap: both creatives need more impressions than this. CreativePair's rule: 1,000. */
  minImpressions: z.int().min(0),
});
export type PairRule = z.infer<typeof pairRuleSchema>;

export const annotatorSchema = z.strictObject({
  id: identifier,
  name: z.string().min(1).max(120),
});
export type Annotator = z.infer<typeof annotatorSchema>;

/** A pair shown with the guidelines, with the answer that is expected and why. */
export const guidelineExampleSchema = z.strictObject({
  /** Creative ids. */
  a: identifier,
  b: identifier,
  answer: z.enum(["A", "B", "none"]),
  note: z.string().max(2000),
});
export type GuidelineExample = z.infer<typeof guidelineExampleSchema>;

export const MAX_EXAMPLES = 20;

export const projectSchema = z.strictObject({
  schemaVersion: z.literal(LABELING_SCHEMA_VERSION),
  id: identifier,
  title: z.string().min(1).max(300),
  /** Markdown; rendered without raw HTML. */
  guidelines: z.string().max(100_000),
  /** Absent in projects that were made before there were any. */
  examples: z.array(guidelineExampleSchema).max(MAX_EXAMPLES).optional(),
  /** Every edition, oldest first; the last one is in force. */
  protocols: z.array(protocolDefinitionSchema).min(1),
  annotators: z.array(annotatorSchema).max(1000),
  mode: z.enum(["full", "quick"]),
  rule: pairRuleSchema,
  seed: z.int(),
  /** Judgements wanted per pair. */
  overlap: z.int().min(1).max(50),
  /** Share of pairs whose known answer makes them gold, in [0, 1]. */
  goldShare: z.number().min(0).max(1),
  /** Share of pairs shown a second time to the same annotator with the sides exchanged. */
  repeatShare: z.number().min(0).max(1),
  testShare: z.number().min(0).max(1),
  order: z.enum(["fixed", "uncertainty"]),
  assist: z.strictObject({
    suggestion: z.enum(["off", "before", "after"]),
    preferenceHead: z.boolean(),
  }),
  licence: z.string().max(300),
  createdAt: z.string(),
});
export type LabelingProject = z.infer<typeof projectSchema>;

/** Where the image is: in the blob store, at a same-origin address, or in the user's own folder. */
export const imageRefSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("stored"), path: z.string().max(500) }),
  z.strictObject({ kind: z.literal("site"), url: z.string().max(500) }),
  z.strictObject({ kind: z.literal("folder"), path: z.string().max(1000) }),
  z.strictObject({ kind: z.literal("missing"), path: z.string().max(1000) }),
]);

export const productSchema = z.strictObject({
  id: identifier,
  title: z.string().max(MAX_TEXT),
  titleZh: z.string().max(MAX_TEXT).optional(),
  queries: z.array(z.string().max(500)).max(50),
  queriesZh: z.array(z.string().max(500)).max(50).optional(),
});
export type LabelingProduct = z.infer<typeof productSchema>;

export const creativeSchema = z.strictObject({
  id: identifier,
  productId: identifier,
  image: imageRefSchema,
  /** File name as imported; exports use it. */
  name: z.string().max(300),
  /** Hex; absent while the bytes were not read (referenced folders, addresses). */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/u)
    .optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  impressions: z.int().min(0).optional(),
  clicks: z.int().min(0).optional(),
  /** Covariates by name: recorded factors of the image, or values computed from its pixels. */
  factors: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).optional(),
});
export type LabelingCreative = z.infer<typeof creativeSchema>;

export const pairSchema = z.strictObject({
  id: identifier,
  productId: identifier,
  /** Creative ids; `a` and `b` are the pair's own sides, not what was shown on the left. */
  a: identifier,
  b: identifier,
  split: z.enum(["train", "test"]),
  /** The answer known beforehand, in the pair's own sides; makes the pair a test of annotators. */
  gold: z.enum(["A", "B"]).optional(),
  source: pairRuleSchema.shape.strategy,
});
export type LabelingPair = z.infer<typeof pairSchema>;

/** The protocol edition in force. */
export function currentProtocol(project: LabelingProject): LabelingProject["protocols"][number] {
  return project.protocols[project.protocols.length - 1]!;
}
