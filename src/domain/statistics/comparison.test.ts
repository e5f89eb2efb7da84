import fc from "fast-check";
import { expect, test } from "vitest";
import {
  comparePaired,
  compareSystems,
  holmCorrection,
  queriesNeeded,
  randomisationTest,
} from "./comparison";
import fixture from "./comparison.fixture.json";

test.each(fixture.exact)("exact p-values equal scipy's permutation test: $p_value", (sample) => {
  const result = randomisationTest(sample.differences);
  expect(result.exact).toBe(true);
  expect(result.pValue).toBeCloseTo(sample.p_value, 12);
});

test("a paired comparison equals NumPy: difference, interval, effect size, queries needed", () => {
  const { seed, resamples, low, high } = fixture.interval;
  const result = comparePaired(fixture.a, fixture.b, { seed, resamples });
  expect(result.difference).toBeCloseTo(fixture.difference, 12);
  expect(result.spread).toBeCloseTo(fixture.spread, 12);
  expect(result.effectSize).toBeCloseTo(fixture.effect_size, 12);
  expect(result.interval!.low).toBeCloseTo(low, 12);
  expect(result.interval!.high).toBeCloseTo(high, 12);
  expect(result.queriesNeeded).toBe(fixture.queries_needed);
  expect(result.wins + result.ties + result.losses).toBe(60);
});

test("the planned number of queries is within one of statsmodels' two-sided power analysis", () => {
  const planned = queriesNeeded(fixture.spread, fixture.difference);
  expect(Math.abs(planned - fixture.statsmodels_queries_needed)).toBeLessThanOrEqual(1);
  expect(queriesNeeded(0.3, 0)).toBe(Infinity);
});

test("random signs approximate the p-value that scipy finds with 200,000 of them", () => {
  const differences = fixture.b.map((value, i) => value - fixture.a[i]!);
  const { pValue, exact } = randomisationTest(differences, { permutations: 20_000 });
  expect(exact).toBe(false);
  // Four standard errors of a share near 0.1 among 20,000.
  expect(Math.abs(pValue - fixture.sampled_p_value)).toBeLessThan(0.0085);
});

test("Holm's adjusted p-values equal statsmodels", () => {
  holmCorrection(fixture.holm.raw).forEach((value, i) => {
    expect(value).toBeCloseTo(fixture.holm.adjusted[i]!, 12);
  });
  expect(holmCorrection([])).toEqual([]);
});

const differences = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 20 });

test("p-values are positive, at most 1, and blind to the sign and order of the differences", () => {
  fc.assert(
    fc.property(differences, (data) => {
      const { pValue, exact } = randomisationTest(data, { permutations: 200 });
      expect(pValue).toBeGreaterThan(0);
      expect(pValue).toBeLessThanOrEqual(1);
      const mirrored = randomisationTest(
        data.map((value) => -value),
        { permutations: 200 },
      );
      expect(mirrored).toEqual({ pValue, exact, permutations: mirrored.permutations });
    }),
    { numRuns: 40 },
  );
});

test("equal systems differ by nothing: p is 1 and no number of queries settles it", () => {
  expect(comparePaired([0.5, 1], [0.5, 1])).toMatchObject({
    difference: 0,
    test: { pValue: 1 },
    effectSize: null,
    queriesNeeded: null,
    ties: 2,
  });
  expect(comparePaired([], [])).toMatchObject({ difference: null, interval: null });
  expect(() => comparePaired([1], [])).toThrow(/same queries/);
});

test("systems are compared on shared queries, and only clear differences are significant", () => {
  const values = (shift: number): Map<string, number> =>
    new Map(Array.from({ length: 14 }, (_, i) => [`q${i}`, (i % 3) / 4 + shift]));
  const extra = values(0.5).set("only here", 1);
  const result = compareSystems(
    [
      { name: "a", values: values(0) },
      { name: "b", values: values(0) },
      { name: "c", values: extra },
    ],
    { resamples: 100 },
  );
  expect(result.map(({ baseline, system }) => baseline + system)).toEqual(["ab", "ac", "bc"]);
  expect(result.map(({ significant }) => significant)).toEqual([false, true, true]);
  expect(result[1]).toMatchObject({ unpaired: 1, pairs: 14 });
  expect(result[1]!.adjustedPValue).toBeCloseTo(3 * 2 ** -13, 12);
});
