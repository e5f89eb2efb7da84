/**
 * CLIP's image tower: class token, pre-norm encoder, the class token is the image's vector.
 *
 * Source: Radford et al. 2021, arXiv:2103.00020, section 2.4; names as in transformers
 * modeling_clip.py (`pre_layrnorm` is spelt so there). Chinese-CLIP (arXiv:2211.01335) uses the same.
 */
import { encoderLayerSpec, runEncoder, runLayerNorm, runLinear, type Forward } from "../layers";
import { runConv } from "../siglip/vision";
import { linearSpec, normSpec, repeated, under, type WeightSpec } from "../weight-spec";
import type { ClipVisionConfig } from "./config";

const PREFIX = "vision_model.";

export function clipVisionSpec(config: ClipVisionConfig, projection: number): WeightSpec {
  const { hidden_size: width, patch_size: patch } = config;
  const patches = Math.floor(config.image_size / patch) ** 2;
  return {
    ...under(PREFIX, {
      "embeddings.class_embedding": [width],
      "embeddings.patch_embedding.weight": [width, config.num_channels, patch, patch],
      "embeddings.position_embedding.weight": [patches + 1, width],
      ...normSpec("pre_layrnorm", width),
      ...repeated("encoder.layers.", config.num_hidden_layers, encoderLayerSpec(config)),
      ...normSpec("post_layernorm", width),
    }),
    ...linearSpec("visual_projection", projection, width, false),
  };
}

/**
 * Taps: `vision.embeddings`, `vision.layers.{i}`, `vision.pooled`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the tower's configuration.
 * @param pixels - [B, height, width, 3] float32, normalised.
 * @returns [B, projection], not normalised.
 */
export function runClipVision<T>(forward: Forward<T>, config: ClipVisionConfig, pixels: T): T {
  const { ops, weights, tap } = forward;
  const { hidden_size: width, layer_norm_eps: epsilon } = config;
  const options = { stride: config.patch_size, padding: 0 };
  const patches = runConv(forward, `${PREFIX}embeddings.patch_embedding`, pixels, options, false);
  const [batch, rows, columns] = ops.shapeOf(patches) as [number, number, number, number];
  const flat = ops.reshape(patches, [batch, rows * columns, width]);
  const token = ops.reshape(weights.tensor(`${PREFIX}embeddings.class_embedding`), [1, 1, width]);
  const tokens = ops.concat(
    Array.from({ length: batch }, () => token),
    0,
  );
  const joined = ops.concat([tokens, flat], 1);
  const positions = weights.tensor(`${PREFIX}embeddings.position_embedding.weight`);
  const embedded = ops.add(joined, positions);
  tap?.("vision.embeddings", embedded);
  const normed = runLayerNorm(forward, `${PREFIX}pre_layrnorm`, embedded, epsilon);
  const encoded = runEncoder(forward, config, `${PREFIX}encoder.layers.`, "vision", normed, {
    kind: "none",
  });
  const first = ops.reshape(ops.slice(encoded, [0, 0, 0], [batch, 1, width]), [batch, width]);
  const pooled = runLayerNorm(forward, `${PREFIX}post_layernorm`, first, epsilon);
  tap?.("vision.pooled", pooled);
  return runLinear(forward, "visual_projection", pooled, false);
}
