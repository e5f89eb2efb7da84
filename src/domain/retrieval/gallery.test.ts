import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import {
  emptyRanks,
  openPlainGallery,
  packRows,
  QueryCounter,
  rankTargets,
  type RankRequest,
} from "./gallery";
import { roundedDot } from "./top-k";
import { placeCounted, rankRelevant } from "./true-rank";

/** Small whole numbers: many ties. Every query has targets and may exclude others. */
function problem(seed: number, rows: number, queryCount: number, dimension: number) {
  const rng = createRng(seed);
  const values = (count: number) =>
    Float32Array.from({ length: count }, () => Math.floor(3 * rng()) - 1);
  const pick = (count: number, from: readonly number[]) =>
    from
      .map((row) => [rng(), row] as const)
      .sort(([a], [b]) => a - b)
      .slice(0, count)
      .map(([, row]) => row);
  const all = Array.from({ length: rows }, (_, row) => row);
  const targets = Array.from({ length: queryCount }, () => pick(1 + Math.floor(3 * rng()), all));
  const excluded = targets.map((own) =>
    pick(
      Math.floor(3 * rng()),
      all.filter((row) => !own.includes(row)),
    ),
  );
  const request: RankRequest = {
    queries: values(queryCount * dimension),
    targets: packRows(targets),
    excluded: packRows(excluded),
  };
  return { request, targets, excluded, values: values(rows * dimension) };
}

test("counting equals ranking a list of scores, ties and excluded candidates included", async () => {
  const sizes = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    rows: fc.integer({ min: 4, max: 40 }),
    queries: fc.integer({ min: 1, max: 6 }),
    dimension: fc.integer({ min: 1, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(sizes, async ({ seed, rows, queries, dimension }) => {
      const { request, targets, excluded, values } = problem(seed, rows, queries, dimension);
      const counts = await rankTargets({ values, dimension }, request);
      let at = 0;
      for (const [query, own] of targets.entries()) {
        const scores = Array.from({ length: rows }, (_, row) =>
          roundedDot(request.queries, query * dimension, values, row * dimension, dimension),
        );
        const relevant = own.map((index, i) => ({ index, gain: 1 + (i % 2) }));
        // Rows stand in falling order of their ids.
        const compareIds = (a: number, b: number) => b - a;
        const apart = new Set(excluded[query]);
        const expected = rankRelevant(scores, relevant, { excluded: apart, compareIds });
        const counted = relevant.map((candidate) => {
          const i = at++;
          return {
            ...candidate,
            score: counts.scores[i]!,
            higher: counts.higher[i]!,
            tied: counts.tied[i]!,
            tiedBefore: counts.tiedBefore[i]!,
          };
        });
        expect(placeCounted(counted, compareIds)).toEqual(expected);
        const others = scores.filter((_, row) => !own.includes(row) && !apart.has(row));
        expect(counts.bestOther[query]).toBe(Math.max(-Infinity, ...others));
      }
    }),
    { numRuns: 150 },
  );
});

test("approximate scores within the stated error give the same counts, in any tiles", async () => {
  const dimension = 5;
  const { request, values } = problem(4, 300, 12, dimension);
  const rng = createRng(8);
  const result = emptyRanks(request, dimension);
  for (let query = 0; query < 12; query++) {
    const counter = new QueryCounter({ values, dimension }, request, query, 0.75, result);
    for (let first = 0; first < 300; first += 70) {
      const tile = Float32Array.from({ length: Math.min(70, 300 - first) }, (_, i) => {
        const row = (first + i) * dimension;
        return (
          roundedDot(request.queries, query * dimension, values, row, dimension) +
          1.4 * (rng() - 0.5)
        );
      });
      counter.add(tile, first);
    }
    counter.finish();
  }
  expect(result).toEqual(await rankTargets({ values, dimension }, request));
});

test("a closed gallery reads its candidates again; aborting stops it; NaN is refused", async () => {
  let reads = 0;
  const read = () => {
    reads++;
    return Float32Array.of(1, 2, 3, Number.NaN);
  };
  const gallery = openPlainGallery({ size: 4, dimension: 1, read });
  const queries = Float32Array.of(1);
  const ask = (rows: number[], signal?: AbortSignal) =>
    gallery.rank({ queries, targets: packRows([rows]), excluded: packRows([[2]]) }, signal);
  expect([...(await ask([0])).higher]).toEqual([1]);
  gallery.close();
  expect([...(await gallery.top(queries, 2)).indices]).toEqual([2, 1]);
  expect(reads).toBe(2);
  await expect(ask([3])).rejects.toThrow(/NaN/);
  await expect(ask([0], AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
});
