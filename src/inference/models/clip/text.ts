/**
 * CLIP's text tower: causal pre-norm encoder, the end-of-text token is the text's vector.
 *
 * Source: Radford et al. 2021, arXiv:2103.00020, section 2.4; names as in transformers modeling_clip.py.
 */
import { encoderLayerSpec, runEncoder, runLayerNorm, runLinear, type Forward } from "../layers";
import { linearSpec, normSpec, repeated, under, type WeightSpec } from "../weight-spec";
import type { ClipTextConfig } from "./config";

const PREFIX = "text_model.";

export function clipTextSpec(config: ClipTextConfig, projection: number): WeightSpec {
  const { hidden_size: width } = config;
  return {
    ...under(PREFIX, {
      "embeddings.token_embedding.weight": [config.vocab_size, width],
      "embeddings.position_embedding.weight": [config.max_position_embeddings, width],
      ...repeated("encoder.layers.", config.num_hidden_layers, encoderLayerSpec(config)),
      ...normSpec("final_layer_norm", width),
    }),
    ...linearSpec("text_projection", projection, width, false),
  };
}

/**
 * Taps: `text.embeddings`, `text.layers.{i}`, `text.pooled`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the tower's configuration.
 * @param ids - int32 [B, S]; what follows the end-of-text token is not seen by it.
 * @param ends - int32 [B], b·S + position of the end-of-text token.
 * @param start - int32 [1], zero.
 * @returns [B, projection], not normalised.
 */
export function runClipText<T>(
  forward: Forward<T>,
  config: ClipTextConfig,
  ids: T,
  ends: T,
  start: T,
): T {
  const { ops, weights, tap } = forward;
  const [batch, tokens] = ops.shapeOf(ids) as [number, number];
  const { hidden_size: width } = config;
  const words = ops.embedding(weights.matrix(`${PREFIX}embeddings.token_embedding.weight`), ids);
  const table = weights.tensor(`${PREFIX}embeddings.position_embedding.weight`);
  const embedded = ops.add(words, ops.slice(table, [0, 0], [tokens, width]));
  tap?.("text.embeddings", embedded);
  const encoded = runEncoder(forward, config, `${PREFIX}encoder.layers.`, "text", embedded, {
    kind: "causal",
    start,
  });
  const rows = ops.reshape(encoded, [batch * tokens, width]);
  const last = ops.gather(rows, ends, 0);
  const pooled = runLayerNorm(forward, `${PREFIX}final_layer_norm`, last, config.layer_norm_eps);
  tap?.("text.pooled", pooled);
  return runLinear(forward, "text_projection", pooled, false);
}
