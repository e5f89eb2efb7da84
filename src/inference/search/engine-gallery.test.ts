import * as ort from "onnxruntime-node";
import { afterAll, expect, test } from "vitest";
import { rankTargets, type RankRequest } from "@/domain/retrieval/gallery";
import { searchTopK } from "@/domain/retrieval/top-k";
import { createOrtNodeEngine } from "../engines/onnx/ort-node";
import { EngineGallery } from "./engine-gallery";
import { rankingProblem } from "./ranking-problem";

const engine = createOrtNodeEngine(ort, { threads: 1 });
afterAll(() => engine.dispose());

const options = { now: () => 0, minProducts: 0, minQueries: 1, tileRows: 128 };

test("ranks and first rows on an engine are those of the plain loop, bit for bit", async () => {
  const { request, candidates } = rankingProblem(150, 500, 30);
  const gallery = new EngineGallery(candidates, {
    ...options,
    engine: () => Promise.resolve(engine),
  });
  const expected = await rankTargets(candidates, request);
  const seen: number[] = [];
  const ranks = await gallery.rank(request, (done) => void seen.push(done));
  expect(ranks).toEqual(expected);
  expect(expected.tied.some((count) => count > 0)).toBe(true);
  expect(seen).toEqual([128, 150]);
  const few = { ...request, queries: request.queries.subarray(0, 3 * 30) };
  const cut = (lists: RankRequest["targets"]) => ({
    rows: lists.rows.subarray(0, lists.starts[3]),
    starts: lists.starts.subarray(0, 4),
  });
  const small = { ...few, targets: cut(request.targets), excluded: cut(request.excluded) };
  expect(await gallery.rank(small, () => undefined)).toEqual(await rankTargets(candidates, small));
  expect(await gallery.top(request.queries, 10, () => undefined)).toEqual(
    await searchTopK({
      queries: request.queries,
      candidates: candidates.values,
      dimension: 30,
      k: 10,
    }),
  );
  gallery.dispose();
});

test("stays on the engine until it is disposed of, and moves when the engine changes", async () => {
  const { request, candidates } = rankingProblem(20, 300, 16);
  const other = createOrtNodeEngine(ort, { threads: 1 });
  let current = engine;
  const gallery = new EngineGallery(candidates, {
    ...options,
    engine: () => Promise.resolve(current),
  });
  const before = engine.memory().bytes;
  const first = await gallery.rank(request, () => undefined);
  const held = engine.memory().bytes;
  expect(held - before).toBeGreaterThan(300 * 16 * 4);
  await gallery.rank(request, () => undefined);
  expect(engine.memory().bytes).toBe(held);
  current = other;
  expect(await gallery.rank(request, () => undefined)).toEqual(first);
  expect(engine.memory().bytes).toBe(before);
  gallery.dispose();
  await expect.poll(() => other.memory().bytes).toBe(0);
  await other.dispose();
});

test("NaN among the candidates goes the plain way; few queries do not wait for an engine", async () => {
  const { request, candidates } = rankingProblem(20, 300, 16);
  const none = () => Promise.reject(new Error("asked for an engine"));
  const few = new EngineGallery(candidates, { ...options, engine: none, minQueries: 21 });
  expect(await few.rank(request, () => undefined)).toEqual(await rankTargets(candidates, request));
  const untouched = new Set([...request.targets.rows, ...request.excluded.rows]);
  const row = Array.from({ length: 300 }, (_, i) => i).find((i) => !untouched.has(i))!;
  candidates.values[row * 16] = Number.NaN;
  const broken = new EngineGallery(candidates, { ...options, engine: none });
  expect(await broken.rank(request, () => undefined)).toEqual(
    await rankTargets(candidates, request),
  );
});
