/**
 * The parts of Idefics3 that turn images and tokens into the decoder's input.
 *
 * Source: Laurençon et al. 2024, arXiv:2408.12637, section 3; pixel shuffle: Shi et al. 2016,
 * arXiv:1609.05158; transformers modeling_idefics3.py.
 * Legend: N images, P patches, n image tokens per image, B sequences, S tokens, C width.
 */
import type { Ops } from "../../ops/ops";
import type { Forward } from "../layers";
import { runLinear } from "../layers";
import { llamaSpec } from "../llama/decoder";
import { runSiglipVision, siglipVisionSpec } from "../siglip/vision";
import { linearSpec, type WeightSpec } from "../weight-spec";
import type { VisionLanguageConfig } from "./config";

export const VISION = "model.vision_model.";
export const TEXT = "model.text_model.";
const CONNECTOR = "model.connector.modality_projection.proj";

export function visionLanguageSpec(config: VisionLanguageConfig): WeightSpec {
  const shuffled = config.vision_config.hidden_size * config.scale_factor ** 2;
  return {
    ...siglipVisionSpec(config.vision_config, VISION, false),
    ...linearSpec(CONNECTOR, config.text_config.hidden_size, shuffled, false),
    ...llamaSpec(config.text_config, TEXT),
  };
}

/**
 * Image tower, pixel shuffle and projection.
 * Taps: those of the tower, `connector.shuffled`, `connector`.
 *
 * @param forward - operations, weights and tap.
 * @param config - the model's configuration.
 * @param pixels - [N, height, width, 3].
 * @returns [N, n, C].
 */
export function runImageFeatures<T>(
  forward: Forward<T>,
  config: VisionLanguageConfig,
  pixels: T,
): T {
  const { ops, tap } = forward;
  const patches = runSiglipVision(forward, config.vision_config, VISION, pixels);
  const shuffled = ops.scope(() => pixelShuffle(ops, patches, config.scale_factor));
  tap?.("connector.shuffled", shuffled);
  const features = runLinear(forward, CONNECTOR, shuffled, false);
  tap?.("connector", features);
  return features;
}

/**
 * Every scale × scale block of patches becomes one token with the block's channels in row-major order.
 *
 * @param ops - operations.
 * @param patches - [N, side², C].
 * @param scale - patches along one side of a block.
 * @returns [N, (side/scale)², C·scale²].
 */
function pixelShuffle<T>(ops: Ops<T>, patches: T, scale: number): T {
  const [images, count, width] = ops.shapeOf(patches) as [number, number, number];
  const side = Math.round(Math.sqrt(count));
  const blocks = side / scale;
  const cut = ops.reshape(patches, [images * blocks, scale, blocks, scale * width]);
  const turned = ops.transpose(cut, [0, 2, 1, 3]);
  return ops.reshape(turned, [images, blocks * blocks, scale * scale * width]);
}

/**
 * Token embeddings with the image tokens replaced by image features.
 * Tap: `embeddings`.
 *
 * @param forward - operations, weights and tap.
 * @param ids - int32 [B, S]; what stands at image positions is not read.
 * @param source - int32 [B, S]: b·S + s for a text token, B·S + N-th feature row for an image token.
 * @param features - [N, n, C]; leave out when no sequence shows an image.
 * @returns [B, S, C].
 */
export function runEmbeddings<T>(
  forward: Forward<T>,
  ids: T,
  source: T | undefined,
  features: T | undefined,
): T {
  const { ops, weights, tap } = forward;
  const words = ops.embedding(weights.matrix(`${TEXT}embed_tokens.weight`), ids);
  if (source === undefined || features === undefined) {
    tap?.("embeddings", words);
    return words;
  }
  const [batch, tokens, width] = ops.shapeOf(words) as [number, number, number];
  const [images, perImage] = ops.shapeOf(features) as [number, number, number];
  const rows = ops.concat(
    [
      ops.reshape(words, [batch * tokens, width]),
      ops.reshape(features, [images * perImage, width]),
    ],
    0,
  );
  const merged = ops.gather(rows, source, 0);
  tap?.("embeddings", merged);
  return merged;
}
