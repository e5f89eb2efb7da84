/**
 * Chinese-CLIP's text tower: BERT (post-norm), the first token is the text's vector.
 *
 * Source: Devlin et al. 2018, arXiv:1810.04805; Yang et al. 2022, arXiv:2211.01335; names as in
 * transformers modeling_chinese_clip.py.
 */
import {
  GELU_FORMS,
  mergeHeads,
  runLayerNorm,
  runLinear,
  splitHeads,
  type Forward,
} from "../layers";
import { linearSpec, normSpec, repeated, under, type WeightSpec } from "../weight-spec";
import type { BertConfig } from "./config";

const PREFIX = "text_model.";

export function bertTextSpec(config: BertConfig, projection: number): WeightSpec {
  const { hidden_size: width, intermediate_size: inner } = config;
  return {
    ...under(PREFIX, {
      "embeddings.word_embeddings.weight": [config.vocab_size, width],
      "embeddings.position_embeddings.weight": [config.max_position_embeddings, width],
      "embeddings.token_type_embeddings.weight": [config.type_vocab_size, width],
      ...normSpec("embeddings.LayerNorm", width),
      ...repeated("encoder.layer.", config.num_hidden_layers, {
        ...linearSpec("attention.self.query", width, width),
        ...linearSpec("attention.self.key", width, width),
        ...linearSpec("attention.self.value", width, width),
        ...linearSpec("attention.output.dense", width, width),
        ...normSpec("attention.output.LayerNorm", width),
        ...linearSpec("intermediate.dense", inner, width),
        ...linearSpec("output.dense", width, inner),
        ...normSpec("output.LayerNorm", width),
      }),
    }),
    ...linearSpec("text_projection", projection, width, false),
  };
}

/**
 * Taps: `text.embeddings`, `text.layers.{i}`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the tower's configuration.
 * @param ids - int32 [B, S].
 * @param valid - float32 [B, S], 1 = a real token.
 * @returns [B, projection], not normalised.
 */
export function runBertText<T>(forward: Forward<T>, config: BertConfig, ids: T, valid: T): T {
  const { ops, weights, tap } = forward;
  const [batch, tokens] = ops.shapeOf(ids) as [number, number];
  const { hidden_size: width, layer_norm_eps: epsilon } = config;
  const table = (part: string): string => `${PREFIX}embeddings.${part}_embeddings.weight`;
  const words = ops.embedding(weights.matrix(table("word")), ids);
  const positions = ops.slice(weights.tensor(table("position")), [0, 0], [tokens, width]);
  // Every token is of type 0: there is one sentence.
  const type = ops.slice(weights.tensor(table("token_type")), [0, 0], [1, width]);
  const summed = ops.add(ops.add(words, type), positions);
  let hidden = runLayerNorm(forward, `${PREFIX}embeddings.LayerNorm`, summed, epsilon);
  tap?.("text.embeddings", hidden);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const input = hidden;
    const name = `${PREFIX}encoder.layer.${layer}`;
    hidden = ops.scope(() => runBertLayer(forward, config, name, input, valid));
    tap?.(`text.layers.${layer}`, hidden);
  }
  const first = ops.reshape(ops.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
  return runLinear(forward, "text_projection", first, false);
}

/** x = norm(x + attention(x)); x = norm(x + mlp(x)). */
function runBertLayer<T>(forward: Forward<T>, config: BertConfig, name: string, x: T, valid: T): T {
  const { ops } = forward;
  const { num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const project = (part: string): T =>
    splitHeads(ops, runLinear(forward, `${name}.attention.self.${part}`, x), heads);
  const attended = ops.attention({
    query: project("query"),
    key: project("key"),
    value: project("value"),
    scale: 1 / Math.sqrt(config.hidden_size / heads),
    mask: { kind: "padding", valid },
  });
  const mixed = runLinear(forward, `${name}.attention.output.dense`, mergeHeads(ops, attended));
  const middle = runLayerNorm(
    forward,
    `${name}.attention.output.LayerNorm`,
    ops.add(x, mixed),
    epsilon,
  );
  const inner = runLinear(forward, `${name}.intermediate.dense`, middle);
  const form = GELU_FORMS[config.hidden_act];
  const out = runLinear(forward, `${name}.output.dense`, ops.gelu(inner, form));
  return runLayerNorm(forward, `${name}.output.LayerNorm`, ops.add(middle, out), epsilon);
}
