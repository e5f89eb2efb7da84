import { printWholePrompt } from "@/domain/reasoning-text";
import type { Clock } from "@/shared/lib/ports";
import { createRng } from "@/shared/lib/rng";
import type { ResultOf } from "../protocol/messages";
import type { ReadyEncoder, ReadyModel, ReadySelector } from "./model-host";

/** Long enough to even out single runs, short enough to wait for. */
const MEASURE_MS = 3000;
const ENCODER_BATCH = 8;

export interface MeasureContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (doneRuns: number) => void;
}

function noise(size: number, seed: number): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length: size * size * 3 }, () => rng() * 2 - 1);
}

/** Repeats `run` for the measuring time after one warm-up; returns runs and seconds. */
async function repeat(
  run: () => Promise<void>,
  { clock, signal, onProgress }: MeasureContext,
): Promise<{ runs: number; seconds: number }> {
  await run();
  const startedAt = clock.now();
  let runs = 0;
  let elapsed = 0;
  while (elapsed < MEASURE_MS) {
    signal.throwIfAborted();
    await run();
    runs += 1;
    onProgress(runs);
    elapsed = clock.now() - startedAt;
  }
  return { runs, seconds: elapsed / 1000 };
}

async function measureEncoder(
  { encoder }: ReadyEncoder,
  context: MeasureContext,
): Promise<ResultOf<"models/measure">> {
  const items = Array.from({ length: ENCODER_BATCH }, (_, seed) => ({
    pixels: noise(encoder.imageSize, seed),
  }));
  const { runs, seconds } = await repeat(async () => {
    await encoder.encode(items, { signal: context.signal });
  }, context);
  return { itemsPerSecond: (runs * ENCODER_BATCH) / seconds };
}

async function measureSelector(
  model: ReadySelector,
  context: MeasureContext,
): Promise<ResultOf<"models/measure">> {
  const { selector, tokenizer } = model;
  const count = selector.imageTokens;
  const prompt = { language: "en", title: "measure", queries: [] } as const;
  const ids = tokenizer.encode(printWholePrompt(prompt, count, count));
  const images = [noise(selector.imageSize, 1), noise(selector.imageSize, 2)];
  const prompts = [
    { ids, images: [0, 1] },
    { ids, images: [1, 0] },
  ];
  let [tokens, generateMs] = [0, 0];
  const { runs, seconds } = await repeat(async () => {
    let readAt = context.clock.now();
    const sequences = await selector.generate(
      { images, prompts },
      {
        maxTokens: 256,
        signal: context.signal,
        constraint: model.constrain(256, prompt.language),
        onStage: (stage) => {
          if (stage === "prompt-read") readAt = context.clock.now();
        },
      },
    );
    tokens += sequences.reduce((sum, sequence) => sum + sequence.tokens.length, 0);
    generateMs += context.clock.now() - readAt;
  }, context);
  return {
    itemsPerSecond: runs / seconds,
    tokensPerSecond: tokens / (generateMs / 1000),
  };
}

/**
 * Speed of a model on this device: images per second of an encoder; pairs per second (both display
 * orders) and generated tokens per second of a selector. Inputs are noise of the right size.
 */
export async function measureModel(
  model: ReadyModel,
  context: MeasureContext,
): Promise<ResultOf<"models/measure">> {
  return model.task === "encoder"
    ? await measureEncoder(model, context)
    : await measureSelector(model, context);
}
