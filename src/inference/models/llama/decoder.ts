/**
 * Llama's transformer: RMSNorm, rotary positions, grouped key/value heads, SwiGLU; causal with a
 * key/value cache or bidirectional; one feed-forward block or modality-driven experts.
 *
 * Source: Touvron et al. 2023, arXiv:2302.13971, section 2.2; grouped heads: Ainslie et al. 2023,
 * arXiv:2305.13245; SwiGLU: Shazeer 2020, arXiv:2002.05202; names as in transformers modeling_llama.py.
 * Legend: B batch, S new tokens, T cache capacity, C width, H heads, K key/value heads, D head width.
 */
import type { AttentionMask, Ops } from "../../ops/ops";
import { mergeHeads, runLinear, splitHeads, type Forward } from "../layers";
import { expertsSpec, runExperts } from "../moon2/experts";
import { linearSpec, repeated, under, type WeightSpec } from "../weight-spec";
import type { LlamaConfig } from "./config";
import { feedForwardSpec, runFeedForward } from "./feed-forward";

export function llamaSpec(config: LlamaConfig, prefix: string): WeightSpec {
  const { hidden_size: width, intermediate_size: inner, head_dim: depth } = config;
  const keyWidth = config.num_key_value_heads * depth;
  const feedForward =
    config.num_experts === undefined
      ? under("mlp.", feedForwardSpec(width, inner))
      : expertsSpec(width, inner, config.num_experts);
  return under(prefix, {
    "embed_tokens.weight": [config.vocab_size, width],
    ...repeated("layers.", config.num_hidden_layers, {
      "input_layernorm.weight": [width],
      ...linearSpec("self_attn.q_proj", config.num_attention_heads * depth, width, false),
      ...linearSpec("self_attn.k_proj", keyWidth, width, false),
      ...linearSpec("self_attn.v_proj", keyWidth, width, false),
      ...linearSpec("self_attn.o_proj", width, config.num_attention_heads * depth, false),
      "post_attention_layernorm.weight": [width],
      ...feedForward,
    }),
    "norm.weight": [width],
  });
}

/** One layer's cache, each [B, K, T, D]. */
export interface LayerCache<T> {
  readonly key: T;
  readonly value: T;
}

export interface DecoderInput<T> {
  /** [B, S, C] */
  readonly embeddings: T;
  /** [S, D] each; see `ropeTables`. */
  readonly cos: T;
  readonly sin: T;
  readonly mask: AttentionMask<T>;
  /** With a cache, keys and values are written from `start` on and attention runs over all T. */
  readonly cache?: { readonly layers: readonly LayerCache<T>[]; readonly start: T };
}

export interface DecoderOutput<T> {
  /** [B, S, C] after the final norm. */
  readonly hidden: T;
  /** The caches with the new rows; empty without a cache. */
  readonly caches: readonly LayerCache<T>[];
  /** Softmax weights averaged over heads and layers, [B, S, S or T]; only when asked for. */
  readonly attention: T | undefined;
}

/**
 * Taps: `text.layers.{i}.attention` and `text.layers.{i}` (the residual stream), `text.norm`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the model's configuration.
 * @param prefix - e.g. `model.text_model.`.
 * @param input - what goes in.
 * @param wantsAttention - also return the averaged attention weights (costs S·T·H per layer).
 */
export function runDecoder<T>(
  forward: Forward<T>,
  config: LlamaConfig,
  prefix: string,
  input: DecoderInput<T>,
  wantsAttention = false,
): DecoderOutput<T> {
  const { ops, weights, tap } = forward;
  let hidden = input.embeddings;
  const caches: LayerCache<T>[] = [];
  const maps: T[] = [];
  for (let index = 0; index < config.num_hidden_layers; index++) {
    const name = `${prefix}layers.${index}`;
    const before = hidden;
    const result = ops.scope(() =>
      runLayer(forward, config, name, before, input, index, wantsAttention),
    );
    hidden = result.hidden;
    if (result.key !== undefined) caches.push({ key: result.key, value: result.value! });
    if (result.map !== undefined) maps.push(result.map);
    tap?.(`text.layers.${index}`, hidden);
  }
  const normed = ops.rmsNorm(hidden, weights.tensor(`${prefix}norm.weight`), config.rms_norm_eps);
  tap?.("text.norm", normed);
  return { hidden: normed, caches, attention: averageMaps(ops, maps) };
}

/** Plain fields only: engines free everything that a scope does not return. */
interface LayerResult<T> {
  readonly hidden: T;
  readonly key?: T;
  readonly value?: T;
  readonly map?: T;
}

function runLayer<T>(
  forward: Forward<T>,
  config: LlamaConfig,
  name: string,
  x: T,
  input: DecoderInput<T>,
  index: number,
  wantsAttention: boolean,
): LayerResult<T> {
  const { ops, weights, tap } = forward;
  const epsilon = config.rms_norm_eps;
  const normed = ops.rmsNorm(x, weights.tensor(`${name}.input_layernorm.weight`), epsilon);
  const project = (part: string, heads: number): T =>
    splitHeads(ops, runLinear(forward, `${name}.self_attn.${part}`, normed, false), heads);
  const query = ops.rope(project("q_proj", config.num_attention_heads), input.cos, input.sin);
  const newKey = ops.rope(project("k_proj", config.num_key_value_heads), input.cos, input.sin);
  const newValue = project("v_proj", config.num_key_value_heads);
  const cache = input.cache?.layers[index];
  const start = input.cache?.start;
  const isCached = cache !== undefined && start !== undefined;
  const key = isCached ? ops.writeCache(cache.key, newKey, start) : newKey;
  const value = isCached ? ops.writeCache(cache.value, newValue, start) : newValue;
  const scores = { query, key, scale: 1 / Math.sqrt(config.head_dim), mask: input.mask };
  const mixed = mergeHeads(ops, ops.attention({ ...scores, value }));
  const attended = runLinear(forward, `${name}.self_attn.o_proj`, mixed, false);
  tap?.(`text.layers.${index}.attention`, attended);
  const middle = ops.add(x, attended);
  const again = ops.rmsNorm(
    middle,
    weights.tensor(`${name}.post_attention_layernorm.weight`),
    epsilon,
  );
  const fed =
    config.num_experts === undefined
      ? runFeedForward(forward, `${name}.mlp`, again)
      : runExperts(
          forward,
          `${name}.moe`,
          again,
          config.num_experts,
          config.num_experts_per_tok ?? 1,
        );
  return {
    hidden: ops.add(middle, fed),
    ...(isCached ? { key, value } : {}),
    ...(wantsAttention ? { map: ops.mean(ops.attentionWeights(scores), 1) } : {}),
  };
}

function averageMaps<T>(ops: Ops<T>, maps: readonly T[]): T | undefined {
  const [first, ...rest] = maps;
  if (first === undefined) return undefined;
  const total = rest.reduce((sum, map) => ops.add(sum, map), first);
  return ops.affine(total, 1 / maps.length);
}
