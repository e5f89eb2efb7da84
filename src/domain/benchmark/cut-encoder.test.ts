import { expect, test } from "vitest";
import { cutEncoder } from "./cut-encoder";
import type { BenchmarkEncoder } from "./encoder";

const encoder: BenchmarkEncoder = {
  id: "e",
  revision: "1",
  views: ["t"],
  fusion: "joint",
  dimensions: [2, 4],
  encode: (jobs) =>
    Promise.resolve({
      vectors: Float32Array.from(jobs.flatMap(() => [3, 4, 0, 12].map((value) => value / 13))),
      dimension: 4,
      failures: [{ index: 1, reason: "damaged" }],
    }),
};
const job = { key: "k", role: "query", view: "t", id: "k" } as const;
const { signal } = new AbortController();

test("keeps the first values as unit vectors, and what failed", async () => {
  const cut = cutEncoder(encoder, 2);
  expect(cut).toMatchObject({ width: 2, dimensions: [2] });
  const { vectors, dimension, failures } = await cut.encode([job, job], signal);
  expect(dimension).toBe(2);
  expect(failures).toEqual([{ index: 1, reason: "damaged" }]);
  for (const [i, value] of [0.6, 0.8, 0.6, 0.8].entries()) expect(vectors[i]).toBeCloseTo(value, 6);
});

test("the full width is the encoder itself; other widths are refused", () => {
  expect(cutEncoder(encoder, 4)).toBe(encoder);
  expect(() => cutEncoder(encoder, 3)).toThrow(/offers 2, 4/);
  const { dimensions: _none, ...whole } = encoder;
  expect(() => cutEncoder(whole, 2)).toThrow(/cannot be cut/);
});
