import { loadGolden } from "@tools/golden/golden-file";
import { generateGreedy, goldenLogProbabilities } from "@tools/golden/idefics3-parity";
import { readGoldenFile } from "@tools/golden/node-files";
import { int8Pair, tiedPair, type StoredPair } from "@tools/golden/stored-forms";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import type { Engine } from "../engines/engine";
import { createOrtNodeEngine } from "../engines/onnx/ort-node";
import { createCpuEngine } from "../engines/tfjs/cpu-engine";
import { assertSelectorWeights, parseSelectorConfig } from "./selector";

const golden = await loadGolden("idefics3", readGoldenFile);
const STEPS = 8;

/** Largest |Δ ln P| of the greedy tokens; the tokens themselves must agree. */
async function difference(engine: Engine, { stored, plain }: StoredPair): Promise<number> {
  const [ours, expected] = [
    await generateGreedy(engine, stored, STEPS),
    await generateGreedy(engine, plain, STEPS),
  ];
  expect(ours.map(({ tokens }) => tokens)).toEqual(expected.map(({ tokens }) => tokens));
  const deltas = ours.flatMap(({ logProbabilities }, row) =>
    [...logProbabilities].map((value, at) =>
      Math.abs(value - expected[row]!.logProbabilities[at]!),
    ),
  );
  expect(deltas).toHaveLength(2 * STEPS);
  return Math.max(...deltas);
}

const engines = [
  { name: "cpu", open: () => createCpuEngine() },
  { name: "ort-node", open: () => Promise.resolve(createOrtNodeEngine(ort, { threads: 1 })) },
] as const;

for (const { name, open } of engines) {
  describe(`stored forms on ${name}`, () => {
    it("computes with int8 weights as with their widened values", async () => {
      const engine = await open();
      const pair = await int8Pair(golden);
      expect(() =>
        assertSelectorWeights(parseSelectorConfig(golden.config), pair.stored.weights),
      ).not.toThrow();
      expect(await difference(engine, pair)).toBeLessThan(1e-4);
      // Rounding shows: it is not the float32 file that was read.
      const [reply] = await generateGreedy(engine, pair.stored, 1);
      const [exact] = goldenLogProbabilities(golden, 0);
      expect(Math.abs(reply!.logProbabilities[0]! - exact!)).toBeGreaterThan(1e-4);
      await engine.dispose();
    });

    it("reads a tied head from the embedding table", async () => {
      const engine = await open();
      const pair = await tiedPair(golden);
      expect(pair.stored.weights.names).not.toContain("lm_head.weight");
      expect(() =>
        assertSelectorWeights(parseSelectorConfig(pair.stored.config), pair.stored.weights),
      ).not.toThrow();
      expect(await difference(engine, pair)).toBeLessThan(1e-5);
      await engine.dispose();
    });

    it("reads a tied head that is stored as int8", async () => {
      const engine = await open();
      const tied = await tiedPair(golden);
      const { stored, plain } = await int8Pair(tied.stored);
      expect(await difference(engine, { stored, plain })).toBeLessThan(1e-4);
      await engine.dispose();
    });
  });
}

it("refuses a checkpoint without a head when the configuration ties none", async () => {
  const { stored } = await tiedPair(golden);
  const config = parseSelectorConfig(golden.config);
  expect(() => assertSelectorWeights(config, stored.weights)).toThrow(/lm_head\.weight/u);
});
