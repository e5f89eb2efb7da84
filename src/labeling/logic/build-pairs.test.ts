import fc from "fast-check";
import { expect, test } from "vitest";
import type { PairRule } from "@/domain/labeling/records";
import { createRng, shuffled } from "@/shared/lib/rng";
import { buildPairs, coupleKey, passesClickGap, testProducts } from "./build-pairs";
import { countDisagreements, couplesToRead, disagreementValue } from "./model-opinions";
import { informationGain } from "./information-gain";
import { DEFAULT_RULE, syntheticCreatives } from "./new-project";

const base = { seed: 7, testShare: 0.25, goldShare: 0 };
const rule = (values: Partial<PairRule>): PairRule => ({ ...DEFAULT_RULE, ...values });
const strategies = fc.constantFrom(
  "all-within-product" as const,
  "random" as const,
  "click-gap" as const,
  "chain" as const,
  "uncertainty" as const,
);

test("pairs stay within a product, are distinct, obey limits and do not depend on input order", () => {
  fc.assert(
    fc.property(
      strategies,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 2, max: 7 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer(),
      (strategy, products, each, limit, seed) => {
        const creatives = syntheticCreatives(products, each);
        const input = { ...base, seed, creatives, rule: rule({ strategy, limit, perProduct: 9 }) };
        const pairs = buildPairs(input);
        const product = new Map(creatives.map(({ id, productId }) => [id, productId]));
        for (const pair of pairs) {
          expect(product.get(pair.a)).toBe(pair.productId);
          expect(product.get(pair.b)).toBe(pair.productId);
          expect(pair.a).not.toBe(pair.b);
        }
        expect(new Set(pairs.map(({ a, b }) => coupleKey(a, b))).size).toBe(pairs.length);
        expect(pairs.length).toBeLessThanOrEqual(limit);
        const disordered = shuffled(creatives, createRng(seed + 1));
        expect(buildPairs({ ...input, creatives: disordered })).toEqual(pairs);
      },
    ),
  );
});

test("all pairs within a product are n(n-1)/2 each", () => {
  expect(buildPairs({ ...base, creatives: syntheticCreatives(3, 5), rule: rule({}) })).toHaveLength(
    30,
  );
});

test("a chain connects every creative of a product", () => {
  const pairs = buildPairs({
    ...base,
    creatives: syntheticCreatives(1, 9),
    rule: rule({ strategy: "chain" }),
  });
  const reached = new Set([pairs[0]!.a]);
  for (let pass = 0; pass < 9; pass++) {
    for (const { a, b } of pairs) {
      if (reached.has(a)) reached.add(b);
      if (reached.has(b)) reached.add(a);
    }
  }
  expect(reached.size).toBe(9);
});

test("the click gap is relative to the smaller rate and both bounds are exclusive", () => {
  const [one, two] = syntheticCreatives(1, 2);
  const a = { ...one!, impressions: 2000, clicks: 32 };
  const b = { ...two!, impressions: 2000, clicks: 20 };
  expect(passesClickGap(a, b, rule({}))).toBe(false); // exactly 60 %
  expect(passesClickGap({ ...a, clicks: 33 }, b, rule({}))).toBe(true);
  expect(passesClickGap({ ...a, clicks: 33 }, { ...b, impressions: 1000 }, rule({}))).toBe(false);
  expect(passesClickGap({ ...a, clicks: 0 }, b, rule({}))).toBe(true);
  expect(passesClickGap({ ...a, clicks: 0 }, { ...b, clicks: 0 }, rule({}))).toBe(false);
});

test("the split is by product", () => {
  const pairs = buildPairs({ ...base, creatives: syntheticCreatives(20, 4), rule: rule({}) });
  const splits = new Map<string, Set<string>>();
  for (const { productId, split } of pairs) {
    splits.set(productId, (splits.get(productId) ?? new Set()).add(split));
  }
  expect([...splits.values()].every((set) => set.size === 1)).toBe(true);
  expect(testProducts([...splits.keys()], 0.25, 7).size).toBe(5);
});

test("gold pairs carry the answer of the clicks", () => {
  const creatives = syntheticCreatives(10, 4);
  const pairs = buildPairs({ ...base, creatives, goldShare: 1, rule: rule({}) });
  const rate = new Map(creatives.map((one) => [one.id, one.clicks! / one.impressions!]));
  const gold = pairs.filter((pair) => pair.gold !== undefined);
  expect(gold.length).toBeGreaterThan(0);
  for (const pair of gold) {
    expect(pair.gold).toBe(rate.get(pair.a)! > rate.get(pair.b)! ? "A" : "B");
  }
});

test("an even, little-known pair is worth more than a lopsided or well-known one", () => {
  expect(informationGain(0, 4)).toBeGreaterThan(informationGain(3, 4));
  expect(informationGain(0, 4)).toBeGreaterThan(informationGain(0, 1));
  expect(informationGain(1, 2)).toBeCloseTo(informationGain(-1, 2), 12);
});

test("uncertainty first touches every creative before it repeats one too often", () => {
  const pairs = buildPairs({
    ...base,
    creatives: syntheticCreatives(1, 8),
    rule: rule({ strategy: "uncertainty", perProduct: 4 }),
  });
  expect(new Set(pairs.flatMap(({ a, b }) => [a, b])).size).toBe(8);
});

test("disagreement builds only what divides the models, the widest gap first", () => {
  const creatives = syntheticCreatives(2, 3);
  const input = { ...base, creatives, rule: rule({ strategy: "disagreement" }) };
  expect(buildPairs(input)).toEqual([]);
  const id = (product: number, at: number) => `product-${product}-${at}`;
  const opinions = {
    model: "m",
    revision: "1",
    readings: {
      // The orders name different creatives.
      [coupleKey(id(0, 0), id(0, 1))]: { onLeft: 0.6, onRight: 0.45 },
      [coupleKey(id(0, 1), id(0, 2))]: { onLeft: 0.9, onRight: 0.1 },
      // The orders agree; the head below says the opposite.
      [coupleKey(id(1, 0), id(1, 1))]: { onLeft: 0.8, onRight: 0.8 },
      // Everybody agrees.
      [coupleKey(id(1, 1), id(1, 2))]: { onLeft: 0.3, onRight: 0.2 },
    },
  };
  const couples = (scores?: Record<string, number>) =>
    buildPairs({ ...input, disagreement: disagreementValue(opinions, scores) }).map(({ a, b }) => [
      a,
      b,
    ]);
  const first = [id(0, 1), id(0, 2)];
  expect(couples()).toEqual([first, [id(0, 0), id(0, 1)]]);
  const scores = { [id(1, 0)]: 0, [id(1, 1)]: 2, [id(1, 2)]: 4 };
  expect(couples(scores)).toContainEqual([id(1, 0), id(1, 1)]);
  expect(couples(scores)).not.toContainEqual([id(1, 1), id(1, 2)]);
  expect(countDisagreements(opinions, scores)).toEqual({ read: 4, betweenOrders: 2, withHead: 1 });
});

test("couples to read are spread over the products and none is read twice", () => {
  const input = { ...base, creatives: syntheticCreatives(4, 4), rule: rule({}) };
  const first = couplesToRead(input, 8, undefined);
  expect(new Set(first.map(([a]) => a.slice(0, 9))).size).toBe(4);
  const readings = Object.fromEntries(
    first.map(([a, b]) => [coupleKey(a, b), { onLeft: 0.5, onRight: 0.5 }]),
  );
  const more = couplesToRead(input, 100, { model: "m", revision: "1", readings });
  expect(more).toHaveLength(24 - 8);
  expect(more.some(([a, b]) => coupleKey(a, b) in readings)).toBe(false);
});

test("existing pairs are not built again", () => {
  const creatives = syntheticCreatives(2, 4);
  const existing = buildPairs({ ...base, creatives, rule: rule({ limit: 5 }) });
  const swapped = existing.map((pair) => ({ ...pair, a: pair.b, b: pair.a }));
  expect(buildPairs({ ...base, creatives, rule: rule({}), existing: swapped })).toHaveLength(7);
});
