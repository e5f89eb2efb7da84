/** Idefics3 on an engine against the golden file: every tap, greedy ids, cached against uncached. */
import type { Engine } from "@/inference/engines/engine";
import { imageGrid } from "@/inference/models/idefics3/config";
import { packSequences } from "@/inference/models/idefics3/image-sequence";
import { embedProgram, uncachedProgram, visionProgram } from "@/inference/models/idefics3/programs";
import { ropeTables } from "@/inference/models/llama/rope-tables";
import type { GeneratedSequence } from "@/inference/models/model-api";
import {
  assertSelectorWeights,
  createSelector,
  parseSelectorConfig,
} from "@/inference/models/selector";
import type { Golden } from "./golden-file";
import { differenceOf, type Difference } from "./parity";

/** Every tap of one prompt without a cache, in the order in which they are computed. */
export async function compareTaps(engine: Engine, golden: Golden): Promise<readonly Difference[]> {
  const config = parseSelectorConfig(golden.config);
  assertSelectorWeights(config, golden.weights);
  const model = await engine.loadModel(golden.weights);
  const pixels = golden.value("pixels");
  const images = pixels.shape[0]!;
  const prompt = golden.ids("prompt/0");
  const tokens = 32;
  const packed = packSequences([{ ids: prompt, images: golden.ids("order/0") }], {
    imageTokenId: config.image_token_id,
    padId: config.pad_token_id ?? 0,
    perImage: imageGrid(config) ** 2,
    imageCount: images,
    tokens,
    padSide: "right",
  });
  const tapNames = golden.valueNames
    .filter((name) => name.startsWith("tap/"))
    .map((name) => name.slice("tap/".length));
  const isText = (name: string): boolean => name.startsWith("text.");
  const vision = await model.program(visionProgram(config, images));
  const seen = await vision.run({ pixels }, { taps: tapNames.filter((name) => !isText(name)) });
  const embed = await model.program(embedProgram(config, 1, tokens, images));
  const { ids, source } = packed;
  const embedded = await embed.run({ ids, source, features: seen.outputs["features"]! });
  const text = await model.program(uncachedProgram(config, tokens, "logits"));
  const inputs = {
    embeddings: embedded.outputs["embeddings"]!,
    ...ropeTables(config.text_config, 0, tokens),
    start: { dtype: "int32", shape: [1], data: Int32Array.of(0) } as const,
  };
  const read = await text.run(inputs, { taps: tapNames.filter(isText) });
  const differences = tapNames.map((name) => {
    const actual = (isText(name) ? read : seen).taps[name]!;
    const expected = golden.value(`tap/${name}`);
    return differenceOf(name, actual, expected, isText(name) ? prompt.length : undefined);
  });
  // The golden logits have no batch axis.
  const logits = read.outputs["logits"]!;
  differences.push(differenceOf("logits", logits, golden.value("logits"), prompt.length));
  for (const program of [vision, embed, text]) program.dispose();
  model.dispose();
  return differences;
}

/** Both prompts as one batch through the cache, 32 greedy steps. */
export async function generateGreedy(
  engine: Engine,
  golden: Golden,
  steps: number,
): Promise<readonly GeneratedSequence[]> {
  const config = parseSelectorConfig(golden.config);
  const model = await engine.loadModel(golden.weights);
  const selector = createSelector(model, config, {
    end: -1,
    pad: config.pad_token_id ?? 0,
    verdicts: [],
  });
  const pixels = golden.value("pixels");
  const each = pixels.data.length / pixels.shape[0]!;
  const images = Array.from({ length: pixels.shape[0]! }, (_, index) =>
    Float32Array.from(pixels.data.subarray(index * each, (index + 1) * each)),
  );
  const prompts = [0, 1].map((row) => ({
    ids: golden.ids(`prompt/${row}`),
    images: golden.ids(`order/${row}`),
  }));
  try {
    return await selector.generate({ images, prompts }, { maxTokens: steps });
  } finally {
    selector.dispose();
    model.dispose();
  }
}

/** Natural log of the probability of each greedy token, from the golden (uncached) logits. */
export function goldenLogProbabilities(golden: Golden, row: number): readonly number[] {
  const logits = golden.value(`step_logits/${row}`);
  const width = logits.shape[1]!;
  return golden.ids(`greedy/${row}`).map((token, step) => {
    const values = Float64Array.from(logits.data.subarray(step * width, (step + 1) * width));
    const sum = values.reduce((total, value) => total + Math.exp(value), 0);
    return values[token]! - Math.log(sum);
  });
}
