/** Hugging Face `Idefics3Config` (the SmolVLM architecture) and Perigee's `moon2` on the same parts. */
import { z } from "zod";
import { llamaConfigSchema } from "../llama/config";
import {
  patchesPerSide,
  siglipVisionConfigSchema,
  type SiglipVisionConfig,
} from "../siglip/config";

/** Defaults as in transformers 5.23, configuration_idefics3.py. */
const visionSchema = siglipVisionConfigSchema.extend({
  hidden_size: z.int().positive().default(1152),
  intermediate_size: z.int().positive().default(3072),
  num_attention_heads: z.int().positive().default(16),
  patch_size: z.int().positive().default(32),
});

const shared = {
  vision_config: visionSchema,
  scale_factor: z.int().positive().default(2),
  image_token_id: z.int().nonnegative(),
  pad_token_id: z.int().nonnegative().nullish(),
  text_config: llamaConfigSchema,
};

export const idefics3ConfigSchema = z.object({
  // Idefics3 and SmolVLM name the same architecture.
  model_type: z.enum(["idefics3", "smolvlm"]),
  ...shared,
  tie_word_embeddings: z.boolean().default(false),
  /** Ours: the verdict's logits are divided by it. Fitted on validation pairs (training/selector). */
  answer_temperature: z.number().positive().default(1),
});
export type Idefics3Config = z.infer<typeof idefics3ConfigSchema>;

export const moon2ConfigSchema = z.object({
  model_type: z.literal("moon2"),
  ...shared,
  /** Width after the projection; without it the vector is as wide as the text model. */
  projection: z.int().positive().optional(),
  matryoshka: z.array(z.int().positive()).min(1).optional(),
  /** Ours: the encoder reads so many tokens of a text and leaves the rest, as its training did. */
  max_text_tokens: z.int().positive().optional(),
});
export type Moon2Config = z.infer<typeof moon2ConfigSchema>;

/** Parts that both share. */
export type VisionLanguageConfig = Pick<
  Idefics3Config,
  "vision_config" | "scale_factor" | "image_token_id" | "text_config"
>;

/** Image tokens along one side after pixel shuffle. */
export function imageGrid(config: {
  readonly vision_config: SiglipVisionConfig;
  readonly scale_factor: number;
}): number {
  return patchesPerSide(config.vision_config) / config.scale_factor;
}
