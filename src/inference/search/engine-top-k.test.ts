import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { searchTopK, type TopKRequest } from "@/domain/retrieval/top-k";
import { createRng } from "@/shared/lib/rng";
import { createOrtNodeEngine } from "../engines/onnx/ort-node";
import { searchTopKOnEngine } from "./engine-top-k";

const engine = createOrtNodeEngine(ort, { threads: 1 });
afterAll(() => engine.dispose());

function unitRows(count: number, dimension: number, seed: number): Float32Array {
  const rng = createRng(seed);
  const values = Float32Array.from({ length: count * dimension }, () => 2 * rng() - 1);
  for (let at = 0; at < values.length; at += dimension) {
    const row = values.subarray(at, at + dimension);
    const norm = Math.hypot(...row);
    for (let i = 0; i < dimension; i++) row[i]! /= norm;
  }
  return values;
}

async function onEngine(request: TopKRequest, chunkRows = 64, margin?: number) {
  let unproven = -1;
  const result = await searchTopKOnEngine(request, () => Promise.resolve(engine), {
    now: () => 0,
    minProducts: 0,
    chunkRows,
    ...(margin === undefined ? {} : { margin }),
    onUnproven: (count) => (unproven = count),
  });
  return { result, unproven };
}

describe("searchTopKOnEngine on onnxruntime-node", () => {
  test("real-valued vectors: the same bits, proven without searching again", async () => {
    const request = {
      queries: unitRows(150, 30, 1),
      candidates: unitRows(500, 30, 2),
      dimension: 30,
      k: 10,
    };
    const { result, unproven } = await onEngine(request);
    expect(result).toEqual(await searchTopK(request));
    expect(unproven).toBe(0);
  });

  test("duplicates across the last proposal are not proven, and still right", async () => {
    const one = unitRows(1, 16, 3);
    const candidates = new Float32Array(100 * 16);
    for (let row = 0; row < 100; row++) candidates.set(one, row * 16);
    const request = { queries: unitRows(3, 16, 4), candidates, dimension: 16, k: 5 };
    const { result, unproven } = await onEngine(request);
    expect([...result.indices]).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    expect(unproven).toBe(3);
  });

  test("scores closer than float32 can tell are ranked by the definition", async () => {
    // Candidate 1 is better by 2⁻³⁰, which a float32 sum loses beside 1.
    const candidates = Float32Array.of(1, 0, 1, 2 ** -30, 0.5, 0);
    const request = { queries: Float32Array.of(1, 1), candidates, dimension: 2, k: 2 };
    const { result } = await onEngine(request, 64, 0);
    expect(result).toEqual(await searchTopK(request));
  });

  test("any small whole numbers: ties, chunks, and k beyond the candidates", async () => {
    const size = fc.record({
      dimension: fc.integer({ min: 1, max: 9 }),
      queries: fc.integer({ min: 0, max: 9 }),
      rows: fc.integer({ min: 0, max: 60 }),
      k: fc.integer({ min: 1, max: 12 }),
      seed: fc.integer({ min: 1, max: 1e6 }),
    });
    await fc.assert(
      fc.asyncProperty(size, async ({ dimension, queries, rows, k, seed }) => {
        const rng = createRng(seed);
        const values = (count: number) =>
          Float32Array.from({ length: count }, () => Math.floor(5 * rng()) - 2);
        const request = {
          queries: values(queries * dimension),
          candidates: values(rows * dimension),
          dimension,
          k,
        };
        const { result } = await onEngine(request, 16, 3);
        expect(result).toEqual(await searchTopK(request));
      }),
      { numRuns: 25 },
    );
  });

  test("NaN and infinity go the plain way", async () => {
    const candidates = Float32Array.of(1, NaN, 3, Infinity);
    const request = { queries: Float32Array.of(1), candidates, dimension: 1, k: 4 };
    const { result, unproven } = await onEngine(request);
    expect(result).toEqual(await searchTopK(request));
    expect(unproven).toBe(-1);
  });

  test("a small search does not wait for an engine", async () => {
    const request = {
      queries: Float32Array.of(1),
      candidates: Float32Array.of(1, 2),
      dimension: 1,
      k: 1,
    };
    const none = () => Promise.reject(new Error("asked for an engine"));
    const result = await searchTopKOnEngine(request, none, { now: () => 0 });
    expect([...result.indices]).toEqual([1]);
  });

  test("the caller can stop between runs; nothing stays on the engine", async () => {
    const before = engine.memory();
    const request = {
      queries: unitRows(300, 8, 5),
      candidates: unitRows(200, 8, 6),
      dimension: 8,
      k: 3,
    };
    const seen: number[] = [];
    const searching = searchTopKOnEngine(request, () => Promise.resolve(engine), {
      now: () => 0,
      minProducts: 0,
      onBlock: (done) => {
        seen.push(done);
        if (done > 200) throw new Error("stop");
      },
    });
    await expect(searching).rejects.toThrow("stop");
    expect(seen).toEqual([128, 256]);
    expect(engine.memory()).toEqual(before);
  });
});
