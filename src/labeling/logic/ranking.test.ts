import { expect, test } from "vitest";
import { posteriorOf } from "./posterior";
import { createQueueGain } from "./queue-gain";
import { covariateEffects, rankCreatives, rankOverall } from "./ranking";
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

test("a creative beside itself neither stops the ranking nor counts in it, and is asked last", () => {
  // The first pair becomes one of a creative with itself, as data sets have for Q1.
  const [first, ...rest] = [...pairsById.values()];
  const pairs = [{ ...first!, b: first!.a }, ...rest];
  const byId = new Map(pairs.map((pair) => [pair.id, pair]));
  const all = rankCreatives(state, byId);
  const ofFirst = [...state.inForce.values()].filter(({ pair }) => pair === first!.id).length;
  expect(ofFirst).toBeGreaterThan(0);
  expect(all.judgements).toBe(report.judgements - ofFirst);
  expect(rankOverall(all).every(({ strength }) => Number.isFinite(strength.value))).toBe(true);
  expect(() => covariateEffects(state, byId, creatives, [])).not.toThrow();
  expect(Number.isFinite(posteriorOf(state, pairs, byId).mean(first!.a))).toBe(true);
  for (const scores of [undefined, { [first!.a]: 0.3 }]) {
    const gain = createQueueGain(() => ({ state, pairs, pairsById: byId }), scores);
    expect(gain(pairs[0]!)).toBe(0);
    expect(gain(rest[0]!)).toBeGreaterThan(0);
  }
});
