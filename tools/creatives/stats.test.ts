import { expect, test } from "vitest";
import { planDataset, type DatasetOptions } from "./dataset";
import { planProduct } from "./plan/catalogue";
import { describePairs, statsOf } from "./stats";

/** More pairs than four creatives a product have. */
const OPTIONS: DatasetOptions = {
  output: "",
  seed: 3,
  products: 40,
  pairs: 1200,
  size: 224,
  perProduct: 4,
  variants: 1,
  viewsPerProduct: 0,
  sessionsPerProduct: 0,
};
const RESULT = { pictures: 10, bytes: 1000, seconds: 2, threads: 2 };

test("what was asked and what was planned are printed and recorded", () => {
  const plan = planDataset(OPTIONS);
  expect(plan.pairs.length).toBeLessThan(300);
  expect(describePairs(plan, OPTIONS)).toBe(`asked 1,200 pairs, planned ${plan.pairs.length}`);
  expect(statsOf(plan, OPTIONS, RESULT)).toMatchObject({
    asked_pairs: 1200,
    pairs: plan.pairs.length,
    asked_photo_share: 0,
    photo_share: 0,
    threads: 2,
  });
});

test("so is the share of photographs, which falls short where they have too few creatives", () => {
  const photoProducts = Array.from({ length: 20 }, (_, i) => ({
    ...planProduct(4, i),
    id: `photo-${i}`,
    split: "train" as const,
    cutOut: { file: `${i}.png` },
  }));
  const options = { ...OPTIONS, pairs: 600, photoProducts, photoShare: 0.75 };
  const plan = planDataset(options);
  const share = plan.pairs.filter(({ source }) => source === "photo").length / plan.pairs.length;
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.7);
  expect(describePairs(plan, options)).toBe(
    `asked 600 pairs, planned ${plan.pairs.length}; asked 75 % with photographs, planned ${Math.round(100 * share)} %`,
  );
  const stats = statsOf(plan, options, RESULT);
  expect(stats).toMatchObject({
    asked_pairs: 600,
    pairs: plan.pairs.length,
    asked_photo_share: 0.75,
  });
  expect(stats["photo_share"]).toBeCloseTo(share, 3);
});
