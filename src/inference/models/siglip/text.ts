/**
 * SigLIP's text tower: bidirectional, no padding mask (padding tokens take part), the last position
 * is the text's vector.
 *
 * Source: Zhai et al. 2023, arXiv:2303.15343; transformers modeling_siglip.py (SiglipTextModel).
 */
import { encoderLayerSpec, runEncoder, runLayerNorm, runLinear, type Forward } from "../layers";
import { linearSpec, normSpec, repeated, under, type WeightSpec } from "../weight-spec";
import type { SiglipTextConfig } from "./config";

export function siglipTextSpec(config: SiglipTextConfig, prefix: string): WeightSpec {
  const { hidden_size: width } = config;
  return under(prefix, {
    "embeddings.token_embedding.weight": [config.vocab_size, width],
    "embeddings.position_embedding.weight": [config.max_position_embeddings, width],
    ...repeated("encoder.layers.", config.num_hidden_layers, encoderLayerSpec(config)),
    ...normSpec("final_layer_norm", width),
    ...linearSpec("head", config.projection_size ?? width, width),
  });
}

/**
 * Taps: `text.embeddings`, `text.layers.{i}`, `text.final_layer_norm`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the model's configuration.
 * @param prefix - e.g. `text_model.`.
 * @param ids - int32 [B, S], padded to the full number of positions as in training.
 * @returns [B, projection].
 */
export function runSiglipText<T>(
  forward: Forward<T>,
  config: SiglipTextConfig,
  prefix: string,
  ids: T,
): T {
  const { ops, weights, tap } = forward;
  const [batch, tokens] = ops.shapeOf(ids) as [number, number];
  const words = ops.embedding(weights.matrix(`${prefix}embeddings.token_embedding.weight`), ids);
  const positions = ops.slice(
    weights.tensor(`${prefix}embeddings.position_embedding.weight`),
    [0, 0],
    [tokens, config.hidden_size],
  );
  const embedded = ops.add(words, positions);
  tap?.("text.embeddings", embedded);
  const encoded = runEncoder(forward, config, `${prefix}encoder.layers.`, "text", embedded, {
    kind: "none",
  });
  const normed = runLayerNorm(forward, `${prefix}final_layer_norm`, encoded, config.layer_norm_eps);
  tap?.("text.final_layer_norm", normed);
  const last = ops.reshape(ops.slice(normed, [0, tokens - 1, 0], [batch, 1, config.hidden_size]), [
    batch,
    config.hidden_size,
  ]);
  return runLinear(forward, `${prefix}head`, last);
}
