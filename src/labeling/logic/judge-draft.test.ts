import fc from "fast-check";
import { expect, test } from "vitest";
import { createDefaultProtocol, questionsToAsk } from "@/domain/labeling/protocol-definition";
import {
  answersToKeep,
  createDraft,
  isContradiction,
  missingIn,
  reduceDraft,
  type JudgeAction,
  type JudgeContext,
  type JudgeDraft,
} from "./judge-draft";

const protocol = createDefaultProtocol("2026-01-01T00:00:00.000Z");
const full: JudgeContext = { protocol, questions: questionsToAsk(protocol, "full") };
const quick: JudgeContext = { protocol, questions: questionsToAsk(protocol, "quick") };
const draftOf = (context: JudgeContext) => createDraft("t", context, "2026-01-01T00:00:00.000Z");
const play = (context: JudgeContext, ...actions: JudgeAction[]): JudgeDraft =>
  actions.reduce((draft, action) => reduceDraft(draft, action, context), draftOf(context));

const left = { type: "favour", side: "left", isStrong: false } as const;
const right = { type: "favour", side: "right", isStrong: false } as const;
const equal = { type: "equal" } as const;

test("ten keys answer the whole protocol", () => {
  const draft = play(full, equal, equal, left, right, equal, left, left, equal, right, left);
  expect(draft.answers).toEqual({
    q1: "NO",
    q2: "NO",
    q3: "A>B",
    q4: "A<B",
    q5: "A=B",
    q6: "A>B",
    q7: "A>B",
    q8: "A=B",
    q9: "A<B",
    q10: "A",
  });
  expect(missingIn(draft, full)).toBeUndefined();
});

test("YES to a gate closes the pair: nothing more is asked", () => {
  const draft = play(full, { type: "gate", answer: "YES" });
  expect(missingIn(draft, full)).toBeUndefined();
  expect(answersToKeep({ ...draft.answers, q3: "A>B", q10: "A" })).toEqual({ q1: "YES" });
});

test("Q10 has no tie, and arrows do not answer a gate", () => {
  expect(play(quick, equal).answers).toEqual({});
  expect(play(full, left).answers).toEqual({});
});

test("a second press or a held modifier means strongly; the other side takes it back", () => {
  expect(play(quick, left, left).strengths).toEqual({ q10: 2 });
  expect(play(quick, { ...left, isStrong: true }).strengths).toEqual({ q10: 2 });
  expect(play(quick, left, left, right)).toMatchObject({ strengths: {}, answers: { q10: "B" } });
});

test("changed answers are counted, repeated ones are not", () => {
  expect(play(quick, left, left, right, left).edits).toBe(2);
});

test("reasons toggle; a note below the wanted length is missing, counted in characters", () => {
  const strict = { ...quick, protocol: { ...protocol, minNoteLength: 4, minReasons: 1 } };
  const judged = play(strict, left);
  expect(missingIn(judged, strict)).toEqual({ kind: "reasons", wanted: 1 });
  const reasoned = reduceDraft(judged, { type: "reason", id: "benefit-stated" }, strict);
  const short = reduceDraft(reasoned, { type: "note", text: "标题清" }, strict);
  expect(missingIn(short, strict)).toEqual({ kind: "note", length: 3, wanted: 4 });
  const enough = reduceDraft(short, { type: "note", text: "标题清晰" }, strict);
  expect(missingIn(enough, strict)).toBeUndefined();
  const again = reduceDraft(enough, { type: "reason", id: "benefit-stated" }, strict);
  expect(again.reasons).toEqual([]);
});

test("a label against most answers is a contradiction; equal answers do not count", () => {
  expect(isContradiction({ q3: "A>B", q4: "A>B", q5: "A<B", q10: "B" })).toBe(true);
  expect(isContradiction({ q3: "A>B", q4: "A<B", q5: "A=B", q10: "B" })).toBe(false);
  expect(isContradiction({ q3: "A>B" })).toBe(false);
});

test("whatever is pressed, the draft stays consistent", () => {
  const action: fc.Arbitrary<JudgeAction> = fc.oneof(
    fc.constant(left),
    fc.constant(right),
    fc.constant(equal),
    fc.constantFrom<JudgeAction>(
      { type: "gate", answer: "YES" },
      { type: "gate", answer: "NO" },
      { type: "step", by: 1 },
      { type: "step", by: -1 },
      { type: "go", question: "q7" },
    ),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const draft = play(full, ...actions);
      expect(full.questions.some(({ id }) => id === draft.current)).toBe(true);
      expect(["A", "B", undefined]).toContain(draft.answers.q10);
      expect(["YES", "NO", undefined]).toContain(draft.answers.q1);
      for (const [question] of Object.entries(draft.strengths)) {
        expect(draft.answers).toHaveProperty(question);
      }
    }),
  );
});
