import fc from "fast-check";
import { expect, test } from "vitest";
import { binomialTest, wilsonInterval } from "./binomial";
import { bootstrapMean, bootstrapUnits, quantileOfSorted } from "./bootstrap";
import { measureCalibration } from "./calibration";
import calibration from "./calibration.fixture.json";
import fixture from "./elementary.fixture.json";
import { invertPositiveDefinite } from "./linear-algebra";
import { chiSquareTail, logGamma, normalCdf, normalQuantile } from "./special-functions";

/** |got − expected| relative to the size of what is expected. */
function relativeError(got: number, expected: number): number {
  return Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-300);
}

test("special functions equal scipy to ten digits, tails included", () => {
  for (const [x, expected] of fixture.normal_cdf) {
    expect(relativeError(normalCdf(x!), expected!)).toBeLessThan(1e-10);
  }
  for (const [p, expected] of fixture.normal_quantile) {
    expect(Math.abs(normalQuantile(p!) - expected!)).toBeLessThan(1e-10);
  }
  for (const [x, degrees, expected] of fixture.chi_square_tail) {
    expect(relativeError(chiSquareTail(x!, degrees!), expected!)).toBeLessThan(1e-10);
  }
  for (const [x, expected] of fixture.log_gamma) {
    expect(Math.abs(logGamma(x!) - expected!)).toBeLessThan(1e-10 * Math.max(1, expected!));
  }
});

test("the binomial test equals scipy.stats.binomtest", () => {
  for (const [k, n, p, expected] of fixture.binomial) {
    expect(binomialTest(k!, n!, p)).toBeCloseTo(expected!, 8);
  }
});

test("Wilson intervals equal statsmodels and contain the share", () => {
  for (const [k, n, low, high] of fixture.wilson) {
    const interval = wilsonInterval(k!, n!);
    expect(interval.low).toBeCloseTo(low!, 10);
    expect(interval.high).toBeCloseTo(high!, 10);
  }
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (a, b) => {
      const { low, high } = wilsonInterval(Math.min(a, b), Math.max(a, b, 1));
      const share = Math.min(a, b) / Math.max(a, b, 1);
      expect(low).toBeLessThanOrEqual(share + 1e-12);
      expect(high).toBeGreaterThanOrEqual(share - 1e-12);
    }),
  );
  expect(() => wilsonInterval(3, 2)).toThrow(/0 <= successes <= trials/);
});

test("calibration equals scikit-learn's curve and Brier score", () => {
  const result = measureCalibration(calibration.probabilities, calibration.outcomes, 10);
  const filled = result.bins.filter(({ count }) => count > 0);
  filled.forEach((bin, i) => {
    expect(bin.observed).toBeCloseTo(calibration.observed[i]!, 12);
    expect(bin.meanPredicted).toBeCloseTo(calibration.predicted[i]!, 12);
  });
  expect(result.bins.map(({ count }) => count)).toEqual(calibration.counts);
  expect(result.expectedError).toBeCloseTo(calibration.expected_error, 12);
  expect(result.brier).toBeCloseTo(calibration.brier, 12);
  expect(measureCalibration([], []).expectedError).toBeNull();
});

test("quantiles interpolate as NumPy does by default", () => {
  expect(quantileOfSorted([1, 2, 4, 8], 0.4)).toBeCloseTo(2.4, 12);
  expect(quantileOfSorted([], 0.5)).toBeNaN();
});

test("a bootstrap repeats with its seed and changes with another one", () => {
  const numbers = [3, 1, 4, 1, 5, 9, 2, 6];
  expect(bootstrapMean(numbers, { seed: 5 })).toEqual(bootstrapMean(numbers, { seed: 5 }));
  expect(bootstrapMean(numbers, { seed: 5 })).not.toEqual(bootstrapMean(numbers, { seed: 6 }));
  expect(bootstrapMean([])).toBeNull();
  const mean = (draws: Float64Array): number =>
    draws.reduce((sum, draw, i) => sum + draw * numbers[i]!, 0) / numbers.length;
  const byDraws = bootstrapUnits(numbers.length, mean, { seed: 5 });
  expect(byDraws?.low).toBeCloseTo(bootstrapMean(numbers, { seed: 5 })!.low, 12);
});

test("a statistic that is mostly undefined has no interval", () => {
  let call = 0;
  expect(bootstrapUnits(4, () => (call++ % 3 === 0 ? 1 : null), { resamples: 90 })).toBeNull();
});

test("the inverse of a positive definite matrix times the matrix is the identity", () => {
  const matrix = Float64Array.of(4, 1, 0.5, 1, 3, -1, 0.5, -1, 2);
  const inverse = invertPositiveDefinite(matrix, 3)!;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0;
      for (let k = 0; k < 3; k++) sum += matrix[i * 3 + k]! * inverse[k * 3 + j]!;
      expect(sum).toBeCloseTo(i === j ? 1 : 0, 12);
    }
  }
  expect(invertPositiveDefinite(Float64Array.of(1, 1, 1, 1), 2)).toBeNull();
});
