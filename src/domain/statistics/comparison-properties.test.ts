import fc from "fast-check";
import { expect, test } from "vitest";
import { wilsonInterval } from "./binomial";
import { comparePaired, holmCorrection, queriesNeeded } from "./comparison";

const share = fc.integer({ min: 0, max: 4 }).map((quarter) => quarter / 4);
const paired = fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 25 });
const OPTIONS = { resamples: 60, permutations: 100 };

const compare = (data: readonly (readonly [number, number])[]) =>
  comparePaired(
    data.map(([a]) => a),
    data.map(([, b]) => b),
    OPTIONS,
  );

test("exchanging the two systems turns the sign and keeps the p-value", () => {
  fc.assert(
    fc.property(paired, (data) => {
      const one = compare(data);
      const other = compare(data.map(([a, b]) => [b, a] as const));
      expect(other.difference! + one.difference!).toBe(0);
      expect(other.test.pValue).toBe(one.test.pValue);
      expect([other.wins, other.ties, other.losses]).toEqual([one.losses, one.ties, one.wins]);
      expect(other.spread).toBe(one.spread);
      expect(other.queriesNeeded).toBe(one.queriesNeeded);
      expect(other.interval!.low).toBeCloseTo(-one.interval!.high, 12);
    }),
    { numRuns: 60 },
  );
});

test("counts add up, the interval stays within the differences", () => {
  fc.assert(
    fc.property(paired, (data) => {
      const { pairs, wins, ties, losses, interval } = compare(data);
      expect(wins + ties + losses).toBe(pairs);
      const differences = data.map(([a, b]) => b - a);
      expect(interval!.low).toBeGreaterThanOrEqual(Math.min(...differences) - 1e-12);
      expect(interval!.high).toBeLessThanOrEqual(Math.max(...differences) + 1e-12);
      expect(interval!.low).toBeLessThanOrEqual(interval!.high);
    }),
    { numRuns: 60 },
  );
});

test("a difference that is the same for every query has an interval without width", () => {
  fc.assert(
    fc.property(share, share, fc.integer({ min: 1, max: 25 }), (a, b, count) => {
      const { interval, difference } = compare(Array.from({ length: count }, () => [a, b]));
      expect(difference).toBeCloseTo(b - a, 12);
      expect(interval!.low).toBeCloseTo(b - a, 12);
      expect(interval!.high).toBeCloseTo(b - a, 12);
    }),
    { numRuns: 30 },
  );
});

test("Holm never makes a p-value smaller, keeps their order, and commutes with permutation", () => {
  const list = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(list, (raw) => {
      const adjusted = holmCorrection(raw);
      expect(holmCorrection(raw.toReversed()).toReversed()).toEqual(adjusted);
      for (const [i, value] of adjusted.entries()) {
        expect(value).toBeGreaterThanOrEqual(raw[i]!);
        expect(value).toBeLessThanOrEqual(1);
        const larger = adjusted.filter((_, j) => raw[j]! > raw[i]!);
        expect(value).toBeLessThanOrEqual(Math.min(1, ...larger));
      }
    }),
  );
});

test("a larger difference, or less spread, never asks for more queries", () => {
  const positive = fc.double({ min: 0.01, max: 2, noNaN: true });
  fc.assert(
    fc.property(positive, positive, positive, (spread, difference, more) => {
      const base = queriesNeeded(spread, difference);
      expect(queriesNeeded(spread, difference + more)).toBeLessThanOrEqual(base);
      expect(queriesNeeded(spread + more, difference)).toBeGreaterThanOrEqual(base);
    }),
  );
});

test("Wilson's interval holds the share, mirrors failures, and narrows with more trials", () => {
  const counts = fc
    .tuple(fc.nat(200), fc.integer({ min: 1, max: 200 }))
    .map(([hits, trials]) => [hits % (trials + 1), trials] as const);
  fc.assert(
    fc.property(counts, ([hits, trials]) => {
      const { low, high } = wilsonInterval(hits, trials);
      expect(low).toBeLessThanOrEqual(hits / trials);
      expect(high).toBeGreaterThanOrEqual(hits / trials);
      const mirrored = wilsonInterval(trials - hits, trials);
      expect(mirrored.low).toBeCloseTo(1 - high, 12);
      const larger = wilsonInterval(4 * hits, 4 * trials);
      expect(larger.high - larger.low).toBeLessThan(high - low);
    }),
  );
});
