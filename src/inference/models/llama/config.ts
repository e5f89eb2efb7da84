/** Hugging Face `LlamaConfig`, with Perigee's extensions for bidirectional experts. */
import { z } from "zod";

const size = z.int().positive();

/** Defaults as in transformers 5.23, configuration_llama.py. */
export const llamaConfigSchema = z
  .object({
    vocab_size: size.default(32_000),
    hidden_size: size.default(4096),
    intermediate_size: size.default(11_008),
    num_hidden_layers: size.default(32),
    num_attention_heads: size.default(32),
    num_key_value_heads: size.nullish(),
    head_dim: size.nullish(),
    hidden_act: z.literal("silu").default("silu"),
    max_position_embeddings: size.default(2048),
    rms_norm_eps: z.number().positive().default(1e-6),
    rope_theta: z.number().positive().optional(),
    rope_parameters: z
      .object({
        rope_theta: z.number().positive(),
        rope_type: z.literal("default").default("default"),
      })
      .nullish(),
    rope_scaling: z.null().optional(),
    attention_bias: z.literal(false).default(false),
    mlp_bias: z.literal(false).default(false),
    pad_token_id: z.int().nonnegative().nullish(),
    tie_word_embeddings: z.boolean().default(false),
    /** Perigee: every token sees every other. */
    bidirectional: z.boolean().default(false),
    /** Perigee: experts per layer in place of one feed-forward block. */
    num_experts: size.optional(),
    num_experts_per_tok: size.optional(),
  })
  .transform((raw) => ({
    ...raw,
    num_key_value_heads: raw.num_key_value_heads ?? raw.num_attention_heads,
    head_dim: raw.head_dim ?? raw.hidden_size / raw.num_attention_heads,
    // transformers 5 writes rope_parameters, earlier versions rope_theta; 10,000 is the paper's value.
    rope_theta: raw.rope_parameters?.rope_theta ?? raw.rope_theta ?? 10_000,
  }));
export type LlamaConfig = z.infer<typeof llamaConfigSchema>;
