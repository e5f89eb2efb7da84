import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { searchTopK, type TopKRequest } from "@/domain/retrieval/top-k";
import { createRng } from "@/shared/lib/rng";
import { createOrtWebEngine } from "../engines/onnx/ort-web";
import { createWebGpuEngine } from "../engines/tfjs/webgpu-engine";
import type { Engine } from "../engines/engine";
import { searchTopKOnEngine } from "./engine-top-k";
import { whyNot } from "../engines/gpu-adapter";

/** Every fourth row stands twice, so that some queries tie. */
function request(queryCount: number, rows: number, dimension: number): TopKRequest {
  const rng = createRng(9);
  const values = (count: number) => Float32Array.from({ length: count }, () => 2 * rng() - 1);
  const candidates = values(rows * dimension);
  for (let row = 4; row < rows; row += 4) {
    candidates.copyWithin(row * dimension, (row - 1) * dimension, row * dimension);
  }
  return { queries: values(queryCount * dimension), candidates, dimension, k: 10 };
}

describe.each([
  ["webgpu", () => createWebGpuEngine(), whyNot],
  ["ort-web", () => createOrtWebEngine({ threads: 1 }), ""],
] as const)("search on %s", (name, create, why) => {
  describe.skipIf(why !== "")(`bits${why}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.dispose());

    test(`${name} gives the bits of plain JavaScript, in chunks and with ties`, async () => {
      const problem = request(70, 1300, 22);
      let unproven = -1;
      const before = engine.memory().tensors;
      const result = await searchTopKOnEngine(problem, () => Promise.resolve(engine), {
        now: () => performance.now(),
        minProducts: 0,
        chunkRows: 1100,
        onUnproven: (count) => (unproven = count),
      });
      expect(result).toEqual(await searchTopK(problem));
      expect(unproven).toBeLessThan(10);
      expect(engine.memory().tensors).toBe(before);
    });
  });
});
