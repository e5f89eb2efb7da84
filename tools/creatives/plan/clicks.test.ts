import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { wilson } from "./bayes";
import { binomial, impressionsOf, normalCdf, smoothedCtr, splitByPosition } from "./clicks";

test.each([
  [0, 0.5],
  [1.959964, 0.975],
  [-1.644854, 0.05],
  [3, 0.998650102],
])("Φ(%d) = %d", (x, expected) => {
  expect(normalCdf(x)).toBeCloseTo(expected, 6);
});

test.each([
  [500, 0.01],
  [20_000, 0.03],
  [40, 0.9],
])("binomial(%d, %d) has the right mean and spread", (n, p) => {
  const rng = createRng(7);
  const draws = Array.from({ length: 4000 }, () => binomial(n, p, rng));
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
  expect(mean / (n * p)).toBeCloseTo(1, 1);
  expect(variance / (n * p * (1 - p))).toBeGreaterThan(0.88);
  expect(variance / (n * p * (1 - p))).toBeLessThan(1.12);
});

test("smoothing pulls empty logs to the prior a / (a + b)", () => {
  expect(smoothedCtr({ impressions: 0, clicks: 0 })).toBeCloseTo(2.0402 / (2.0402 + 54.0625), 9);
});

test("impressions exceed 1,000 with a long tail", () => {
  const rng = createRng(3);
  const draws = Array.from({ length: 5000 }, () => impressionsOf(rng)).sort((x, y) => x - y);
  expect(draws[0]).toBeGreaterThan(1000);
  expect(draws[4950]! / draws[2500]!).toBeGreaterThan(8);
});

test("splitting over positions keeps the impressions and never has more clicks than impressions", () => {
  const rng = createRng(11);
  for (let i = 0; i < 200; i++) {
    const counts = { impressions: 1000 + i * 13, clicks: i * 2 };
    const parts = splitByPosition(counts, rng);
    expect(parts.reduce((sum, part) => sum + part.impressions, 0)).toBe(counts.impressions);
    expect(parts.reduce((sum, part) => sum + part.clicks, 0)).toBe(counts.clicks);
    for (const part of parts) expect(part.clicks).toBeLessThanOrEqual(part.impressions);
  }
});

test("Wilson interval of 8 of 10", () => {
  const [low, high] = wilson(8, 10);
  expect(low).toBeCloseTo(0.4902, 3);
  expect(high).toBeCloseTo(0.9433, 3);
});
