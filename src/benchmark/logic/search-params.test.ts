import fc from "fast-check";
import { expect, test } from "vitest";
import { formatLasso, isInside, parseLasso, type Point } from "./map-points";
import { parseBenchSearch, type BenchSearch } from "./search-params";

const FULL: Required<BenchSearch> = {
  data: "demo",
  language: "zh",
  direction: "i-mm",
  query: "q 7",
  filter: "hit",
  a: "moon2-nano@r2",
  b: "none",
  sort: "margin",
  by: "attribute:color",
  value: "",
  map: "cluster",
  layout: "umap",
  lasso: "0.0_50000.100000_100000.0",
  why: "d9001-3",
  side: "b",
  ask: "red lamp",
  encoders: ["moon2-nano@r2", "baseline-color"],
  directions: ["t-mm", "i-mm"],
  width: 64,
  measures: "order",
  run: true,
};

test("a link restores all that can be seen", () => {
  expect(parseBenchSearch(FULL)).toEqual(FULL);
});

test("numbers and truth values that a link's reader made are text again", () => {
  const raw = { query: 12, ask: 2026, value: false };
  expect(parseBenchSearch(raw)).toEqual({ query: "12", ask: "2026", value: "false" });
});

test("anything else is left out, and reading twice changes nothing", () => {
  expect(parseBenchSearch({ data: "x", map: 3, layout: [], side: "c", sort: null })).toEqual({});
  const anything = fc.dictionary(fc.constantFrom(...Object.keys(FULL)), fc.anything());
  fc.assert(
    fc.property(anything, (raw) => {
      const once = parseBenchSearch(raw);
      expect(parseBenchSearch({ ...once })).toEqual(once);
      for (const value of Object.values(once)) {
        expect(JSON.stringify(value).length).toBeLessThanOrEqual(10_000);
      }
    }),
  );
});

test("a lasso in a link holds the same points, however many corners it had", () => {
  const circle = Array.from({ length: 400 }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / 400;
    return [0.5 + 0.4 * Math.cos(angle), 0.5 + 0.4 * Math.sin(angle)];
  });
  const text = formatLasso(circle);
  expect(text.length).toBeLessThanOrEqual(600);
  const read = parseLasso(text)!;
  expect(read.length).toBeLessThanOrEqual(48);
  expect(formatLasso(read)).toBe(text);
  for (const point of [
    [0.5, 0.5],
    [0.85, 0.5],
    [0.95, 0.5],
    [0.1, 0.1],
  ] as const) {
    expect(isInside(point, read)).toBe(isInside(point, circle));
  }
});

test("what is no lasso is none", () => {
  for (const text of ["", "1.2_3.4", "a.b_1.2_3.4", "1.2_3.4_5.6x", "9999999.1_1.1_1.1"]) {
    expect(parseLasso(text)).toBeUndefined();
  }
});
