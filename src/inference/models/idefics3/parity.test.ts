import { loadGolden } from "@tools/golden/golden-file";
import { compareTaps, generateGreedy, goldenLogProbabilities } from "@tools/golden/idefics3-parity";
import { readGoldenFile } from "@tools/golden/node-files";
import { assertWithin, formatDifferences } from "@tools/golden/parity";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { createOrtNodeEngine } from "../../engines/onnx/ort-node";
import { createCpuEngine } from "../../engines/tfjs/cpu-engine";

const golden = await loadGolden("idefics3", readGoldenFile);
const engines = {
  "ort-node": createOrtNodeEngine(ort, { threads: 1 }),
  cpu: await createCpuEngine(),
};
const STEPS = 32;

describe.each(Object.entries(engines))("Idefics3 on %s against transformers", (name, engine) => {
  it("gives every intermediate within 1e-4", async () => {
    const differences = await compareTaps(engine, golden);
    console.log(formatDifferences(`Idefics3, ${name}`, differences));
    expect(differences.length).toBe(11);
    assertWithin(differences, 1e-4, golden.regenerate);
  });

  it("generates the same 32 greedy ids for both rows of a batch with unequal prompts", async () => {
    const replies = await generateGreedy(engine, golden, STEPS);
    for (const [row, reply] of replies.entries()) {
      // To make the golden file again: python tools/golden/idefics3_golden.py
      expect(reply.tokens).toEqual(golden.ids(`greedy/${row}`));
      // Cached decoding on the left, uncached reference on the right.
      for (const [step, expected] of goldenLogProbabilities(golden, row).entries()) {
        expect(Math.abs(reply.logProbabilities[step]! - expected)).toBeLessThan(1e-4);
      }
    }
  });
});
