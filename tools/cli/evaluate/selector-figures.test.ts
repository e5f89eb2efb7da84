import { expect, test } from "vitest";
import type { HeldOutPair } from "./held-out-pairs";
import { figuresOf, type ScoredPair, type ScoredRun } from "./selector-figures";

const base: HeldOutPair = {
  id: "p-0",
  product_id: "p",
  split: "test",
  source: "drawn",
  unseen: false,
  a: "c0",
  b: "c1",
  title: { en: "Lamp", zh: "台灯" },
  queries: { en: ["lamp"], zh: ["台灯"] },
  context: {
    kind: "lamp",
    color: "red",
    feature: "",
    interests: [],
    color_asked: false,
    group: "g",
  },
  p_a: 0.9,
  label: "A",
  comparable: true,
  answers: { q3: "A>B", q10: "A" },
};

function run(label: "A" | "B", truth: "A" | "B", verdicts: ScoredRun["verdicts"]): ScoredRun {
  return { label, answers: { q10: label }, truth: { q10: truth }, verdicts };
}

/** Right in both orders, a flip, and a pair that nobody can compare. */
const scored: readonly ScoredPair[] = [
  { pair: base, probabilityA: 0.8, runs: [run("A", "A", ["true"]), run("B", "B", ["false"])] },
  {
    pair: { ...base, id: "q-0", product_id: "q", label: "B", p_a: 0.3 },
    probabilityA: 0.6,
    runs: [run("A", "B", ["unparsed"]), run("A", "A", ["true"])],
  },
  {
    pair: { ...base, id: "r-0", product_id: "r", comparable: false, p_a: 0.5 },
    probabilityA: 0.9,
    runs: [run("A", "A", ["true"]), run("B", "B", ["true"])],
  },
];

test("verdicts count comparable pairs, reasons count every run", () => {
  const figures = figuresOf(scored);
  expect(figures.pairs).toBe(2);
  expect(figures.ceiling).toBeCloseTo(0.8, 12); // (0.9 + 0.7) / 2
  expect(figures.accuracy).toMatchObject({ value: 0.5, n: 2 });
  expect(figures.accuracyOfCeiling).toBeCloseTo(0.625, 12);
  expect(figures.singleRun).toMatchObject({ value: 0.75, n: 4 });
  expect(figures.bothOrders).toMatchObject({ value: 0.5, n: 2 });
  expect(figures.flips).toMatchObject({ value: 0.5, n: 2 });
  expect(figures.faithfulReasons).toMatchObject({ value: 4 / 6, n: 6 });
  expect(figures.questions.q10).toMatchObject({ value: 5 / 6, n: 6 });
  expect(figures.questions.q3.n).toBe(0);
  // One bin each: 0.8 right (error 0.2), 0.6 wrong (error 0.6); mean 0.4.
  expect(figures.expectedCalibrationError).toBeCloseTo(0.4, 12);
});

test("nothing to judge gives no figures instead of zeros", () => {
  const figures = figuresOf([]);
  expect(figures).toMatchObject({ pairs: 0, ceiling: null, accuracyOfCeiling: null });
  expect(figures.accuracy).toEqual({ value: null, low: null, high: null, n: 0 });
});
