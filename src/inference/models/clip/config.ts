/** Hugging Face `CLIPConfig` and `ChineseCLIPConfig`. */
import { z } from "zod";
import { GELU_NAMES } from "../layers";

const size = z.int().positive();

/** Defaults as in transformers 5.23, configuration_clip.py; Chinese-CLIP's image tower is the same. */
export const clipVisionConfigSchema = z.object({
  hidden_size: size.default(768),
  intermediate_size: size.default(3072),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  num_channels: z.literal(3).default(3),
  image_size: size.default(224),
  patch_size: size.default(32),
  hidden_act: z.enum(GELU_NAMES).default("quick_gelu"),
  layer_norm_eps: z.number().positive().default(1e-5),
});
export type ClipVisionConfig = z.infer<typeof clipVisionConfigSchema>;

const clipTextConfigSchema = z.object({
  vocab_size: size.default(49_408),
  hidden_size: size.default(512),
  intermediate_size: size.default(2048),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(8),
  max_position_embeddings: size.default(77),
  hidden_act: z.enum(GELU_NAMES).default("quick_gelu"),
  layer_norm_eps: z.number().positive().default(1e-5),
  pad_token_id: z.int().nonnegative().nullish(),
  eos_token_id: z.int().nonnegative().nullish(),
});
export type ClipTextConfig = z.infer<typeof clipTextConfigSchema>;

export const clipConfigSchema = z.object({
  model_type: z.literal("clip"),
  vision_config: clipVisionConfigSchema.prefault({}),
  text_config: clipTextConfigSchema.prefault({}),
  projection_dim: size.default(512),
});
export type ClipConfig = z.infer<typeof clipConfigSchema>;

/** BERT as in Chinese-CLIP (RoBERTa-wwm-ext). */
const bertConfigSchema = z.object({
  vocab_size: size.default(30_522),
  hidden_size: size.default(768),
  intermediate_size: size.default(3072),
  num_hidden_layers: size.default(12),
  num_attention_heads: size.default(12),
  max_position_embeddings: size.default(512),
  type_vocab_size: size.default(2),
  hidden_act: z.enum(GELU_NAMES).default("gelu"),
  layer_norm_eps: z.number().positive().default(1e-12),
  pad_token_id: z.int().nonnegative().nullish(),
});
export type BertConfig = z.infer<typeof bertConfigSchema>;

export const chineseClipConfigSchema = z.object({
  model_type: z.literal("chinese_clip"),
  vision_config: clipVisionConfigSchema.prefault({}),
  text_config: bertConfigSchema.prefault({}),
  projection_dim: size.default(512),
});
export type ChineseClipConfig = z.infer<typeof chineseClipConfigSchema>;
