import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { planDataset, type DatasetOptions, type DatasetPlan } from "../dataset";
import { ASPECTS } from "./aspects";
import { bayesReport } from "./bayes";
import { bayesProbability, MIN_GAP, MIN_IMPRESSIONS, relativeGap, smoothedCtr } from "./clicks";
import { KINDS, UNSEEN_KINDS } from "./kinds";
import type { Factors } from "./types";

const OPTIONS: DatasetOptions = {
  output: "",
  seed: 515,
  products: 480,
  pairs: 1500,
  size: 1,
  perProduct: 4,
  variants: 1,
  viewsPerProduct: 2,
};
let plan: DatasetPlan;
let factors: Map<string, Factors>;

beforeAll(() => {
  plan = planDataset(OPTIONS);
  factors = new Map(plan.creatives.map((creative) => [creative.id, creative.factors]));
}, 120_000);

function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

test("the same seed plans the same set, another seed another one", () => {
  const small = { ...OPTIONS, products: 12, pairs: 20 };
  const one = hashOf(planDataset(small));
  expect(hashOf(planDataset(small))).toBe(one);
  expect(hashOf(planDataset({ ...small, seed: 516 }))).not.toBe(one);
});

test("a product does not change when more products are asked for", () => {
  const few = planDataset({ ...OPTIONS, products: 10, pairs: 0 }).products;
  expect(plan.products.slice(0, 10)).toEqual(few);
});

test("a product's pairs stay in its split, and unseen kinds are test only", () => {
  const splits = new Map(plan.products.map((product) => [product.id, product.split]));
  for (const pair of plan.pairs) expect(pair.split).toBe(splits.get(pair.product_id));
  const unseen = plan.products.filter(({ kind }) => UNSEEN_KINDS.includes(kind));
  expect(new Set(unseen.map(({ split }) => split))).toEqual(new Set(["test"]));
  expect(KINDS.length - UNSEEN_KINDS.length).toBeGreaterThanOrEqual(12);
});

test("kept pairs pass the gap and impression rules and the label is the higher smoothed rate", () => {
  const kept = plan.pairs.filter(({ comparable }) => comparable);
  expect(kept.length).toBeGreaterThan(1300);
  for (const { ctr, label, answers } of kept) {
    expect(relativeGap(ctr.a, ctr.b)).toBeGreaterThan(MIN_GAP);
    expect(Math.min(ctr.a.impressions, ctr.b.impressions)).toBeGreaterThan(MIN_IMPRESSIONS);
    expect(label).toBe(smoothedCtr(ctr.a) > smoothedCtr(ctr.b) ? "A" : "B");
    expect(answers.q10).toBe(label);
  }
});

test("ties are a sensible share of every aspect", () => {
  const kept = plan.pairs.filter(({ comparable }) => comparable);
  const shares = ASPECTS.map((q) => {
    const share = kept.filter(({ answers }) => answers[q] === "A=B").length / kept.length;
    return { q, share };
  });
  expect(shares.filter(({ share }) => share <= 0.17 || share >= 0.4)).toEqual([]);
});

test("the Bayes probability is calibrated and its accuracy is the ceiling it claims", () => {
  const { all } = bayesReport(plan.pairs);
  expect(all!.ceiling).toBeGreaterThan(0.9);
  expect(all!.ceiling).toBeLessThan(0.975);
  // Labels drawn from the model agree with its own ceiling within sampling error (3 standard errors).
  const error = Math.sqrt((all!.ceiling * (1 - all!.ceiling)) / all!.pairs);
  expect(Math.abs(all!.achieved - all!.ceiling)).toBeLessThan(3 * error);
  const doubtful = plan.pairs.filter(({ comparable, p_a }) => comparable && p_a > 0.2 && p_a < 0.8);
  const hit = doubtful.filter(({ label }) => label === "A").length;
  const expected = doubtful.reduce((sum, { p_a }) => sum + p_a, 0);
  const spread = Math.sqrt(doubtful.reduce((sum, { p_a }) => sum + p_a * (1 - p_a), 0));
  expect(Math.abs(hit - expected)).toBeLessThan(3.5 * spread);
});

test("without the queries, and without the pictures, the label is predicted clearly worse", () => {
  const kept = plan.pairs.filter(({ comparable }) => comparable);
  const right =
    kept.filter(({ p_a, label }) => p_a >= 0.5 === (label === "A")).length / kept.length;
  // A predictor that knows pictures and title but must guess the shopper: another pair's shopper of the same kind.
  const blind = kept.filter((pair) => {
    const others = kept
      .filter((other) => other.context.kind === pair.context.kind && other.id !== pair.id)
      .slice(0, 12);
    const votes = others.map((other) =>
      bayesProbability(
        factors.get(pair.a)!,
        factors.get(pair.b)!,
        { ...other.context, color: pair.context.color, feature: pair.context.feature },
        [pair.ctr.a.impressions, pair.ctr.b.impressions],
      ),
    );
    const mean = votes.reduce((sum, p) => sum + p, 0) / Math.max(1, votes.length);
    return mean >= 0.5 === (pair.label === "A");
  }).length;
  expect(right - blind / kept.length).toBeGreaterThan(0.04);
  const alwaysA = kept.filter(({ label }) => label === "A").length / kept.length;
  expect(Math.abs(alwaysA - 0.5)).toBeLessThan(0.04);
});

test("identical pairs say so and nothing else; near copies close at the second question", () => {
  const identical = plan.pairs.filter(({ answers }) => answers.q1 === "YES");
  const near = plan.pairs.filter(({ answers }) => answers.q2 === "YES");
  expect(identical.length).toBeGreaterThan(0);
  expect(near.length).toBeGreaterThan(0);
  expect((identical.length + near.length) / plan.pairs.length).toBeLessThan(0.05);
  for (const pair of identical)
    expect([pair.a, pair.answers, pair.comparable]).toEqual([pair.b, { q1: "YES" }, false]);
  for (const pair of near)
    expect([pair.answers, pair.comparable]).toEqual([{ q1: "NO", q2: "YES" }, false]);
});
