/**
 * SigLIP's image tower.
 *
 * Source: Zhai et al. 2023, arXiv:2303.15343; attention pooling: Zhai et al. 2022, arXiv:2106.04560,
 * as in google-research/big_vision models/vit.py and transformers modeling_siglip.py.
 * Legend: B images, P patches, C width.
 */
import type { Ops } from "../../ops/ops";
import {
  encoderLayerSpec,
  GELU_FORMS,
  mergeHeads,
  runEncoder,
  runLayerNorm,
  runLinear,
  runMlp,
  splitHeads,
  type Forward,
} from "../layers";
import { linearSpec, normSpec, repeated, under, type WeightSpec } from "../weight-spec";
import { patchesPerSide, type SiglipVisionConfig } from "./config";

/**
 * @param config - the model's configuration.
 * @param prefix - checkpoint name up to this part.
 * @param hasHead - with the attention-pooling head (`SiglipModel`); Idefics3 has none.
 */
export function siglipVisionSpec(
  config: SiglipVisionConfig,
  prefix: string,
  hasHead: boolean,
): WeightSpec {
  const { hidden_size: width, intermediate_size: inner } = config;
  const channels = config.stem?.channels ?? [];
  const kernel = config.patch_size / 2 ** channels.length;
  const stem = channels.map((out, index) =>
    under(`embeddings.stem.${index}.`, {
      "conv.weight": [out, channels[index - 1] ?? config.num_channels, 3, 3],
      "conv.bias": [out],
      ...normSpec("norm", out),
    }),
  );
  const inChannels = channels.at(-1) ?? config.num_channels;
  const head: WeightSpec = {
    "head.probe": [1, 1, width],
    "head.attention.in_proj_weight": [3 * width, width],
    "head.attention.in_proj_bias": [3 * width],
    ...linearSpec("head.attention.out_proj", width, width),
    ...normSpec("head.layernorm", width),
    ...linearSpec("head.mlp.fc1", inner, width),
    ...linearSpec("head.mlp.fc2", width, inner),
  };
  return under(prefix, {
    ...(Object.assign({}, ...stem) as WeightSpec),
    "embeddings.patch_embedding.weight": [width, inChannels, kernel, kernel],
    "embeddings.patch_embedding.bias": [width],
    "embeddings.position_embedding.weight": [patchesPerSide(config) ** 2, width],
    ...repeated("encoder.layers.", config.num_hidden_layers, encoderLayerSpec(config)),
    ...normSpec("post_layernorm", width),
    ...(hasHead ? head : {}),
  });
}

/**
 * Pixels to one vector per patch.
 *
 * Taps: `vision.stem.{i}`, `vision.embeddings`, `vision.layers.{i}`, `vision.post_layernorm`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the model's configuration.
 * @param prefix - e.g. `vision_model.`.
 * @param pixels - [B, height, width, 3] float32, normalised.
 * @returns [B, P, C], patches row by row.
 */
export function runSiglipVision<T>(
  forward: Forward<T>,
  config: SiglipVisionConfig,
  prefix: string,
  pixels: T,
): T {
  const { ops, tap } = forward;
  const embedded = ops.scope(() => runEmbeddings(forward, config, `${prefix}embeddings.`, pixels));
  tap?.("vision.embeddings", embedded);
  const encoded = runEncoder(forward, config, `${prefix}encoder.layers.`, "vision", embedded, {
    kind: "none",
  });
  const normed = runLayerNorm(forward, `${prefix}post_layernorm`, encoded, config.layer_norm_eps);
  tap?.("vision.post_layernorm", normed);
  return normed;
}

function runEmbeddings<T>(
  forward: Forward<T>,
  config: SiglipVisionConfig,
  prefix: string,
  pixels: T,
): T {
  const { ops, weights, tap } = forward;
  let x = pixels;
  for (const [index] of (config.stem?.channels ?? []).entries()) {
    const name = `${prefix}stem.${index}`;
    const convolved = runConv(forward, `${name}.conv`, x, { stride: 2, padding: 1 });
    const normed = runLayerNorm(forward, `${name}.norm`, convolved, config.layer_norm_eps);
    x = ops.gelu(normed, "tanh");
    tap?.(`vision.stem.${index}`, x);
  }
  const stride = config.patch_size / 2 ** (config.stem?.channels.length ?? 0);
  const patches = runConv(forward, `${prefix}patch_embedding`, x, { stride, padding: 0 });
  const [batch, rows, columns, width] = ops.shapeOf(patches) as [number, number, number, number];
  const flat = ops.reshape(patches, [batch, rows * columns, width]);
  return ops.add(flat, weights.tensor(`${prefix}position_embedding.weight`));
}

/** Convolution with PyTorch's kernel layout [out, in, kh, kw] and a bias. */
export function runConv<T>(
  { ops, weights }: Pick<Forward<T>, "ops" | "weights">,
  name: string,
  x: T,
  options: { readonly stride: number; readonly padding: number },
  hasBias = true,
): T {
  const kernel = ops.transpose(weights.tensor(`${name}.weight`), [2, 3, 1, 0]);
  const out = ops.conv2d(x, kernel, options);
  return hasBias ? ops.add(out, weights.tensor(`${name}.bias`)) : out;
}

/**
 * Attention pooling: one learned probe attends to all patches, then an MLP with a residual.
 *
 * Taps: `vision.head.attention`, `vision.head`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the model's configuration.
 * @param prefix - e.g. `vision_model.head.`.
 * @param patches - [B, P, C].
 * @returns [B, C].
 */
export function runAttentionPooling<T>(
  forward: Forward<T>,
  config: SiglipVisionConfig,
  prefix: string,
  patches: T,
): T {
  const { ops, tap } = forward;
  const [batch, , width] = ops.shapeOf(patches) as [number, number, number];
  const heads = config.num_attention_heads;
  const { query, key, value } = projectProbe(forward, prefix, patches, batch, width);
  const attended = ops.attention({
    query: splitHeads(ops, query, heads),
    key: splitHeads(ops, key, heads),
    value: splitHeads(ops, value, heads),
    scale: 1 / Math.sqrt(width / heads),
    mask: { kind: "none" },
  });
  const pooled = runLinear(forward, `${prefix}attention.out_proj`, mergeHeads(ops, attended));
  tap?.("vision.head.attention", pooled);
  const normed = runLayerNorm(forward, `${prefix}layernorm`, pooled, config.layer_norm_eps);
  const mixed = runMlp(forward, `${prefix}mlp`, normed, GELU_FORMS[config.hidden_act]);
  const out = ops.reshape(ops.add(pooled, mixed), [batch, width]);
  tap?.("vision.head", out);
  return out;
}

/** torch.nn.MultiheadAttention keeps the three projections in one matrix [3C, C]. */
function projectProbe<T>(
  { ops, weights }: Forward<T>,
  prefix: string,
  patches: T,
  batch: number,
  width: number,
): { readonly query: T; readonly key: T; readonly value: T } {
  const weight = weights.matrix(`${prefix}attention.in_proj_weight`);
  const bias = weights.tensor(`${prefix}attention.in_proj_bias`);
  const probe = weights.tensor(`${prefix}probe`);
  const fromProbe = ops.linear(probe, weight, bias);
  const fromPatches = ops.linear(patches, weight, bias);
  const part = (x: T, index: number): T => {
    const [count, tokens] = ops.shapeOf(x) as [number, number, number];
    return ops.slice(x, [0, 0, index * width], [count, tokens, width]);
  };
  return {
    query: repeatBatch(ops, part(fromProbe, 0), batch),
    key: part(fromPatches, 1),
    value: part(fromPatches, 2),
  };
}

/** [1, S, C] → [B, S, C]. */
function repeatBatch<T>(ops: Ops<T>, x: T, batch: number): T {
  return batch === 1
    ? x
    : ops.concat(
        Array.from({ length: batch }, () => x),
        0,
      );
}
