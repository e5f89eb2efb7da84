import { describe, expect, it } from "vitest";
import { floats, ints } from "./cases/values";
import { judgeCase, type OpCase } from "./op-case";
import { OP_CASES } from "./op-cases";
import { sizeOf } from "./shapes";

const CASE: OpCase = {
  name: "test",
  inputs: {},
  build: () => {
    throw new Error("not run here");
  },
  expected: { dtype: "float32", shape: [3], data: [1, NaN, -Infinity] },
  tolerance: { atol: 0.01, rtol: 0.01 },
};

describe("judgeCase", () => {
  it("passes within the tolerance and reports the largest error", () => {
    const result = judgeCase(CASE, floats([3], [1.015625, NaN, -Infinity]));
    expect(result).toEqual({ name: "test", passed: true, maxAbsError: 0.015625 });
  });

  it.each([
    ["a value off by more than the tolerance", floats([3], [1.03, NaN, -Infinity])],
    ["a number where NaN is expected", floats([3], [1, 0, -Infinity])],
    ["NaN where a number is expected", floats([3], [NaN, NaN, -Infinity])],
    ["a finite value where infinity is expected", floats([3], [1, NaN, -3e38])],
    ["another shape", floats([1, 3], [1, NaN, -Infinity])],
    ["another type", ints([3], [1, 0, 0])],
  ])("fails on %s", (_, actual) => {
    expect(judgeCase(CASE, actual).passed).toBe(false);
  });
});

describe("OP_CASES", () => {
  it("has unique names", () => {
    const names = OP_CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("expects as many values as the shape holds", () => {
    const wrong = OP_CASES.filter(
      ({ expected }) => expected.data.length !== sizeOf(expected.shape),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});
