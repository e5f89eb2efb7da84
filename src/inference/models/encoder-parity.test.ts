import { compareEncoderTaps, compareVectors, takeApartAll } from "@tools/golden/encoder-parity";
import { loadGolden } from "@tools/golden/golden-file";
import { readGoldenFile } from "@tools/golden/node-files";
import { assertWithin, formatDifferences } from "@tools/golden/parity";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { createOrtNodeEngine } from "../engines/onnx/ort-node";
import { createCpuEngine } from "../engines/tfjs/cpu-engine";

const engines = {
  "ort-node": createOrtNodeEngine(ort, { threads: 1 }),
  cpu: await createCpuEngine(),
};
const models = ["siglip", "clip", "chinese_clip", "moon2"] as const;
const TAPS = { siglip: 10, clip: 6, chinese_clip: 7, moon2: 5 } as const;
const cases = Object.entries(engines).flatMap(([name, engine]) =>
  models.map((model) => ({ name, engine, model })),
);

describe.each(cases)("$model on $name against the reference", ({ name, engine, model }) => {
  it("gives every intermediate within 1e-4 and unit vectors within 1e-5", async () => {
    const golden = await loadGolden(model, readGoldenFile);
    const taps = await compareEncoderTaps(engine, golden);
    const vectors = await compareVectors(engine, golden);
    console.log(formatDifferences(`${model}, ${name}`, [...taps, ...vectors]));
    expect(taps).toHaveLength(TAPS[model]);
    assertWithin(taps, 1e-4, golden.regenerate);
    assertWithin(vectors, 1e-5, golden.regenerate);
  });
});

describe.each(Object.entries(engines))("moon2's contributions on %s", (_, engine) => {
  it("add up to the vector, token by token, in all three views", async () => {
    const parts = await takeApartAll(engine, await loadGolden("moon2", readGoldenFile));
    for (const { vector, rows, tokens, dimension } of parts) {
      expect(rows).toHaveLength(tokens.length * dimension);
      for (let i = 0; i < dimension; i++) {
        const sum = tokens.reduce((total, __, row) => total + rows[row * dimension + i]!, 0);
        expect(Math.abs(sum - vector[i]!)).toBeLessThan(1e-5);
      }
    }
    const kinds = parts.map(({ tokens }) => [...new Set(tokens.map(({ kind }) => kind))]);
    expect(kinds[0]).toEqual(["text"]);
    expect(kinds[2]).toEqual(["markup", "image"]);
    expect(kinds[4]).toEqual(["markup", "image", "text"]);
  });
});
