import { createRng } from "@/shared/lib/rng";
import { describe, expect, it } from "vitest";
import { chooseToken, logSumExp, pairProbability } from "./generation";

const never = (): number => {
  throw new Error("greedy choice must not draw");
};

describe("chooseToken", () => {
  it("takes the largest logit, the lower id on ties, without drawing", () => {
    expect(chooseToken(Float32Array.of(1, 3, 3, 2), undefined, 0, never).token).toBe(1);
    expect(chooseToken(Float32Array.of(1, 3, 3, 2), [3, 2, 0], 0, never).token).toBe(2);
    expect(chooseToken(Float32Array.of(5, 5), [1, 0], 0, never).token).toBe(0);
  });

  it("reports the unconstrained probability of a constrained choice", () => {
    const { token, logProbability } = chooseToken(Float32Array.of(0, Math.log(3)), [0], 0, never);
    expect(token).toBe(0);
    expect(logProbability).toBeCloseTo(Math.log(0.25), 6);
  });

  it("samples in proportion to the tempered probabilities and repeats with the seed", () => {
    const logits = Float32Array.of(0, Math.log(3), -Infinity);
    const draw = (seed: number): number[] => {
      const rng = createRng(seed);
      return Array.from({ length: 4000 }, () => chooseToken(logits, undefined, 1, rng).token);
    };
    const share = draw(1).filter((token) => token === 1).length / 4000;
    // Four standard errors of a proportion of 3/4 over 4,000 draws.
    expect(Math.abs(share - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / 4000));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toContain(2);
  });

  it("says so when nothing is allowed or nothing is finite", () => {
    expect(() => chooseToken(Float32Array.of(1), [], 0, never)).toThrow("allows no token");
    expect(() => chooseToken(Float32Array.of(NaN, NaN), undefined, 0, never)).toThrow(
      "no finite number",
    );
  });
});

describe("probabilities from logits", () => {
  it("do not overflow", () => {
    expect(logSumExp(Float32Array.of(1000, 1000))).toBeCloseTo(1000 + Math.log(2), 3);
    expect(pairProbability(Float32Array.of(800, -800), 0, 1)).toBe(1);
    expect(pairProbability(Float32Array.of(2, 2), 0, 1)).toBe(0.5);
    expect(pairProbability(Float32Array.of(4, 0), 0, 1, 4)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  });
});
