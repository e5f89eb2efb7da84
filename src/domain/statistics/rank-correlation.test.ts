import fc from "fast-check";
import { expect, test } from "vitest";
import { rankCorrelation } from "./rank-correlation";

test("equals scipy.stats.spearmanr 1.17.1, ties included", () => {
  const a = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5];
  const b = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8];
  expect(rankCorrelation(a, b)).toBeCloseTo(0.16308001724472523, 12);
  expect(rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
});

test("is 1 with itself, −1 with its opposite, and blind to any rising function", () => {
  const values = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(values, (list) => {
      const risen = list.map((value) => Math.exp(value / 20));
      expect(rankCorrelation(list, risen)).toBeCloseTo(1, 12);
      const fallen = risen.map((value) => -value);
      expect(rankCorrelation(list, fallen)).toBeCloseTo(-1, 12);
    }),
  );
});

test("is undefined for constants, and refuses what cannot be compared", () => {
  expect(rankCorrelation([1, 1], [1, 2])).toBeNull();
  expect(rankCorrelation([1], [1])).toBeNull();
  expect(() => rankCorrelation([1], [1, 2])).toThrow(/as many/);
  expect(() => rankCorrelation([Number.NaN, 1], [1, 2])).toThrow(/finite/);
});
