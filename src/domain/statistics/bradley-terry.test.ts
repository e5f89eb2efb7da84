import fc from "fast-check";
import { expect, test } from "vitest";
import { hasCode } from "@/shared/lib/errors";
import { FALLBACK_RIDGE, fitBradleyTerry, type Comparison, type Estimate } from "./bradley-terry";
import fixture from "./bradley-terry.fixture.json";
import type { Outcome } from "./comparison-graph";
import { expectedInformationGain, rankPairsByInformation, rankRanges } from "./pair-selection";

/** Largest difference between a list of numbers and the reference. */
function distance(got: readonly number[], expected: readonly number[]): number {
  expect(got).toHaveLength(expected.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}

function comparisonsOf(rows: readonly (readonly (number | string)[])[]): Comparison[] {
  return rows.map(([left, right, outcome]) => ({
    left: Number(left),
    right: Number(right),
    outcome: outcome as Outcome,
  }));
}

const values = (list: readonly Estimate[]): number[] => list.map(({ value }) => value);
const errors = (list: readonly Estimate[]): number[] => list.map((e) => e.standardError);
const robust = (list: readonly Estimate[]): number[] => list.map((e) => e.robustStandardError);

const decisive = comparisonsOf(fixture.decisive.rows);
const tied = comparisonsOf(fixture.tied.rows);

test("strengths equal choix's maximum likelihood estimate and its penalised estimate", () => {
  const plain = fitBradleyTerry(6, decisive);
  expect(distance(values(plain.strengths), fixture.decisive.choix.strengths)).toBeLessThan(1e-8);
  expect(plain.ridgeReason).toBe("none");
  const ridge = fitBradleyTerry(6, decisive, { ridge: 0.5 });
  // choix stops its optimiser a little before the optimum.
  expect(distance(values(ridge.strengths), fixture.decisive.choix["ridge_0.5"])).toBeLessThan(1e-6);
});

test.each([
  ["strengths alone", "logit", {}],
  ["a side term", "logit_side", { sideBias: true }],
  [
    "a side term and covariates",
    "logit_covariates",
    { sideBias: true, covariateNames: ["text", "brightness"] },
  ],
] as const)("%s: estimates and both kinds of errors equal statsmodels", (_, key, options) => {
  const reference = fixture.decisive[key];
  const data =
    key === "logit_covariates"
      ? decisive.map((row, i) => ({ ...row, covariates: fixture.decisive.covariates[i]! }))
      : decisive;
  const fit = fitBradleyTerry(6, data, options);
  expect(distance(values(fit.strengths), reference.strengths)).toBeLessThan(1e-8);
  expect(distance(errors(fit.strengths), reference.se)).toBeLessThan(1e-8);
  expect(distance(robust(fit.strengths), reference.robust_se)).toBeLessThan(1e-8);
  const shared = [...(fit.sideBias ? [fit.sideBias] : []), ...fit.covariates];
  expect(distance(values(shared), reference.shared)).toBeLessThan(1e-8);
  expect(distance(errors(shared), reference.shared_se)).toBeLessThan(1e-8);
  expect(distance(robust(shared), reference.shared_robust_se)).toBeLessThan(1e-8);
  expect(
    distance(
      shared.map((e) => e.pValue),
      reference.p_values,
    ),
  ).toBeLessThan(1e-8);
  expect(fit.logLikelihood).toBeCloseTo(reference.log_likelihood, 9);
});

test.each([
  ["davidson", { sideBias: false }],
  ["davidson_side", { sideBias: true }],
  ["davidson_ridge_0.7", { sideBias: true, ridge: 0.7 }],
] as const)("%s equals the maximum found by automatic differentiation", (key, options) => {
  const reference = fixture.tied[key];
  const fit = fitBradleyTerry(5, tied, options);
  expect(distance(values(fit.strengths), reference.strengths)).toBeLessThan(1e-8);
  expect(distance(errors(fit.strengths), reference.se)).toBeLessThan(1e-8);
  expect(distance(robust(fit.strengths), reference.robust_se)).toBeLessThan(1e-8);
  const shared = [...(fit.sideBias ? [fit.sideBias] : []), fit.logTie!];
  expect(distance(values(shared), reference.shared)).toBeLessThan(1e-8);
  expect(distance(errors(shared), reference.shared_se)).toBeLessThan(1e-8);
  expect(distance(robust(shared), reference.shared_robust_se)).toBeLessThan(1e-8);
  expect(fit.logLikelihood).toBeCloseTo(reference.log_likelihood, 9);
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 5; j++) {
      expect(fit.covariance(i, j)).toBeCloseTo(reference.covariance[i]![j]!, 8);
    }
  }
});

test("ties as half wins give arena-rank's optimum and sandwich errors", () => {
  const fit = fitBradleyTerry(5, tied, { ties: "half" });
  expect(distance(values(fit.strengths), fixture.tied.arena_rank.strengths)).toBeLessThan(1e-8);
  expect(distance(robust(fit.strengths), fixture.tied.arena_rank.robust_se)).toBeLessThan(1e-8);
});

const outcome = fc.constantFrom<Outcome[]>("left", "right", "tie");
const comparison = fc
  .record({ left: fc.nat(5), step: fc.integer({ min: 1, max: 5 }), outcome })
  .map(({ left, step, outcome }) => ({ left, right: (left + step) % 6, outcome }));
const comparisons = fc.array(comparison, { minLength: 1, maxLength: 40 });

test("strengths have mean 0 per component, and intervals contain them", () => {
  fc.assert(
    fc.property(comparisons, (data) => {
      const fit = fitBradleyTerry(6, data, { sideBias: false });
      const sums = new Float64Array(fit.componentSizes.length);
      fit.strengths.forEach(({ value, low, high }, i) => {
        sums[fit.component[i]!]! += value;
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
      });
      for (const sum of sums) expect(Math.abs(sum)).toBeLessThan(1e-9);
    }),
    { numRuns: 60 },
  );
});

test("exchanging the sides of every pair turns the side bias round and leaves the strengths", () => {
  const flip = { left: "right", right: "left", tie: "tie" } as const;
  fc.assert(
    fc.property(comparisons, (drawn) => {
      // Both sides win at least once, or the side bias has no finite maximum (tested below).
      const data = [
        ...drawn,
        { left: 0, right: 1, outcome: "left" as const },
        { left: 0, right: 1, outcome: "right" as const },
      ];
      const mirrored = data.map((row) => ({
        left: row.right,
        right: row.left,
        outcome: flip[row.outcome],
      }));
      const fit = fitBradleyTerry(6, data, { sideBias: true, ridge: 0.3, ties: "half" });
      const other = fitBradleyTerry(6, mirrored, { sideBias: true, ridge: 0.3, ties: "half" });
      expect(distance(values(fit.strengths), values(other.strengths))).toBeLessThan(1e-8);
      expect(fit.sideBias!.value).toBeCloseTo(-other.sideBias!.value, 8);
    }),
    { numRuns: 40 },
  );
});

test("an item that never loses gets a stated prior instead of an infinite strength", () => {
  const fit = fitBradleyTerry(3, [
    { left: 0, right: 1, outcome: "left" },
    { left: 1, right: 2, outcome: "left" },
  ]);
  expect(fit.ridgeReason).toBe("not-strongly-connected");
  expect(fit.ridge).toBe(FALLBACK_RIDGE);
  expect(fit.strengths[0]!.value).toBeGreaterThan(fit.strengths[1]!.value);
  expect(fit.strengths[1]!.value).toBeGreaterThan(fit.strengths[2]!.value);
});

test("a side that always wins gets the prior too, or an error when a prior is refused", () => {
  const data: Comparison[] = [
    { left: 0, right: 1, outcome: "left" },
    { left: 1, right: 0, outcome: "left" },
  ];
  expect(fitBradleyTerry(2, data, { sideBias: true }).ridgeReason).toBe("no-finite-maximum");
  expect(() => fitBradleyTerry(2, data, { sideBias: true, ridge: 0 })).toThrow(/no finite maximum/);
});

test("a side bias that pairs shown one way round cannot reveal is left out, and the fit says so", () => {
  const oneWay: Comparison[] = [
    { left: 0, right: 1, outcome: "left", count: 3 },
    { left: 0, right: 1, outcome: "right", count: 1 },
  ];
  const fit = fitBradleyTerry(2, oneWay, { sideBias: true });
  expect(fit).toMatchObject({ sideBias: null, sideBiasIdentified: false });
  expect(fit.strengths[0]!.value - fit.strengths[1]!.value).toBeCloseTo(Math.log(3), 9);
});

test("a property of items that also have strengths is refused as not identified", () => {
  const size = [0.1, 0.5, 0.9, 0.3, 0.7, 0.2];
  const data = decisive.map((row) => ({
    ...row,
    covariates: [size[row.left]! - size[row.right]!],
  }));
  const attempt = (): unknown => fitBradleyTerry(6, data, { covariateNames: ["size"], ridge: 0 });
  expect(attempt).toThrow(/cannot tell the parameters apart/);
  const only = fitBradleyTerry(6, data, { covariateNames: ["size"], itemStrengths: false });
  expect(only.covariates[0]!.standardError).toBeGreaterThan(0);
  expect(values(only.strengths)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("indices outside of the items are an input error that names the comparison", () => {
  let thrown: unknown;
  try {
    fitBradleyTerry(2, [{ left: 0, right: 2, outcome: "left" }]);
  } catch (error: unknown) {
    thrown = error;
  }
  expect(hasCode(thrown, "input-invalid")).toBe(true);
  expect(String(thrown)).toContain("comparison 0");
});

test("components are ranked apart and their difference is unknown", () => {
  const both = (a: number, b: number): Comparison[] => [
    { left: a, right: b, outcome: "left", count: 3 },
    { left: a, right: b, outcome: "right", count: 2 },
  ];
  const fit = fitBradleyTerry(5, [...both(0, 1), ...both(2, 3)]);
  expect([...fit.component]).toEqual([0, 0, 1, 1, 2]);
  expect(fit.differenceVariance(0, 2)).toBe(Infinity);
  expect(fit.strengths[4]!.standardError).toBe(Infinity);
  expect(rankRanges(fit).map(({ rank }) => rank)).toEqual([1, 2, 1, 2, 1]);
});

test("information gain prefers the pair whose order is least certain", () => {
  const fit = fitBradleyTerry(
    4,
    [
      { left: 0, right: 1, outcome: "left", count: 20 },
      { left: 0, right: 1, outcome: "right", count: 20 },
      { left: 1, right: 2, outcome: "left", count: 2 },
    ],
    { ridge: 1 },
  );
  const [first] = rankPairsByInformation(fit, [
    [0, 1],
    [0, 2],
    [2, 3],
  ]);
  expect(first!.pair).toEqual([2, 3]);
  expect(expectedInformationGain(fit, [1, 1])).toBe(0);
});

test("information gain is the growth of the log determinant when the judgement is added", () => {
  // Two items, prior precision 1: the difference has information 1/2 (prior) + w per judgement.
  const fit = fitBradleyTerry(2, [], { ridge: 1 });
  expect(fit.differenceVariance(0, 1)).toBeCloseTo(2, 12);
  expect(expectedInformationGain(fit, [0, 1])).toBeCloseTo(0.5 * Math.log(1 + 0.25 * 2), 12);
});
