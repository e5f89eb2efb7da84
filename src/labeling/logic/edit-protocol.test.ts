import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createDefaultProtocol,
  protocolDefinitionSchema,
  questionsToAsk,
  type ProtocolDefinition,
} from "@/domain/labeling/protocol-definition";
import {
  addQuestion,
  addReason,
  changedClosedEdition,
  moveQuestion,
  moveReason,
  removeQuestion,
  removeReason,
  unnamedIn,
} from "./edit-protocol";
import { createDraft, isContradiction, missingIn, reduceDraft } from "./judge-draft";

const start = createDefaultProtocol("2026-01-01T00:00:00.000Z");
const named = { en: "Logo", zh: "标志" };

const step = fc.oneof(
  fc.constant((p: ProtocolDefinition) => addQuestion(p, [start, p], named)),
  fc.constant((p: ProtocolDefinition) => addReason(p, [start, p], named)),
  fc.tuple(fc.nat(18), fc.constantFrom(1 as const, -1 as const)).map(
    ([at, by]) =>
      (p: ProtocolDefinition) =>
        moveQuestion(p, p.questions[at % p.questions.length]!.id, by),
  ),
  fc.tuple(fc.nat(30), fc.constantFrom(1 as const, -1 as const)).map(
    ([at, by]) =>
      (p: ProtocolDefinition) =>
        moveReason(p, p.reasons[at % Math.max(1, p.reasons.length)]?.id ?? "", by),
  ),
  fc
    .nat(18)
    .map(
      (at) => (p: ProtocolDefinition) =>
        removeQuestion(p, p.questions[at % p.questions.length]!.id),
    ),
  fc
    .nat(30)
    .map((at) => (p: ProtocolDefinition) => removeReason(p, p.reasons[at]?.id ?? "nothing")),
);

test("any row of edits gives a protocol that can be stored", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const end = steps.reduce((protocol, edit) => edit(protocol), start);
      expect(protocolDefinitionSchema.safeParse(end).error).toBeUndefined();
      expect(new Set(end.reasons.map(({ id }) => id)).size).toBe(end.reasons.length);
    }),
  );
});

test("Q1 to Q10 cannot be removed, and a question of one's own is asked before Q10", () => {
  expect(removeQuestion(start, "q3")).toBe(start);
  const more = addQuestion(start, [start], named);
  expect(questionsToAsk(more, "full").map(({ id }) => id)).toEqual(
    "q1 q2 q3 q4 q5 q6 q7 q8 q9 x1 q10".split(" "),
  );
  expect(unnamedIn(start)).toEqual([]);
  expect(unnamedIn(more)).toEqual(["X1"]);
});

test("an identifier that an edition has used is not given again", () => {
  const first = addReason(addQuestion(start, [start], named), [start], named);
  const reason = first.reasons.at(-1)!.id;
  const second = removeReason(removeQuestion(first, "x1"), reason);
  const third = addReason(addQuestion(second, [first, second], named), [first, second], named);
  expect(third.questions.some(({ id }) => id === "x1")).toBe(false);
  expect(third.questions.some(({ id }) => id === "x2")).toBe(true);
  expect(third.reasons.some(({ id }) => id === reason)).toBe(false);
});

test("an edition with judgements is not changed behind their back", () => {
  const edited = removeReason(start, start.reasons[0]!.id);
  expect(changedClosedEdition([start], [edited], new Set())).toBeUndefined();
  expect(changedClosedEdition([start], [edited], new Set([1]))).toBe(1);
  expect(changedClosedEdition([start], [], new Set([1]))).toBe(1);
  const next = { ...edited, version: 2 };
  expect(changedClosedEdition([start], [start, next], new Set([1]))).toBeUndefined();
});

test("a question of one's own is answered, asked for and counted like an aspect", () => {
  const protocol = addQuestion(start, [start], named);
  const context = {
    protocol,
    questions: questionsToAsk(protocol, "full").filter(({ id }) => id === "x1" || id === "q10"),
  };
  const right = { type: "favour", side: "right", isStrong: true } as const;
  const left = { type: "favour", side: "left", isStrong: false } as const;
  const blank = createDraft("t", context, start.createdAt);
  expect(missingIn(blank, context)).toEqual({ kind: "question", question: "x1" });
  const draft = [right, left].reduce((now, action) => reduceDraft(now, action, context), blank);
  expect(draft).toMatchObject({ own: { x1: "A<B" }, answers: { q10: "A" }, strengths: { x1: 2 } });
  expect(missingIn(draft, context)).toBeUndefined();
  expect(isContradiction(draft.answers, draft.own)).toBe(true);
});
