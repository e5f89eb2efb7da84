import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rankTargets } from "@/domain/retrieval/gallery";
import { searchTopK } from "@/domain/retrieval/top-k";
import { createOrtWebEngine } from "../engines/onnx/ort-web";
import { createWebGpuEngine } from "../engines/tfjs/webgpu-engine";
import type { Engine } from "../engines/engine";
import { EngineGallery } from "./engine-gallery";
import { rankingProblem } from "./ranking-problem";
import { whyNot } from "../engines/gpu-adapter";

describe.each([
  ["webgpu", () => createWebGpuEngine(), whyNot],
  ["ort-web", () => createOrtWebEngine({ threads: 1 }), ""],
] as const)("ranking on %s", (name, create, why) => {
  describe.skipIf(why !== "")(`bits${why}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.dispose());

    test(`${name} counts what the plain loop counts, ties included, and lists the same first rows`, async () => {
      const { request, candidates } = rankingProblem(20, 600, 26);
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
