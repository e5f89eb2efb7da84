import fc from "fast-check";
import { expect, test } from "vitest";
import {
  flipAnswers,
  isNotComparable,
  QUESTION_IDS,
  QUESTION_TOPICS,
  type ProtocolAnswers,
} from "./evaluation-protocol";

const aspect = fc.constantFrom("A>B" as const, "A=B" as const, "A<B" as const);
const gate = fc.constantFrom("YES" as const, "NO" as const);
const answers: fc.Arbitrary<ProtocolAnswers> = fc.record(
  {
    q1: gate,
    q2: gate,
    q3: aspect,
    q4: aspect,
    q5: aspect,
    q6: aspect,
    q7: aspect,
    q8: aspect,
    q9: aspect,
    q10: fc.constantFrom("A" as const, "B" as const),
  },
  { requiredKeys: [] },
);

test("flipping twice gives the same answers back", () => {
  fc.assert(
    fc.property(answers, (given) => {
      expect(flipAnswers(flipAnswers(given))).toEqual(given);
    }),
  );
});

test("flipping exchanges the label and every aspect, and leaves the gates", () => {
  expect(flipAnswers({ q1: "NO", q3: "A>B", q5: "A=B", q10: "A" })).toEqual({
    q1: "NO",
    q3: "A<B",
    q5: "A=B",
    q10: "B",
  });
});

test("YES to a gate question closes the pair", () => {
  expect(isNotComparable({ q1: "NO", q2: "YES" })).toBe(true);
  expect(isNotComparable({ q1: "NO", q2: "NO" })).toBe(false);
});

test("every question has a topic", () => {
  expect(Object.keys(QUESTION_TOPICS)).toEqual([...QUESTION_IDS]);
});
