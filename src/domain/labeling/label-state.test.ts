import fc from "fast-check";
import { expect, test } from "vitest";
import { EVENT_SCHEMA, taskKey, type LabelEvent } from "./events";
import {
  applyEvent,
  createLabelState,
  foldEvents,
  redoTarget,
  undoTarget,
  type LabelState,
} from "./label-state";

const base = (id: string, annotator: string) =>
  ({ schema: EVENT_SCHEMA, id, project: "p", annotator, at: "2026-01-01T00:00:00.000Z" }) as const;

function judged(id: string, pair: string, annotator = "ann"): LabelEvent {
  return {
    ...base(id, annotator),
    kind: "judged",
    pair,
    repeat: 0,
    supersedes: null,
    shown: {
      left: "l",
      right: "r",
      seed: 1,
      protocolVersion: 1,
      mode: "quick",
      language: "en",
      suggestion: "none",
    },
    answers: { q10: Number.parseInt(id, 10) % 2 === 0 ? "A" : "B" },
    strengths: {},
    reasons: [],
    note: "",
    regions: [],
    startedAt: "2026-01-01T00:00:00.000Z",
    activeMs: 1,
    input: "keyboard",
    edits: 0,
  };
}

type Step = { act: "judge" | "flag" | "undo" | "redo"; pair: string; annotator: string };

/** Plays steps as the application would, so that the log is one that can really occur. */
function play(steps: readonly Step[]): { events: LabelEvent[]; state: LabelState } {
  const state = createLabelState();
  const events: LabelEvent[] = [];
  steps.forEach(({ act, pair, annotator }, at) => {
    const id = String(at).padStart(6, "0");
    let event: LabelEvent | undefined;
    if (act === "judge") event = judged(id, pair, annotator);
    else if (act === "flag") {
      event = { ...base(id, annotator), kind: "flagged", pair, on: at % 3 !== 0, note: "" };
    } else {
      const target = act === "undo" ? undoTarget(state, annotator) : redoTarget(state, annotator);
      if (target !== undefined) {
        event = { ...base(id, annotator), kind: act === "undo" ? "undone" : "redone", target };
      }
    }
    if (event === undefined) return;
    events.push(event);
    expect(applyEvent(state, event)).toBe(true);
  });
  return { events, state };
}

const steps = fc.array(
  fc.record({
    act: fc.constantFrom("judge" as const, "flag" as const, "undo" as const, "redo" as const),
    pair: fc.constantFrom("x", "y", "z"),
    annotator: fc.constantFrom("ann", "bob"),
  }),
  { maxLength: 40 },
);

const view = (state: LabelState) => ({
  inForce: state.inForce,
  flags: state.flags,
  undone: state.undone,
  undo: state.undoStacks,
  redo: new Map([...state.redoStacks].filter(([, list]) => list.length > 0)),
});

test("the fold does not depend on order or on repeats", () => {
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat()), (played, numbers) => {
      const { events, state } = play(played);
      const disordered = [...events, ...events.slice(0, 5)]
        .map((event) => ({ event, key: numbers.next().value as number }))
        .sort((x, y) => x.key - y.key)
        .map(({ event }) => event);
      expect(view(foldEvents(disordered))).toEqual(view(state));
    }),
  );
});

test("undo followed by redo restores the state", () => {
  fc.assert(
    fc.property(steps, (played) => {
      const before = play(played);
      const target = undoTarget(before.state, "ann");
      if (target === undefined) return;
      const undo = { act: "undo", pair: "", annotator: "ann" } as const;
      const redo = { act: "redo", pair: "", annotator: "ann" } as const;
      const after = play([...played, undo, redo]);
      expect(after.state.inForce).toEqual(before.state.inForce);
      expect(after.state.flags).toEqual(before.state.flags);
      expect(after.state.undoStacks.get("ann")).toEqual(before.state.undoStacks.get("ann"));
    }),
  );
});

test("as many undos as actions leave nothing in force, and the log only grows", () => {
  fc.assert(
    fc.property(steps, (played) => {
      const both = (["ann", "bob"] as const).flatMap((annotator) =>
        Array.from({ length: 45 }, (): Step => ({ act: "undo", pair: "", annotator })),
      );
      const { events, state } = play([...played, ...both]);
      expect(state.inForce.size).toBe(0);
      expect(state.flags.size).toBe(0);
      expect(state.events.size).toBe(events.length);
    }),
  );
});

test("a later decision supersedes; undoing it brings the earlier one back", () => {
  const events = [judged("000001", "x"), judged("000002", "x")];
  const task = taskKey("x", "ann", 0);
  expect(foldEvents(events).inForce.get(task)?.id).toBe("000002");
  const undone: LabelEvent = { ...base("000003", "ann"), kind: "undone", target: "000002" };
  expect(foldEvents([...events, undone]).inForce.get(task)?.id).toBe("000001");
});

test("an event out of order is refused, so that the caller folds anew", () => {
  const state = foldEvents([judged("000005", "x")]);
  expect(applyEvent(state, judged("000004", "y"))).toBe(false);
  expect(state.inForce.size).toBe(1);
});

test("an undo of something unknown changes nothing", () => {
  const undone: LabelEvent = { ...base("000009", "ann"), kind: "undone", target: "nowhere" };
  expect(foldEvents([judged("000001", "x"), undone]).inForce.size).toBe(1);
});
