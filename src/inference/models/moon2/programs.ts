/** The MOON2.0-style encoder as programs: `vision` per batch of images, `encode` per batch of items. */
import type { Program } from "../../engines/engine";
import type { Forward } from "../layers";
import { runLinear } from "../layers";
import { runDecoder } from "../llama/decoder";
import { imageGrid, type Moon2Config } from "../idefics3/config";
import { runEmbeddings, TEXT, visionLanguageSpec } from "../idefics3/vision-language";
import { linearSpec, type WeightSpec } from "../weight-spec";

/** Each token's share of the pooled vector, [B, S, D]; see `TokenContributions`. */
export const TOKEN_ROWS_TAP = "encoder.rows";

export function moon2Spec(config: Moon2Config): WeightSpec {
  const { projection, text_config: text } = config;
  return {
    ...visionLanguageSpec(config),
    ...(projection === undefined
      ? {}
      : linearSpec("model.projection", projection, text.hidden_size, false)),
  };
}

/** Width D of the full vector. */
export function moon2Width(config: Moon2Config): number {
  return config.projection ?? config.text_config.hidden_size;
}

/** Output `vector` [B, D], not yet normalised. Text-only batches pass one image of zeros that no token reads. */
export function encodeProgram(
  config: Moon2Config,
  batch: number,
  tokens: number,
  images: number,
): Program {
  const { hidden_size: width, head_dim: depth } = config.text_config;
  const ids = { dtype: "int32", shape: [batch, tokens] } as const;
  const table = { dtype: "float32", shape: [tokens, depth] } as const;
  return {
    name: `encode ${batch}x${tokens} ${images}`,
    family: "encode",
    inputs: {
      ids,
      source: ids,
      features: { dtype: "float32", shape: [images, imageGrid(config) ** 2, width] },
      valid: { dtype: "float32", shape: [batch, tokens] },
      cos: table,
      sin: table,
      ...(config.text_config.bidirectional
        ? {}
        : { start: { dtype: "int32", shape: [1] } as const }),
    },
    build: (ops, weights, inputs, tap) => runEncode({ ops, weights, tap }, config, inputs),
  };
}

/**
 * Bidirectional transformer, then mean pooling over all tokens that are not padding.
 *
 *   v = P · (1/n) Σ_t h_t
 *
 * Source: MOON2.0, arXiv:2511.12449 (mean pooling over all tokens). P is linear, so v is the sum of
 * the tokens' rows P·h_t / n, which the tap `encoder.rows` names.
 */
function runEncode<T>(
  forward: Forward<T>,
  config: Moon2Config,
  inputs: Readonly<Record<string, T>>,
): Record<string, T> {
  const { ops, tap } = forward;
  const valid = inputs["valid"]!;
  const embeddings = runEmbeddings(forward, inputs["ids"]!, inputs["source"], inputs["features"]);
  const { hidden } = runDecoder(forward, config.text_config, TEXT, {
    embeddings,
    cos: inputs["cos"]!,
    sin: inputs["sin"]!,
    mask: config.text_config.bidirectional
      ? { kind: "padding", valid }
      : { kind: "causal-padding", start: inputs["start"]!, valid },
  });
  const [batch, tokens] = ops.shapeOf(valid) as [number, number];
  const count = ops.sum(valid, 1, { keepDims: true });
  const share = ops.reshape(ops.div(valid, count), [batch, tokens, 1]);
  const project = (x: T): T =>
    config.projection === undefined ? x : runLinear(forward, "model.projection", x, false);
  const rows = ops.mul(hidden, share);
  const pooled = ops.sum(rows, 1);
  if (tap !== undefined) tap(TOKEN_ROWS_TAP, project(rows));
  return { vector: project(pooled) };
}
