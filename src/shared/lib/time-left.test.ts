import { expect, test } from "vitest";
import { withTimeLeft, type StepProgress } from "./time-left";

test("the time left follows the speed of the step, and each step begins anew", () => {
  let now = 1000;
  const told: StepProgress[] = [];
  const tell = withTimeLeft(
    () => now,
    (progress) => told.push(progress),
  );
  tell("read", 100, 1000);
  expect(told.at(-1)).toEqual({ step: "read", done: 100, total: 1000 });
  now += 50;
  tell("read", 120, 1000);
  expect(told).toHaveLength(1);
  now += 950;
  tell("read", 300, 1000);
  expect(told.at(-1)).toEqual({ step: "read", done: 300, total: 1000, remainingMs: 3500 });
  tell("write", 0, 10);
  expect(told.at(-1)).toEqual({ step: "write", done: 0, total: 10 });
  now += 600;
  tell("write", 10, 10);
  expect(told.at(-1)).toEqual({ step: "write", done: 10, total: 10, remainingMs: 0 });
});
