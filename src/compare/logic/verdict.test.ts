import fc from "fast-check";
import { expect, test } from "vitest";
import { verdictOf } from "./verdict";

const input = (ab: number, ba: number) => ({
  probabilityA: (ab + (1 - ba)) / 2,
  ordersAgree: ab >= 0.5 === 1 - ba >= 0.5,
  runs: [
    { probabilityA: ab, answers: {} },
    { probabilityA: ba, answers: {} },
  ] as const,
});

test("each order's probability is told in the winner's terms", () => {
  const verdict = verdictOf(input(0.26, 0.68));
  expect(verdict.winner).toBe("B");
  expect(verdict.probability).toBeCloseTo(0.71, 10);
  expect(verdict.probabilityAFirst).toBeCloseTo(0.74, 10);
  expect(verdict.probabilityBFirst).toBeCloseTo(0.68, 10);
  expect(verdict.ordersAgree).toBe(true);
});

test("the winner has at least one half, and its probability is the mean of both orders", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (ab, ba) => {
        const verdict = verdictOf(input(ab, ba));
        expect(verdict.probability).toBeGreaterThanOrEqual(0.5 - 1e-12);
        expect((verdict.probabilityAFirst + verdict.probabilityBFirst) / 2).toBeCloseTo(
          verdict.probability,
          10,
        );
      },
    ),
  );
});

test("a pair is not comparable only when both orders say so", () => {
  const base = input(0.5, 0.5);
  const [ab, ba] = base.runs;
  const gated = { answers: { q2: "YES" as const } };
  expect(verdictOf({ ...base, runs: [{ ...ab, ...gated }, ba] }).isNotComparable).toBe(false);
  expect(
    verdictOf({
      ...base,
      runs: [
        { ...ab, ...gated },
        { ...ba, ...gated },
      ],
    }).isNotComparable,
  ).toBe(true);
});
