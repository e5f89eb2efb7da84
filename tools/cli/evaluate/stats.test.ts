import { expect, test } from "vitest";
import { measureCalibration } from "@/domain/statistics/calibration";
import { expectedCalibrationError, rateOf } from "./stats";

/*
 * Expected values are those of the functions that make training/results/selector.md. In training/:
 *
 *   PYTHONPATH=. ../.venv/bin/python -c "
 *   import numpy as np
 *   from common.stats import expected_calibration_error as ece, reliability
 *   from selector.results import rate
 *   grid = np.arange(41)
 *   print(ece(reliability(grid / 40, grid**2 % 7 < 3)))
 *   print(ece(reliability(np.array([0.07, 0.97, 0.5, 1.0]), np.array([0, 0, 1, 1]) == 1)))
 *   print(rate([1.0] * 8, list('ppqqrrss')), rate([0.0] * 8, list('ppqqrrss')))"
 */

test("ECE is Python's: ten bins over [0.5, 1], each with its lower end, the last with 1", () => {
  const grid = Array.from({ length: 41 }, (_, k) => k);
  const probabilities = grid.map((k) => k / 40);
  const outcomes = grid.map((k) => (k * k) % 7 < 3);
  expect(expectedCalibrationError(probabilities, outcomes)).toBeCloseTo(0.3609756097560976, 12);
});

test("0.93 and 0.97 stand in different bins, so that a hit cannot make up for a miss", () => {
  const [probabilities, outcomes] = [
    [0.07, 0.97, 0.5, 1],
    [false, false, true, true],
  ];
  expect(expectedCalibrationError(probabilities, outcomes)).toBeCloseTo(0.385, 12);
  // Ten bins over [0, 1], which the table of PyTorch does not use, would hide it.
  const confidences = [0.93, 0.97, 0.5, 1];
  const { expectedError } = measureCalibration(confidences, [true, false, true, true]);
  expect(expectedError).toBeCloseTo(0.35, 12);
});

test("no probabilities have no error", () => {
  expect(expectedCalibrationError([], [])).toBeNull();
});

const runs = (hits: string) =>
  Array.from(hits, (hit, i) => ({ product: "ppqqrrss".charAt(i), isHit: hit === "1" }));

test("where all observations agree the interval is Wilson's, as Python's", () => {
  const all = rateOf(runs("11111111"));
  expect(all).toMatchObject({ value: 1, high: 1, n: 8 });
  expect(all.low).toBeCloseTo(0.6755924316585925, 7);
  const none = rateOf(runs("00000000"));
  expect(none).toMatchObject({ value: 0, low: 0, n: 8 });
  expect(none.high).toBeCloseTo(0.3244075683414076, 7);
});

test("else whole products are drawn", () => {
  const { value, low, high } = rateOf(runs("11101000"));
  expect(value).toBe(0.5);
  expect(low).toBeLessThan(0.5);
  expect(high).toBeGreaterThan(0.5);
  // One product: every resample is the same, though its runs disagree.
  expect(rateOf(runs("10"))).toEqual({ value: 0.5, low: 0.5, high: 0.5, n: 2 });
  expect(rateOf([])).toEqual({ value: null, low: null, high: null, n: 0 });
});
