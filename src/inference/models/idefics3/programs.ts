/** Idefics3 as programs: `vision` once per pair, `embed` and `text` for the prompt and every token. */
import type { Program, Weights } from "../../engines/engine";
import type { Ops } from "../../ops/ops";
import type { Forward } from "../layers";
import { runDecoder, type LayerCache } from "../llama/decoder";
import { linearSpec, type WeightSpec } from "../weight-spec";
import { imageGrid, type Idefics3Config, type VisionLanguageConfig } from "./config";
import {
  runEmbeddings,
  runImageFeatures,
  TEXT,
  VISION,
  visionLanguageSpec,
} from "./vision-language";

export function idefics3Spec(config: Idefics3Config): WeightSpec {
  const { vocab_size: vocabulary, hidden_size: width } = config.text_config;
  return {
    ...visionLanguageSpec(config),
    ...(config.tie_word_embeddings ? {} : linearSpec("lm_head", vocabulary, width, false)),
  };
}

export function visionProgram(config: VisionLanguageConfig, images: number): Program {
  const { image_size: size } = config.vision_config;
  return {
    name: `vision ${images}`,
    family: VISION,
    inputs: { pixels: { dtype: "float32", shape: [images, size, size, 3] } },
    build: (ops, weights, { pixels }, tap) => ({
      features: runImageFeatures({ ops, weights, tap }, config, pixels!),
    }),
  };
}

/** Text and image tokens to vectors; `images` 0 leaves the image inputs out. */
export function embedProgram(
  config: VisionLanguageConfig,
  batch: number,
  tokens: number,
  images: number,
): Program {
  const ids = { dtype: "int32", shape: [batch, tokens] } as const;
  const grid = imageGrid(config);
  const features = [images, grid * grid, config.text_config.hidden_size];
  return {
    name: `embed ${batch}x${tokens} ${images}`,
    family: images === 0 ? "embed words" : "embed words and images",
    inputs:
      images === 0
        ? { ids }
        : { ids, source: ids, features: { dtype: "float32", shape: features } },
    build: (ops, weights, inputs, tap) => ({
      embeddings: runEmbeddings(
        { ops, weights, tap },
        inputs["ids"]!,
        inputs["source"],
        inputs["features"],
      ),
    }),
  };
}

/** Names of the cache tensors of one layer. */
export function cacheNames(layer: number): { readonly key: string; readonly value: string } {
  return { key: `key.${layer}`, value: `value.${layer}` };
}

/** All cache names, layer by layer. */
export function allCacheNames(config: VisionLanguageConfig): readonly string[] {
  return Array.from({ length: config.text_config.num_hidden_layers }, (_, layer) =>
    Object.values(cacheNames(layer)),
  ).flat();
}

export interface TextSize {
  /** B */
  readonly batch: number;
  /** S, new tokens */
  readonly tokens: number;
  /** T, rows of the cache */
  readonly capacity: number;
}

/** Shape [B, K, T, D] of each cache tensor. */
export function cacheShape(config: VisionLanguageConfig, size: TextSize): readonly number[] {
  const { num_key_value_heads: heads, head_dim: depth } = config.text_config;
  return [size.batch, heads, size.capacity, depth];
}

/**
 * S tokens into the caches and the logits after the last of them. Padding stands on the left of a
 * row, so every row ends at the same position and rotary distances stay those of the plain prompt.
 */
export function textProgram(config: Idefics3Config, size: TextSize): Program {
  const { batch, tokens, capacity } = size;
  const { hidden_size: width, head_dim: depth } = config.text_config;
  const table = { dtype: "float32", shape: [tokens, depth] } as const;
  const cache = { dtype: "float32", shape: cacheShape(config, size) } as const;
  return {
    name: `text ${batch}x${tokens}/${capacity}`,
    family: TEXT,
    inputs: {
      embeddings: { dtype: "float32", shape: [batch, tokens, width] },
      cos: table,
      sin: table,
      start: { dtype: "int32", shape: [1] },
      valid: { dtype: "float32", shape: [batch, capacity] },
      ...Object.fromEntries(allCacheNames(config).map((name) => [name, cache])),
    },
    build: (ops, weights, inputs, tap) => runText({ ops, weights, tap }, config, inputs),
  };
}

function runText<T>(
  forward: Forward<T>,
  config: Idefics3Config,
  inputs: Readonly<Record<string, T>>,
): Record<string, T> {
  const start = inputs["start"]!;
  const layers = Array.from({ length: config.text_config.num_hidden_layers }, (_, index) => {
    const names = cacheNames(index);
    return { key: inputs[names.key]!, value: inputs[names.value]! };
  });
  const { hidden, caches } = runDecoder(forward, config.text_config, TEXT, {
    embeddings: inputs["embeddings"]!,
    cos: inputs["cos"]!,
    sin: inputs["sin"]!,
    mask: { kind: "causal-padding", start, valid: inputs["valid"]! },
    cache: { layers, start },
  });
  return { logits: runHead(forward, config, hidden), ...namedCaches(caches) };
}

/** Logits [B, V] after the last token. */
function runHead<T>({ ops, weights, tap }: Forward<T>, config: Idefics3Config, hidden: T): T {
  const [batch, tokens, width] = ops.shapeOf(hidden) as [number, number, number];
  const last = ops.slice(hidden, [0, tokens - 1, 0], [batch, 1, width]);
  const logits = ops.linear(ops.reshape(last, [batch, width]), headMatrix(config, weights));
  tap?.("logits", logits);
  return logits;
}

function headMatrix<T>(
  config: Idefics3Config,
  weights: Weights<T>,
): ReturnType<Weights<T>["matrix"]> {
  return weights.matrix(
    config.tie_word_embeddings ? `${TEXT}embed_tokens.weight` : "lm_head.weight",
  );
}

function namedCaches<T>(caches: readonly LayerCache<T>[]): Record<string, T> {
  const named: Record<string, T> = {};
  for (const [layer, cache] of caches.entries()) {
    const names = cacheNames(layer);
    named[names.key] = cache.key;
    named[names.value] = cache.value;
  }
  return named;
}

/**
 * The whole sequence at once without a cache. Outputs the logits at every position and, as `map`,
 * the attention weights averaged over layers and heads [1, S, S].
 */
export function uncachedProgram(
  config: Idefics3Config,
  tokens: number,
  output: "logits" | "map",
): Program {
  const { hidden_size: width, head_dim: depth } = config.text_config;
  const table = { dtype: "float32", shape: [tokens, depth] } as const;
  return {
    name: `uncached ${output} ${tokens}`,
    family: `uncached ${output}`,
    inputs: {
      embeddings: { dtype: "float32", shape: [1, tokens, width] },
      cos: table,
      sin: table,
      start: { dtype: "int32", shape: [1] },
    },
    build: <T>(
      ops: Ops<T>,
      weights: Weights<T>,
      inputs: Readonly<Record<string, T>>,
      tap?: Forward<T>["tap"],
    ) => {
      const { hidden, attention } = runDecoder(
        { ops, weights, tap },
        config.text_config,
        TEXT,
        {
          embeddings: inputs["embeddings"]!,
          cos: inputs["cos"]!,
          sin: inputs["sin"]!,
          mask: { kind: "causal", start: inputs["start"]! },
        },
        output === "map",
      );
      return output === "map"
        ? { map: attention! }
        : { logits: ops.linear(hidden, headMatrix(config, weights)) };
    },
  };
}
