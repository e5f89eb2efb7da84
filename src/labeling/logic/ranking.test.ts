import { expect, test } from "vitest";
import { rankCreatives, rankOverall } from "./ranking";
import { syntheticProject } from "./synthetic-project";

const { state, pairsById, creatives } = syntheticProject({ judgements: 240, seed: 4 });
const report = rankCreatives(state, pairsById);

test("within a product the places follow the strengths, whose mean is 0", () => {
  for (const { creatives: ranked } of report.products) {
    const values = ranked.map(({ strength }) => strength.value);
    expect(values).toEqual(values.toSorted((x, y) => y - x));
  }
  const connected = report.products.filter(({ isConnected }) => isConnected);
  expect(connected.length).toBeGreaterThan(0);
  for (const { creatives: ranked } of connected) {
    expect(ranked.reduce((sum, { strength }) => sum + strength.value, 0)).toBeCloseTo(0, 6);
  }
});

test("overall every judged creative stands once, with its product and its own interval", () => {
  const overall = rankOverall(report);
  const judged = new Set([...pairsById.values()].flatMap(({ a, b }) => [a, b]));
  expect(new Set(overall.map(({ creative }) => creative))).toEqual(judged);
  expect(overall).toHaveLength(judged.size);
  let last = Number.POSITIVE_INFINITY;
  for (const { creative, product, strength } of overall) {
    expect(creatives.get(creative)?.productId).toBe(product);
    expect(strength.value).toBeLessThanOrEqual(last);
    expect(strength.low).toBeLessThanOrEqual(strength.value);
    last = strength.value;
  }
});
