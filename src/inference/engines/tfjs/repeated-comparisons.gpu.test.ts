import { readGoldenFile } from "@tools/golden/browser-files";
import { loadGolden } from "@tools/golden/golden-file";
import { describe, expect, it } from "vitest";
import { createWebGpuEngine, type WebGpuEngine } from "./webgpu-engine";
import { createSelector, parseSelectorConfig } from "../../models/selector";
import { hasGpu, whyNot } from "../gpu-adapter";

const COMPARISONS = 50;
/** The golden selector is tiny: the shipped one takes seconds for each run on a software adapter. */
const NEW_TOKENS = 2;

describe.skipIf(!hasGpu)(`a selector on webgpu${whyNot}`, () => {
  it(`makes ${COMPARISONS} comparisons in a row with tensors and GPU buffers flat`, async () => {
    const golden = await loadGolden("idefics3", readGoldenFile);
    const engine = await createWebGpuEngine();
    const atStart = engine.memory();
    const model = await engine.loadModel(golden.weights);
    const tokens = { end: -1, pad: 93, answer: [[-1]], verdicts: [] };
    const selector = createSelector(model, parseSelectorConfig(golden.config), tokens);
    const prompts = [0, 1].map((row) => ({
      ids: golden.ids(`prompt/${row}`),
      images: golden.ids(`order/${row}`),
    }));
    const pixels = golden.value("pixels").data;
    const each = pixels.length / 2;
    const replies = new Set<string>();
    const memory: ReturnType<WebGpuEngine["memory"]>[] = [];
    for (let run = 0; run < COMPARISONS; run += 1) {
      const images = [0, 1].map((index) =>
        Float32Array.from(
          pixels.subarray(index * each, (index + 1) * each),
          (value) => value * (1 + run / 10),
        ),
      );
      const sequences = await selector.generate({ images, prompts }, { maxTokens: NEW_TOKENS });
      replies.add(sequences.map(({ logProbabilities }) => logProbabilities.join(" ")).join("; "));
      memory.push(engine.memory());
    }
    console.log(`memory after ${COMPARISONS} comparisons: ${JSON.stringify(memory.at(-1))}`);
    // Every comparison was computed anew, from its own pictures.
    expect(replies.size).toBe(COMPARISONS);
    expect(memory).toEqual(memory.map(() => memory[0]));
    selector.dispose();
    model.dispose();
    // Programs are freed in promise callbacks.
    await new Promise((resolve) => setTimeout(resolve));
    expect(engine.memory()).toEqual(atStart);
    await engine.dispose();
  }, 120_000);
});
