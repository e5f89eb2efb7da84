/** Hugging Face `SiglipVisionConfig`, `SiglipTextConfig` and Perigee's convolutional stem. */
import { z } from "zod";
import { GELU_NAMES } from "../layers";

const size = z.int().positive();

/** Defaults as in transformers 5.23, configuration_siglip.py. */
export const siglipVisionConfigSchema = z.object({
  hidden_size: size.default(768),
  intermediate_size: size.default(3072),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  num_channels: z.literal(3).default(3),
  image_size: size.default(224),
  patch_size: size.default(16),
  hidden_act: z.enum(GELU_NAMES).default("gelu_pytorch_tanh"),
  layer_norm_eps: z.number().positive().default(1e-6),
  /** Perigee's extension: convolutions of stride 2 before the patches are cut. */
  stem: z.object({ channels: z.array(size).min(1) }).optional(),
});
export type SiglipVisionConfig = z.infer<typeof siglipVisionConfigSchema>;

export const siglipTextConfigSchema = z.object({
  vocab_size: size.default(32_000),
  hidden_size: size.default(768),
  intermediate_size: size.default(3072),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  max_position_embeddings: size.default(64),
  hidden_act: z.enum(GELU_NAMES).default("gelu_pytorch_tanh"),
  layer_norm_eps: z.number().positive().default(1e-6),
  pad_token_id: z.int().nonnegative().nullish(),
  projection_size: size.nullish(),
});
export type SiglipTextConfig = z.infer<typeof siglipTextConfigSchema>;

export const siglipConfigSchema = z.object({
  model_type: z.literal("siglip"),
  vision_config: siglipVisionConfigSchema.prefault({}),
  text_config: siglipTextConfigSchema.prefault({}),
});
export type SiglipConfig = z.infer<typeof siglipConfigSchema>;

/** Patches along one side. */
export function patchesPerSide({ image_size, patch_size }: SiglipVisionConfig): number {
  return Math.floor(image_size / patch_size);
}
