import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { kMeans } from "./k-means";

/** Rows around `k` far corners; row i belongs to corner i mod k. */
function blobs(k: number, rows: number, seed: number): Float32Array {
  const random = createRng(seed);
  return Float32Array.from(
    { length: rows * k },
    (_, i) => (Math.floor(i / k) % k === i % k ? 10 : 0) + random() - 0.5,
  );
}

test("finds groups that lie apart, the same ones at every call", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.nat(1000), (k, seed) => {
      const { of, inertia } = kMeans(blobs(k, 60, seed), k, k);
      for (const [i, cluster] of of.entries()) expect(cluster).toBe(of[i % k]);
      expect(new Set(of).size).toBe(k);
      expect(inertia).toBeLessThan(60 * k);
      expect(kMeans(blobs(k, 60, seed), k, k).of).toEqual(of);
    }),
    { numRuns: 30 },
  );
});

test("numbers clusters by size, and every row is nearest to its own centre's members", () => {
  const data = Float32Array.of(0, 0.1, 0.2, 0.3, 9, 9.1, 30);
  expect([...kMeans(data, 1, 3).of]).toEqual([0, 0, 0, 0, 1, 1, 2]);
});

test("more clusters never fit worse here, and odd input has an answer", () => {
  const data = blobs(4, 40, 7);
  const inertia = [1, 2, 3, 4].map((k) => kMeans(data, 4, k).inertia);
  expect(inertia).toEqual(inertia.toSorted((a, b) => b - a));
  expect(kMeans(new Float32Array(0), 3, 4).of).toHaveLength(0);
  expect([...kMeans(new Float32Array(6), 2, 8).of]).toEqual([0, 0, 0]);
});
