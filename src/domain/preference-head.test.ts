import { describe, expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { fitPreferenceHead, trainPreferenceHead, type PreferenceData } from "./preference-head";

/** Judgements by a known head, with noise. */
function simulate(
  weights: readonly number[],
  creatives: number,
  judgements: number,
): PreferenceData {
  const rng = createRng(5);
  const dimension = weights.length;
  const features = Float32Array.from({ length: creatives * dimension }, () => rng() * 2 - 1);
  const pick = (): number => Math.floor(rng() * creatives);
  const left = Int32Array.from({ length: judgements }, pick);
  const right = Int32Array.from({ length: judgements }, pick);
  const outcome = new Float32Array(judgements);
  for (let i = 0; i < judgements; i++) {
    let margin = 0;
    for (let j = 0; j < dimension; j++) {
      const difference = features[left[i]! * dimension + j]! - features[right[i]! * dimension + j]!;
      margin += weights[j]! * difference;
    }
    outcome[i] = rng() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  }
  return { features, dimension, left, right, outcome };
}

const OPTIONS = { l2: 0.1, folds: 5, seed: 1 };

test("one feature, one sort of pair: the closed form log(wins / losses)", () => {
  const data: PreferenceData = {
    features: Float32Array.of(1, 0),
    dimension: 1,
    left: new Int32Array(10),
    right: new Int32Array(10).fill(1),
    outcome: Float32Array.of(1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0),
  };
  const w = fitPreferenceHead(data, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0);
  expect(w[0]).toBeCloseTo(Math.log(8 / 2), 6);
});

test("finds the head that made the judgements", async () => {
  const truth = [3, -2, 0, 1];
  const { weights, scores, heldOut } = await trainPreferenceHead(
    simulate(truth, 60, 4000),
    OPTIONS,
  );
  truth.forEach((value, i) => expect(Math.abs(weights[i]! - value)).toBeLessThan(0.35));
  expect(scores).toHaveLength(60);
  expect(heldOut.count).toBe(4000);
  expect(heldOut.accuracy).toBeGreaterThan(0.75);
  expect(heldOut.logLoss).toBeLessThan(0.5);
});

test("the gradient vanishes at the fit", () => {
  const data = simulate([1, -1, 2], 20, 300);
  const all = Array.from({ length: 300 }, (_, i) => i);
  const w = fitPreferenceHead(data, all, 0.5);
  const gradient = [...w].map((value) => 0.5 * value);
  for (const i of all) {
    const x = [0, 1, 2].map(
      (j) => data.features[data.left[i]! * 3 + j]! - data.features[data.right[i]! * 3 + j]!,
    );
    const margin = x.reduce((sum, value, j) => sum + value * w[j]!, 0);
    const slope = 1 / (1 + Math.exp(-margin)) - data.outcome[i]!;
    x.forEach((value, j) => (gradient[j]! += slope * value));
  }
  for (const value of gradient) expect(Math.abs(value)).toBeLessThan(1e-4);
});

test("answers to one pair are held out together: agreeing annotators do not predict one another", async () => {
  // Ten pairs of creatives that share no feature; everybody agrees within a pair.
  const pairs = 10;
  const dimension = 2 * pairs;
  const features = new Float32Array(dimension * dimension);
  for (let row = 0; row < dimension; row++) features[row * dimension + row] = 1;
  const at = (annotators: number) =>
    Array.from({ length: pairs * annotators }, (_, judgement) => judgement % pairs);
  const data: PreferenceData = {
    features,
    dimension,
    left: Int32Array.from(at(4), (pair) => 2 * pair),
    right: Int32Array.from(at(4), (pair) => 2 * pair + 1),
    outcome: Float32Array.from(at(4), (pair) => pair % 2),
  };
  const { heldOut } = await trainPreferenceHead(data, OPTIONS);
  expect(heldOut).toMatchObject({ accuracy: 0.5, count: 40 });
  expect(heldOut.logLoss).toBeCloseTo(Math.LN2, 6);
});

test("exchanging the sides of every judgement changes nothing", async () => {
  const data = simulate([1, -2], 15, 80);
  const flipped = {
    ...data,
    left: data.right,
    right: data.left,
    outcome: data.outcome.map((value) => 1 - value),
  };
  const [one, other] = [
    await trainPreferenceHead(data, OPTIONS),
    await trainPreferenceHead(flipped, OPTIONS),
  ];
  one.weights.forEach((value, i) => expect(other.weights[i]).toBeCloseTo(value, 5));
  expect(other.heldOut.logLoss).toBeCloseTo(one.heldOut.logLoss, 9);
});

describe("edges", () => {
  test("separable judgements and more features than judgements stay finite", async () => {
    const data: PreferenceData = {
      features: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      dimension: 3,
      left: Int32Array.of(0, 1),
      right: Int32Array.of(1, 2),
      outcome: Float32Array.of(1, 1),
    };
    const { weights } = await trainPreferenceHead(data, { ...OPTIONS, l2: 1 });
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(weights[0]!).toBeGreaterThan(weights[2]!);
  });

  test("only ties: no opinion, and an undefined accuracy", async () => {
    const data = { ...simulate([1], 5, 6), outcome: new Float32Array(6).fill(0.5) };
    const { weights, heldOut } = await trainPreferenceHead(data, OPTIONS);
    expect(weights[0]).toBeCloseTo(0, 6);
    expect(heldOut.accuracy).toBeNaN();
    expect(heldOut.logLoss).toBeCloseTo(Math.LN2, 6);
  });

  test("no judgement gives zeros and figures over nothing", async () => {
    const data = { ...simulate([1], 5, 0) };
    const { weights, heldOut } = await trainPreferenceHead(data, OPTIONS);
    expect([...weights]).toEqual([0]);
    expect(heldOut).toMatchObject({ count: 0, accuracy: Number.NaN });
  });

  test.each([
    { left: Int32Array.of(9) },
    { left: Int32Array.of(-1) },
    { outcome: Float32Array.of(0.3) },
    { right: Int32Array.of(0, 0) },
    { dimension: 4 },
  ])("data that do not fit together are refused: %j", async (change) => {
    const data = {
      features: new Float32Array(6),
      dimension: 2,
      left: Int32Array.of(0),
      right: Int32Array.of(1),
      outcome: Float32Array.of(1),
    };
    await expect(trainPreferenceHead({ ...data, ...change }, OPTIONS)).rejects.toMatchObject({
      code: "shape-mismatch",
    });
  });
});
