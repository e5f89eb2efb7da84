import { expect, test } from "vitest";
import { favouredSide, lineInProgress, questionRows } from "./question-rows";

const none = { answers: {}, reasons: {} };

test("the exchanged order's answers are put back before they are compared", () => {
  const rows = questionRows(
    { answers: { q3: "A>B", q5: "A=B", q10: "A" }, reasons: { q3: "given" } },
    { answers: { q3: "A<B", q5: "A>B", q10: "A" }, reasons: { q3: "exchanged" } },
    true,
  );
  expect(rows.find((row) => row.question === "q3")).toEqual({
    question: "q3",
    answer: "A>B",
    reason: "given",
    otherAnswer: "A>B",
    otherReason: "exchanged",
    agreement: "agree",
  });
  expect(rows.find((row) => row.question === "q5")).toMatchObject({
    otherAnswer: "A<B",
    agreement: "differ",
  });
  expect(rows.find((row) => row.question === "q10")).toMatchObject({
    otherAnswer: "B",
    agreement: "differ",
  });
});

test("rows wait while a run is under way, and are single when it left the question out", () => {
  expect(questionRows(none, none, false).every((row) => row.agreement === "pending")).toBe(true);
  const [gate] = questionRows({ answers: { q1: "YES" }, reasons: {} }, none, true);
  expect(gate).toMatchObject({ answer: "YES", agreement: "single" });
});

test.each([
  ["A>B", "A"],
  ["A<B", "B"],
  ["A=B", undefined],
  ["B", "B"],
  ["YES", undefined],
  [undefined, undefined],
])("%s favours %s", (answer, side) => {
  expect(favouredSide(answer)).toBe(side);
});

test.each([
  ["<think>\nQ1 NO they differ\nQ3 A>B the head", { question: "q3", words: "the head" }],
  ["<think>\nQ10 B", { question: "q10", words: "" }],
  ["<think>\nQ4", { question: "q4", words: "" }],
  ["<think>", undefined],
  ["<think>\nQ1 NO\n</think><answer>A", undefined],
])("%j is at %j", (text, expected) => {
  expect(lineInProgress(text)).toEqual(expected);
});
