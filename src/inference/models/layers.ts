/**
 * Blocks that several models share because they are numerically the same.
 * Legend: B batch, S tokens, C width, H heads, D head width.
 */
import type { Weights } from "../engines/engine";
import type { AttentionMask, GeluForm, Ops, Tap } from "../ops/ops";
import { linearSpec, normSpec, type WeightSpec } from "./weight-spec";

/** What every forward pass is given. */
export interface Forward<T> {
  readonly ops: Ops<T>;
  readonly weights: Weights<T>;
  readonly tap?: Tap<T> | undefined;
}

/** x·Wᵀ + b with `name.weight` and, unless told otherwise, `name.bias`. */
export function runLinear<T>({ ops, weights }: Forward<T>, name: string, x: T, hasBias = true): T {
  const weight = weights.matrix(`${name}.weight`);
  return hasBias ? ops.linear(x, weight, weights.tensor(`${name}.bias`)) : ops.linear(x, weight);
}

export function runLayerNorm<T>(
  { ops, weights }: Forward<T>,
  name: string,
  x: T,
  epsilon: number,
): T {
  return ops.layerNorm(
    x,
    weights.tensor(`${name}.weight`),
    weights.tensor(`${name}.bias`),
    epsilon,
  );
}

/** [B, S, H·D] → [B, H, S, D]. */
export function splitHeads<T>(ops: Ops<T>, x: T, heads: number): T {
  const [batch, tokens, width] = ops.shapeOf(x) as [number, number, number];
  return ops.transpose(ops.reshape(x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B, H, S, D] → [B, S, H·D]. */
export function mergeHeads<T>(ops: Ops<T>, x: T): T {
  const [batch, heads, tokens, depth] = ops.shapeOf(x) as [number, number, number, number];
  return ops.reshape(ops.transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * depth]);
}

/** An encoder of pre-norm layers as in CLIP and SigLIP. */
export interface EncoderConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly layer_norm_eps: number;
  readonly hidden_act: keyof typeof GELU_FORMS;
}

/** Hugging Face's names of the GELU variants. */
export const GELU_FORMS = {
  gelu: "erf",
  gelu_new: "tanh",
  gelu_pytorch_tanh: "tanh",
  quick_gelu: "quick",
} as const satisfies Readonly<Record<string, GeluForm>>;

export const GELU_NAMES = Object.keys(GELU_FORMS) as (keyof typeof GELU_FORMS)[];

/** One layer of `encoder.layers.{i}` in Hugging Face's CLIP and SigLIP. */
export function encoderLayerSpec({
  hidden_size: width,
  intermediate_size: inner,
}: EncoderConfig): WeightSpec {
  return {
    ...normSpec("layer_norm1", width),
    ...linearSpec("self_attn.q_proj", width, width),
    ...linearSpec("self_attn.k_proj", width, width),
    ...linearSpec("self_attn.v_proj", width, width),
    ...linearSpec("self_attn.out_proj", width, width),
    ...normSpec("layer_norm2", width),
    ...linearSpec("mlp.fc1", inner, width),
    ...linearSpec("mlp.fc2", width, inner),
  };
}

/**
 * Pre-norm transformer encoder: x += attention(norm(x)); x += mlp(norm(x)), per layer.
 *
 * Source: Dosovitskiy et al. 2020, arXiv:2010.11929, eq. 2–3; Radford et al. 2021, arXiv:2103.00020.
 * Taps: `{label}.layers.{i}` after each layer.
 *
 * @param forward - operations, weights and tap.
 * @param config - the model's configuration.
 * @param prefix - checkpoint name up to the layer number, e.g. `vision_model.encoder.layers.`.
 * @param label - prefix of the taps.
 * @param x - [B, S, C].
 * @param mask - who may see whom.
 * @returns [B, S, C].
 */
export function runEncoder<T>(
  forward: Forward<T>,
  config: EncoderConfig,
  prefix: string,
  label: string,
  x: T,
  mask: AttentionMask<T>,
): T {
  let hidden = x;
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const input = hidden;
    const name = `${prefix}${layer}`;
    hidden = forward.ops.scope(() => runEncoderLayer(forward, config, name, input, mask));
    forward.tap?.(`${label}.layers.${layer}`, hidden);
  }
  return hidden;
}

function runEncoderLayer<T>(
  forward: Forward<T>,
  config: EncoderConfig,
  name: string,
  x: T,
  mask: AttentionMask<T>,
): T {
  const { ops } = forward;
  const heads = config.num_attention_heads;
  const normed = runLayerNorm(forward, `${name}.layer_norm1`, x, config.layer_norm_eps);
  const attended = ops.attention({
    query: splitHeads(ops, runLinear(forward, `${name}.self_attn.q_proj`, normed), heads),
    key: splitHeads(ops, runLinear(forward, `${name}.self_attn.k_proj`, normed), heads),
    value: splitHeads(ops, runLinear(forward, `${name}.self_attn.v_proj`, normed), heads),
    scale: 1 / Math.sqrt(config.hidden_size / heads),
    mask,
  });
  const middle = ops.add(
    x,
    runLinear(forward, `${name}.self_attn.out_proj`, mergeHeads(ops, attended)),
  );
  const again = runLayerNorm(forward, `${name}.layer_norm2`, middle, config.layer_norm_eps);
  return ops.add(middle, runMlp(forward, `${name}.mlp`, again, GELU_FORMS[config.hidden_act]));
}

/** fc2(gelu(fc1(x))). */
export function runMlp<T>(forward: Forward<T>, name: string, x: T, form: GeluForm): T {
  const inner = forward.ops.gelu(runLinear(forward, `${name}.fc1`, x), form);
  return runLinear(forward, `${name}.fc2`, inner);
}
