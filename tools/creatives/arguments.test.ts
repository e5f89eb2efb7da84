import { expect, test } from "vitest";
import { count, share } from "./arguments";

test.each([
  ["0", 0],
  ["0.75", 0.75],
  ["1", 1],
  [undefined, 0.25],
])("--photo-share %j is %d", (text, expected) => {
  expect(share({ "photo-share": text }, "photo-share", 0.25)).toBe(expected);
});

test.each(["abc", "", " ", "-0.1", "1.01", "75", "75%", "NaN", "Infinity"])(
  "--photo-share %j is refused with what was expected",
  (text) => {
    expect(() => share({ "photo-share": text }, "photo-share", 0.25)).toThrow(
      `--photo-share: expected a number from 0 to 1, got "${text}"`,
    );
  },
);

test.each(["abc", "", "1.5", "-3", "Infinity"])("--pairs %j is refused", (text) => {
  expect(() => count({ pairs: text }, "pairs", 600)).toThrow(
    `--pairs: expected a whole number, got "${text}"`,
  );
});

test("a count that is absent is its default", () => {
  expect([count({}, "pairs", 600), count({ pairs: "12" }, "pairs", 600)]).toEqual([600, 12]);
});
