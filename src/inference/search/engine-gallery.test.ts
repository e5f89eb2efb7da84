import * as ort from "onnxruntime-node";
import { afterAll, expect, test } from "vitest";
import { packRows, rankTargets, type RankRequest } from "@/domain/retrieval/gallery";
import { searchTopK } from "@/domain/retrieval/top-k";
import { createRng } from "@/shared/lib/rng";
import { createOrtNodeEngine } from "../engines/onnx/ort-node";
import { EngineGallery } from "./engine-gallery";

const engine = createOrtNodeEngine(ort, { threads: 1 });
afterAll(() => engine.dispose());

/** Every fourth row stands twice, so that some targets tie. */
function problem(queryCount: number, size: number, dimension: number) {
  const rng = createRng(7);
  const values = Float32Array.from({ length: size * dimension }, () => 2 * rng() - 1);
  for (let row = 4; row < size; row += 4) {
    values.copyWithin(row * dimension, (row - 1) * dimension, row * dimension);
  }
  const row = () => Math.floor(rng() * size);
  const targets = Array.from({ length: queryCount }, () => [...new Set([row(), row(), row()])]);
  const request: RankRequest = {
    queries: Float32Array.from({ length: queryCount * dimension }, () => 2 * rng() - 1),
    targets: packRows(targets),
    excluded: packRows(targets.map((own) => [row(), row()].filter((r) => !own.includes(r)))),
  };
  return { request, candidates: { values, dimension } };
}

const options = { now: () => 0, minProducts: 0, minQueries: 1, tileRows: 128 };

test("ranks and first rows on an engine are those of the plain loop, bit for bit", async () => {
  const { request, candidates } = problem(150, 500, 30);
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
  const { request, candidates } = problem(20, 300, 16);
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
  const { request, candidates } = problem(20, 300, 16);
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
