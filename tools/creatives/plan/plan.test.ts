import { createHash } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { planDataset, type DatasetOptions, type DatasetPlan } from "../dataset";
import { ASPECTS } from "./aspects";
import { bayesReport, probabilityFromQueries } from "./bayes";
import {
  bayesProbability,
  GROUP_IDS,
  likedOf,
  MIN_GAP,
  MIN_IMPRESSIONS,
  relativeGap,
  smoothedCtr,
} from "./clicks";
import { planCreative } from "./creative";
import { kindOf, KINDS, UNSEEN_KINDS } from "./kinds";
import type { Factors, Product } from "./types";

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

/** Creatives said to show another kind that show the product's own. */
function falselyWrong({ products, creatives }: Pick<DatasetPlan, "products" | "creatives">) {
  const kinds = new Map(products.map((product) => [product.id, product.kind]));
  const wrong = creatives.filter(({ factors: { match } }) => match === "wrong_kind");
  return { wrong, false: wrong.filter((c) => c.factors.kind === kinds.get(c.productId)) };
}

test("of few products, some alone in their split, none is called another kind than it is", () => {
  for (let seed = 400; seed < 410; seed++) {
    const few = planDataset({ ...OPTIONS, seed, products: 16, pairs: 0 });
    expect(falselyWrong(few).false).toEqual([]);
  }
});

test("of many products a fifth of the creatives shows another kind, and it is another kind", () => {
  const found = falselyWrong(plan);
  expect(found.false).toEqual([]);
  expect(found.wrong.length / plan.creatives.length).toBeGreaterThan(0.17);
});

test.each([
  ["no other product", () => undefined],
  ["another product of its kind", (product: Product) => ({ ...product, id: "twin" })],
])("with %s a creative shows the right product or another colour", (_, otherOf) => {
  const product = plan.products[0]!;
  const matches = Array.from({ length: 300 }, (__, i) => {
    const request = { id: `alone-${i}`, product, other: otherOf(product), seed: 1 };
    return planCreative({ ...request, language: "en" }).factors.match;
  });
  expect(new Set(matches)).toEqual(new Set(["right", "wrong_color"]));
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
  const { all } = bayesReport(plan.pairs, plan.creatives);
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

test("who must guess the shopper from the queries is calibrated too, and has a lower ceiling", () => {
  const kept = plan.pairs.filter(({ comparable }) => comparable);
  const guesses = kept.map((pair) => ({ pair, p: probabilityFromQueries(pair, factors) }));
  const ceiling = guesses.reduce((sum, { p }) => sum + Math.max(p, 1 - p), 0) / kept.length;
  const report = bayesReport(plan.pairs, plan.creatives)["all"]!;
  expect(report.ceiling_from_queries).toBeCloseTo(ceiling, 3);
  expect(report.ceiling - ceiling).toBeGreaterThan(0.001);
  const right = guesses.filter(({ p, pair }) => p >= 0.5 === (pair.label === "A")).length;
  const error = Math.sqrt((ceiling * (1 - ceiling)) / kept.length);
  expect(Math.abs(right / kept.length - ceiling)).toBeLessThan(3 * error);
  const told = guesses.filter(({ pair: { context } }) => {
    const { interests } = kindOf(context.kind);
    const fits = (group: string) => likedOf(group, interests).includes(context.interests[0]!);
    return GROUP_IDS.filter(fits).length === 1;
  });
  // Where one group alone types such a query, nothing is to be guessed.
  for (const { p, pair } of told) expect(p).toBeCloseTo(pair.p_a, 4);
  expect(told.length / kept.length).toBeGreaterThan(0.5);
  expect(told.length / kept.length).toBeLessThan(0.85);
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
