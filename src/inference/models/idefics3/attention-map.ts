/** Where the decoder looked while writing part of its reply; see `AttentionResult` for the measure. */
import type { LoadedModel, LoadedProgram, ResidentTensor } from "../../engines/engine";
import type { HostTensor } from "../../ops/ops";
import { AppError } from "@/shared/lib/errors";
import { ropeTables } from "../llama/rope-tables";
import type { AttentionQuery, AttentionResult } from "../model-api";
import { imageGrid, type Idefics3Config } from "./config";
import { bucketLength, packSequences } from "./image-sequence";
import { embedProgram, uncachedProgram } from "./programs";

/** The last reply's whole map, so that looking at its next line costs nothing. */
export interface AttentionMemo {
  readonly key: string;
  readonly images: readonly Float32Array[];
  /** [S, S] rows look at columns. */
  readonly map: Float32Array;
  readonly tokens: number;
}

type EncodeImages = (images: readonly Float32Array[]) => Promise<ResidentTensor | undefined>;

export async function readAttention(
  model: LoadedModel,
  config: Idefics3Config,
  padId: number,
  encodeImages: EncodeImages,
  query: AttentionQuery,
  memo: AttentionMemo | undefined,
): Promise<{ readonly result: AttentionResult; readonly memo: AttentionMemo }> {
  const { from, to, generated, prompt } = query;
  if (!(from >= 0 && from < to && to <= generated.length)) {
    throw new AppError(
      "input-invalid",
      `Attention: tokens ${from} to ${to} are not a part of a reply of ${generated.length} tokens.`,
    );
  }
  const key = JSON.stringify([prompt.ids, prompt.images, generated]);
  const isKnown =
    memo?.key === key &&
    memo.images.length === query.images.length &&
    memo.images.every((image, index) => image === query.images[index]);
  const current = isKnown ? memo : await computeMap(model, config, padId, encodeImages, query, key);
  return { result: cutMap(config, query, current), memo: current };
}

async function computeMap(
  model: LoadedModel,
  config: Idefics3Config,
  padId: number,
  encodeImages: EncodeImages,
  query: AttentionQuery,
  key: string,
): Promise<AttentionMemo> {
  const ids = [...query.prompt.ids, ...query.generated];
  const tokens = bucketLength(ids.length);
  // Padding on the right is never seen by earlier rows.
  const packed = packSequences([{ ids, images: query.prompt.images }], {
    imageTokenId: config.image_token_id,
    padId,
    perImage: imageGrid(config) ** 2,
    imageCount: query.images.length,
    tokens,
    padSide: "right",
  });
  const features = await encodeImages(query.images);
  const loaded: LoadedProgram[] = [];
  try {
    const embed = await model.program(embedProgram(config, 1, tokens, query.images.length));
    loaded.push(embed);
    const inputs =
      features === undefined
        ? { ids: packed.ids }
        : { ids: packed.ids, source: packed.source, features };
    const { outputs } = await embed.run(inputs);
    const uncached = await model.program(uncachedProgram(config, tokens, "map"));
    loaded.push(uncached);
    const start: HostTensor = { dtype: "int32", shape: [1], data: Int32Array.of(0) };
    const tables = ropeTables(config.text_config, 0, tokens);
    const run = await uncached.run({ embeddings: outputs["embeddings"]!, ...tables, start });
    return { key, images: query.images, map: run.outputs["map"]!.data as Float32Array, tokens };
  } finally {
    features?.dispose();
    for (const program of loaded) program.dispose();
  }
}

function cutMap(
  config: Idefics3Config,
  query: AttentionQuery,
  memo: AttentionMemo,
): AttentionResult {
  const grid = imageGrid(config);
  const columns = query.prompt.ids.flatMap((id, index) =>
    id === config.image_token_id ? [index] : [],
  );
  const sums = new Float64Array(columns.length);
  // Row p predicts token p + 1, so the row before each token is where its writer looked.
  const first = query.prompt.ids.length + query.from - 1;
  const last = query.prompt.ids.length + query.to - 1;
  for (let row = first; row < last; row++) {
    for (const [index, column] of columns.entries()) {
      sums[index]! += memo.map[row * memo.tokens + column]!;
    }
  }
  const total = sums.reduce((sum, value) => sum + value, 0);
  const perImage = grid * grid;
  const maps = query.prompt.images.map((_, image) =>
    Float32Array.from(sums.subarray(image * perImage, (image + 1) * perImage), (value) =>
      total > 0 ? value / total : 0,
    ),
  );
  return { grid: [grid, grid], maps, imageShare: total / (last - first) };
}
