/**
 * CLIP, SigLIP and Chinese-CLIP as encoders. An item with image and text gets the normalised sum of
 * both unit vectors (late fusion), since these models have no joint view.
 */
import { AppError } from "@/shared/lib/errors";
import type { LoadedModel } from "../engines/engine";
import {
  dualImageProgram,
  dualTextInputs,
  dualTextProgram,
  dualWidth,
  type DualConfig,
} from "./dual-programs";
import { bucketLength, stackPixels } from "./idefics3/image-sequence";
import type { Encoder, EncoderItem } from "./model-api";
import { createProgramCache } from "./program-cache";
import { inBatches, normalisedPrefix } from "./vectors";

/** Items per run: bounds memory on a phone; larger batches gain little on any engine. */
const BATCH = 8;

/**
 * @param model - uploaded weights.
 * @param config - which towers.
 * @param padId - the tokenizer's padding token.
 */
export function createDualEncoder(model: LoadedModel, config: DualConfig, padId: number): Encoder {
  const width = dualWidth(config);
  const longest = config.text_config.max_position_embeddings;
  const programs = createProgramCache(model);
  const encodeImages = async (images: readonly Float32Array[]): Promise<Float32Array> => {
    const program = await programs.load(dualImageProgram(config, images.length));
    const pixels = stackPixels(images, config.vision_config.image_size);
    const { outputs } = await program.run({ pixels });
    return normalisedPrefix(outputs["vector"]!.data as Float32Array, width, width);
  };
  const encodeTexts = async (texts: readonly (readonly number[])[]): Promise<Float32Array> => {
    const tokens = paddedLength(config, texts);
    const program = await programs.load(dualTextProgram(config, texts.length, tokens));
    const { outputs } = await program.run(dualTextInputs(config, texts, tokens, padId));
    return normalisedPrefix(outputs["vector"]!.data as Float32Array, width, width);
  };
  const encodeBatch = async (items: readonly EncoderItem[]): Promise<Float32Array> => {
    const sums = new Float32Array(items.length * width);
    const addTo = (rows: readonly number[], vectors: Float32Array): void => {
      for (const [from, row] of rows.entries()) {
        for (let i = 0; i < width; i++) sums[row * width + i]! += vectors[from * width + i]!;
      }
    };
    const withImage = items.flatMap(({ pixels }, row) => (pixels === undefined ? [] : [row]));
    const withText = items.flatMap(({ ids = [] }, row) => (ids.length === 0 ? [] : [row]));
    if (withImage.length > 0) {
      addTo(withImage, await encodeImages(withImage.map((row) => items[row]!.pixels!)));
    }
    if (withText.length > 0) {
      addTo(withText, await encodeTexts(withText.map((row) => items[row]!.ids!)));
    }
    return normalisedPrefix(sums, width, width);
  };
  return {
    imageSize: config.vision_config.image_size,
    maxTextTokens: longest,
    dimensions: [width],
    encode: (items, { signal } = {}) => {
      for (const item of items) assertItem(item, longest);
      const order = ({ pixels, ids = [] }: EncoderItem): number =>
        (pixels === undefined ? 0 : 1e6) + ids.length;
      return inBatches(items, { batch: BATCH, dimension: width, signal, order }, encodeBatch);
    },
    dispose: () => programs.dispose(),
  };
}

function assertItem({ pixels, ids = [] }: EncoderItem, longest: number): void {
  if (pixels === undefined && ids.length === 0) {
    throw new AppError("input-invalid", "An item needs an image, a text or both.");
  }
  if (ids.length > longest) {
    throw new AppError(
      "token-limit",
      `The text is ${ids.length} tokens long; the encoder takes ${longest}. Shorten it.`,
    );
  }
}

/** SigLIP was trained on texts padded to the full length and reads its last position. */
function paddedLength(config: DualConfig, texts: readonly (readonly number[])[]): number {
  const longest = config.text_config.max_position_embeddings;
  if (config.model_type === "siglip") return longest;
  return Math.min(longest, bucketLength(Math.max(...texts.map((text) => text.length))));
}
