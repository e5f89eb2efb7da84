import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packRows, rankTargets, type RankRequest } from "@/domain/retrieval/gallery";
import { searchTopK } from "@/domain/retrieval/top-k";
import { createRng } from "@/shared/lib/rng";
import { createOrtWebEngine } from "../engines/onnx/ort-web";
import { createWebGpuEngine } from "../engines/tfjs/webgpu-engine";
import type { Engine } from "../engines/engine";
import { EngineGallery } from "./engine-gallery";

const adapter = await navigator.gpu?.requestAdapter();

/** Every fourth row stands twice, so that some targets tie. */
function problem(queryCount: number, size: number, dimension: number) {
  const rng = createRng(11);
  const values = Float32Array.from({ length: size * dimension }, () => 2 * rng() - 1);
  for (let row = 4; row < size; row += 4) {
    values.copyWithin(row * dimension, (row - 1) * dimension, row * dimension);
  }
  const row = () => Math.floor(rng() * size);
  const targets = Array.from({ length: queryCount }, () => [...new Set([row(), row()])]);
  const request: RankRequest = {
    queries: Float32Array.from({ length: queryCount * dimension }, () => 2 * rng() - 1),
    targets: packRows(targets),
    excluded: packRows(targets.map((own) => [row()].filter((r) => !own.includes(r)))),
  };
  return { request, candidates: { values, dimension } };
}

describe.each([
  ["webgpu", () => createWebGpuEngine(), adapter ? "" : "no WebGPU adapter in this browser"],
  ["ort-web", () => createOrtWebEngine({ threads: 1 }), ""],
] as const)("ranking on %s", (name, create, why) => {
  describe.skipIf(why !== "")(`bits${why === "" ? "" : ` (skipped: ${why})`}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.dispose());

    test(`${name} counts what the plain loop counts, ties included, and lists the same first rows`, async () => {
      const { request, candidates } = problem(20, 600, 26);
      let asked = 0;
      const gallery = new EngineGallery(candidates, {
        now: () => performance.now(),
        engine: () => {
          asked++;
          return Promise.resolve(engine);
        },
        minProducts: 0,
        minQueries: 1,
        tileRows: 256,
      });
      const expected = await rankTargets(candidates, request);
      expect(await gallery.rank(request, () => undefined)).toEqual(expected);
      expect(expected.tied.some((count) => count > 0)).toBe(true);
      const top = await gallery.top(request.queries, 10, () => undefined);
      const { values, dimension } = candidates;
      expect(top).toEqual(
        await searchTopK({ queries: request.queries, candidates: values, dimension, k: 10 }),
      );
      expect(asked).toBe(2);
      gallery.dispose();
    });
  });
});
