import { expect, test } from "vitest";
import { allPairs } from "./creative";
import { rankCreatives, type DecidedPair } from "./ranking";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test("strengths that made the odds are found again", () => {
  const truth = [0.4, -1.1, 1.3, -0.6];
  const pairs = allPairs(4).map((pair) => ({
    ...pair,
    probabilityA: sigmoid((truth[pair.a] ?? 0) - (truth[pair.b] ?? 0)),
    ordersAgree: true,
  }));
  const ranking = rankCreatives(4, pairs);
  expect(ranking?.order.map(({ index }) => index)).toEqual([2, 0, 3, 1]);
  for (const { index, strength } of ranking?.order ?? []) {
    expect(strength).toBeCloseTo(truth[index] ?? NaN, 5);
  }
});

test("the least certain pair is one whose orders differ, then the one closest to even", () => {
  const pairs: DecidedPair[] = [
    { a: 0, b: 1, probabilityA: 0.51, ordersAgree: true },
    { a: 0, b: 2, probabilityA: 0.7, ordersAgree: false },
    { a: 1, b: 2, probabilityA: 0.6, ordersAgree: false },
  ];
  expect(rankCreatives(3, pairs)?.leastCertain).toBe(pairs[2]);
  expect(rankCreatives(2, pairs.slice(0, 1))?.leastCertain).toBe(pairs[0]);
});

test("certain odds stay finite", () => {
  const ranking = rankCreatives(2, [{ a: 0, b: 1, probabilityA: 1, ordersAgree: true }]);
  expect(ranking?.order[0]?.index).toBe(0);
  expect(Number.isFinite(ranking?.order[0]?.strength)).toBe(true);
});

test("nothing decided, nothing ranked", () => {
  expect(rankCreatives(3, [])).toBeUndefined();
});
