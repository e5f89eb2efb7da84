/**
 * One generation in progress, behind an interface: `createOpsDecoder` runs the decoder's programs on
 * any engine and is the reference; an engine with its own decode path can stand in for it.
 *
 * Memory: the caches have a fixed capacity and are written in place or replaced, so nothing grows
 * with the number of tokens.
 */
import { AppError } from "@/shared/lib/errors";
import type { LoadedModel, LoadedProgram, ResidentTensor } from "../../engines/engine";
import type { HostTensor } from "../../ops/ops";
import { ropeTables } from "../llama/rope-tables";
import { createProgramCache } from "../program-cache";
import { imageGrid, type Idefics3Config } from "./config";
import { bucketLength, packSequences, type ImageSequence } from "./image-sequence";
import { allCacheNames, cacheShape, embedProgram, textProgram, type TextSize } from "./programs";

export interface DecodeSession {
  /** [B × V] logits after the prompt, row by row. */
  readonly promptLogits: Float32Array;
  /** Appends one token per row; returns the [B × V] logits after it. */
  step(tokens: readonly number[]): Promise<Float32Array>;
  dispose(): void;
}

export interface TextDecoder {
  /**
   * Reads the prompts and reserves room for `maxTokens` more.
   *
   * @param prompts - one per row of the batch.
   * @param features - [N, n, C] image features on the engine; undefined when no prompt shows an image.
   * @param maxTokens - tokens to reserve room for.
   */
  open(
    prompts: readonly ImageSequence[],
    features: ResidentTensor | undefined,
    maxTokens: number,
  ): Promise<DecodeSession>;
  dispose(): void;
}

type Tensors = Record<string, HostTensor | ResidentTensor>;

/**
 * @param model - uploaded weights.
 * @param config - the model's configuration.
 * @param padId - what stands at padded positions; never read.
 */
export function createOpsDecoder(
  model: LoadedModel,
  config: Idefics3Config,
  padId: number,
): TextDecoder {
  const programs = createProgramCache(model);
  return {
    open: async (prompts, features, maxTokens) => {
      const longest = Math.max(...prompts.map(({ ids }) => ids.length));
      const tokens = bucketLength(longest);
      const size = { batch: prompts.length, tokens, capacity: bucketLength(tokens + maxTokens) };
      // Both sizes are asked for before either runs, so that one session serves them.
      const read = await programs.load(textProgram(config, size));
      const step = await programs.load(textProgram(config, { ...size, tokens: 1 }));
      const images = features?.shape[0] ?? 0;
      const embedPrompt = await programs.load(embedProgram(config, size.batch, tokens, images));
      const embedToken = await programs.load(embedProgram(config, size.batch, 1, 0));
      return openSession({
        config,
        prompts,
        features,
        padId,
        size,
        read,
        step,
        embedPrompt,
        embedToken,
      });
    },
    dispose: () => programs.dispose(),
  };
}

interface SessionParts {
  readonly config: Idefics3Config;
  readonly prompts: readonly ImageSequence[];
  readonly features: ResidentTensor | undefined;
  readonly padId: number;
  readonly size: TextSize;
  readonly read: LoadedProgram;
  readonly step: LoadedProgram;
  readonly embedPrompt: LoadedProgram;
  readonly embedToken: LoadedProgram;
}

async function openSession(parts: SessionParts): Promise<DecodeSession> {
  const { config, size, features } = parts;
  const packed = packSequences(parts.prompts, {
    imageTokenId: config.image_token_id,
    padId: parts.padId,
    perImage: imageGrid(config) ** 2,
    imageCount: features?.shape[0] ?? 0,
    tokens: size.tokens,
    padSide: "left",
  });
  const valid = validColumns(packed.valid, size);
  const names = allCacheNames(config);
  const shape = cacheShape(config, size);
  const empty = new Float32Array(shape.reduce((product, length) => product * length, 1));
  let caches: Tensors = Object.fromEntries(
    names.map((name) => [name, { dtype: "float32", shape, data: empty.slice() }]),
  );
  let position = 0;

  const advance = async (
    embed: LoadedProgram,
    text: LoadedProgram,
    inputs: Tensors,
    count: number,
  ): Promise<Float32Array> => {
    if (position + count > size.capacity) {
      throw new AppError(
        "token-limit",
        `The sequence is longer than the ${size.capacity} reserved rows.`,
      );
    }
    const { kept: embedded } = await embed.run(inputs, { keep: ["embeddings"] });
    const embeddings = embedded["embeddings"]!;
    const start: HostTensor = { dtype: "int32", shape: [1], data: Int32Array.of(position) };
    const tables = ropeTables(config.text_config, position, count);
    try {
      const { outputs, kept } = await text.run(
        { embeddings, ...tables, start, valid, ...caches },
        { keep: names },
      );
      caches = { ...kept };
      position += count;
      return outputs["logits"]!.data as Float32Array;
    } finally {
      embeddings.dispose();
    }
  };

  const prompt: Tensors =
    features === undefined
      ? { ids: packed.ids }
      : { ids: packed.ids, source: packed.source, features };
  const promptLogits = await advance(parts.embedPrompt, parts.read, prompt, size.tokens);
  return {
    promptLogits,
    step: (tokens) => {
      const ids: HostTensor = {
        dtype: "int32",
        shape: [size.batch, 1],
        data: Int32Array.from(tokens),
      };
      return advance(parts.embedToken, parts.step, { ids }, 1);
    },
    dispose: () => {
      for (const cache of Object.values(caches)) if ("dispose" in cache) cache.dispose();
    },
  };
}

/** [B, T]: padding columns 0, all others 1; rows beyond the present are hidden by causality. */
function validColumns(prompt: HostTensor, { batch, tokens, capacity }: TextSize): HostTensor {
  const data = new Float32Array(batch * capacity).fill(1);
  for (let row = 0; row < batch; row++) {
    for (let s = 0; s < tokens; s++) data[row * capacity + s] = prompt.data[row * tokens + s]!;
  }
  return { dtype: "float32", shape: [batch, capacity], data };
}
