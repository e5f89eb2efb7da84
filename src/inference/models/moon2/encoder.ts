/** The MOON2.0-style encoder over plain arrays: text, image or both in one sequence. */
import { AppError } from "@/shared/lib/errors";
import type { LoadedModel, LoadedProgram, ResidentTensor } from "../../engines/engine";
import type { HostTensor } from "../../ops/ops";
import { imageGrid, type Moon2Config } from "../idefics3/config";
import {
  bucketLength,
  packSequences,
  stackPixels,
  type ImageSequence,
} from "../idefics3/image-sequence";
import { visionProgram } from "../idefics3/programs";
import { ropeTables } from "../llama/rope-tables";
import type { Encoder, EncoderItem, TokenContributions, TokenLookup } from "../model-api";
import { createProgramCache } from "../program-cache";
import { inBatches, normalisedPrefix } from "../vectors";
import { encodeProgram, moon2Width, TOKEN_ROWS_TAP } from "./programs";

/** Ids around an image: fake_token_around_image, global-img, fake_token_around_image. */
export interface ImageMarkup {
  readonly fake: number;
  readonly global: number;
  readonly pad: number;
}

/** @throws AppError `input-invalid` when the vocabulary lacks a markup token. */
export function imageMarkup(lookup: TokenLookup): ImageMarkup {
  const fake = lookup("<fake_token_around_image>");
  const global = lookup("<global-img>");
  if (fake === undefined || global === undefined) {
    throw new AppError(
      "input-invalid",
      "The tokenizer lacks <fake_token_around_image> or <global-img>; the encoder needs both.",
    );
  }
  return { fake, global, pad: lookup("<pad>") ?? 0 };
}

/** Items per run: bounds memory on a phone; larger batches gain little on any engine. */
const BATCH = 8;

export function createMoon2Encoder(
  model: LoadedModel,
  config: Moon2Config,
  markup: ImageMarkup,
): Encoder {
  const full = moon2Width(config);
  const perImage = imageGrid(config) ** 2;
  const maxTextTokens = config.text_config.max_position_embeddings - perImage - 3;
  const programs = createProgramCache(model);
  const layOut = (item: EncoderItem, image: number): ImageSequence => {
    const { ids: given = [], pixels } = item;
    if (given.length > maxTextTokens) {
      throw new AppError(
        "token-limit",
        `The text is ${given.length} tokens long; the encoder takes ${maxTextTokens}. Shorten it.`,
      );
    }
    const ids = given.slice(0, config.max_text_tokens);
    if (pixels === undefined && ids.length === 0) {
      throw new AppError("input-invalid", "An item needs an image, a text or both.");
    }
    if (pixels === undefined) return { ids, images: [] };
    const block = Array.from({ length: perImage }, () => config.image_token_id);
    return { ids: [markup.fake, markup.global, ...block, markup.fake, ...ids], images: [image] };
  };
  const seeImages = async (items: readonly EncoderItem[]): Promise<HostTensor | ResidentTensor> => {
    const images = items.flatMap(({ pixels }) => (pixels === undefined ? [] : [pixels]));
    const shape = [1, perImage, config.text_config.hidden_size];
    if (images.length === 0) {
      const length = shape.reduce((product, size) => product * size, 1);
      return { dtype: "float32", shape, data: new Float32Array(length) };
    }
    const program = await programs.load(visionProgram(config, images.length));
    const pixels = stackPixels(images, config.vision_config.image_size);
    const { kept } = await program.run({ pixels }, { keep: ["features"] });
    return kept["features"]!;
  };
  const runBatch = async (
    items: readonly EncoderItem[],
    taps: readonly string[],
  ): Promise<Awaited<ReturnType<LoadedProgram["run"]>> & { readonly tokens: number }> => {
    let image = 0;
    const sequences = items.map((item) => layOut(item, item.pixels === undefined ? 0 : image++));
    const tokens = bucketLength(Math.max(...sequences.map(({ ids }) => ids.length)));
    const features = await seeImages(items);
    try {
      const packed = packSequences(sequences, {
        imageTokenId: config.image_token_id,
        padId: markup.pad,
        perImage,
        imageCount: features.shape[0]!,
        tokens,
        padSide: "right",
      });
      const program = await programs.load(
        encodeProgram(config, items.length, tokens, features.shape[0]!),
      );
      const start: HostTensor = { dtype: "int32", shape: [1], data: Int32Array.of(0) };
      const inputs = { ...packed, features, ...ropeTables(config.text_config, 0, tokens) };
      const isCausal = !config.text_config.bidirectional;
      return { ...(await program.run(isCausal ? { ...inputs, start } : inputs, { taps })), tokens };
    } finally {
      if ("dispose" in features) features.dispose();
    }
  };
  return {
    imageSize: config.vision_config.image_size,
    maxTextTokens,
    dimensions: [...new Set([...(config.matryoshka ?? []), full])].toSorted((a, b) => a - b),
    encode: (items, { dimension = full, signal } = {}) =>
      inBatches(
        items,
        { batch: BATCH, dimension, signal, order: modalityAndLength },
        async (batch) => {
          const { outputs } = await runBatch(batch, []);
          return normalisedPrefix(outputs["vector"]!.data as Float32Array, full, dimension);
        },
      ),
    contributions: async (item) => {
      const { outputs, taps, tokens } = await runBatch([item], [TOKEN_ROWS_TAP]);
      return takeApart(
        layOut(item, 0),
        config,
        outputs["vector"]!.data as Float32Array,
        (taps[TOKEN_ROWS_TAP]!.data as Float32Array).subarray(0, tokens * full),
      );
    },
    dispose: () => programs.dispose(),
  };
}

/** Items of a kind run together, and short texts with short texts. */
function modalityAndLength({ pixels, ids = [] }: EncoderItem): number {
  return (pixels === undefined ? 0 : 1e6) + ids.length;
}

function takeApart(
  sequence: ImageSequence,
  config: Moon2Config,
  vector: Float32Array,
  rows: Float32Array,
): TokenContributions {
  const dimension = vector.length;
  const norm = Math.hypot(...vector);
  const hasImage = sequence.images.length > 0;
  const markupEnd = hasImage ? sequence.ids.lastIndexOf(config.image_token_id) + 2 : 0;
  let cell = 0;
  const tokens = sequence.ids.map((id, index) => {
    if (index >= markupEnd) return { kind: "text", position: index - markupEnd } as const;
    if (id === config.image_token_id) return { kind: "image", cell: cell++ } as const;
    return { kind: "markup" } as const;
  });
  const grid = imageGrid(config);
  return {
    vector: vector.map((value) => value / norm),
    dimension,
    rows: rows.slice(0, tokens.length * dimension).map((value) => value / norm),
    tokens,
    grid: [grid, grid],
  };
}
