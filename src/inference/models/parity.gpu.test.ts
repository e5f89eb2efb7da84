import { readGoldenFile } from "@tools/golden/browser-files";
import { compareEncoderTaps, compareVectors } from "@tools/golden/encoder-parity";
import { loadGolden } from "@tools/golden/golden-file";
import { compareTaps, generateGreedy, goldenLogProbabilities } from "@tools/golden/idefics3-parity";
import { assertWithin, formatDifferences } from "@tools/golden/parity";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../engines/engine";
import { createOrtWebEngine } from "../engines/onnx/ort-web";
import { createWebGpuEngine } from "../engines/tfjs/webgpu-engine";

const hasAdapter = (await globalThis.navigator.gpu?.requestAdapter()) != null;
/** WGSL leaves the precision of exp and tanh to the vendor: webgpu gets the wider bound. */
const engines = [
  { name: "ort-web", create: createOrtWebEngine, tolerance: 1e-4, usable: true },
  { name: "webgpu", create: createWebGpuEngine, tolerance: 1e-3, usable: hasAdapter },
] as const;
const encoders = ["siglip", "clip", "chinese_clip", "moon2"] as const;

for (const { name, create, tolerance, usable } of engines) {
  // Without an adapter the report shows these tests as skipped.
  describe.skipIf(!usable)(`${name} against transformers`, () => {
    let engine: Engine | undefined;
    const open = async (): Promise<Engine> => (engine ??= await create());
    afterAll(() => engine?.dispose());

    it("gives every intermediate of Idefics3", async () => {
      const golden = await loadGolden("idefics3", readGoldenFile);
      const differences = await compareTaps(await open(), golden);
      console.log(formatDifferences(`Idefics3, ${name}`, differences));
      expect(differences).toHaveLength(11);
      assertWithin(differences, tolerance, golden.regenerate);
    });

    it("generates the same 32 greedy ids, cached as uncached", async () => {
      const golden = await loadGolden("idefics3", readGoldenFile);
      const replies = await generateGreedy(await open(), golden, 32);
      let worst = 0;
      for (const [row, reply] of replies.entries()) {
        expect(reply.tokens).toEqual(golden.ids(`greedy/${row}`));
        for (const [step, expected] of goldenLogProbabilities(golden, row).entries()) {
          worst = Math.max(worst, Math.abs(reply.logProbabilities[step]! - expected));
        }
      }
      console.log(`Idefics3 decode, ${name}: max |Δ log P| ${worst.toExponential(2)}`);
      expect(worst).toBeLessThan(tolerance);
    });

    it.each(encoders)("encodes as %s", async (model) => {
      const golden = await loadGolden(model, readGoldenFile);
      const taps = await compareEncoderTaps(await open(), golden);
      const vectors = await compareVectors(await open(), golden);
      console.log(formatDifferences(`${model}, ${name}`, [...taps, ...vectors]));
      expect(taps.length).toBeGreaterThan(4);
      assertWithin(taps, tolerance, golden.regenerate);
      assertWithin(vectors, 1e-4, golden.regenerate);
    });
  });
}
