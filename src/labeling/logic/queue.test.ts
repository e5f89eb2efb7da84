import { expect, test } from "vitest";
import { EVENT_SCHEMA, type LabelEvent } from "@/domain/labeling/events";
import { foldEvents } from "@/domain/labeling/label-state";
import { createProject, syntheticPair } from "./new-project";
import { countTasks, nextTasks, pairProgress, planTasks, type Task } from "./queue";

const annotators = ["ann", "bob", "cyd"].map((id) => ({ id, name: id }));
const project = createProject({
  id: "p",
  title: "P",
  createdAt: "2026-01-01T00:00:00.000Z",
  annotators,
  overlap: 3,
  repeatShare: 0.1,
});
const pairs = Array.from({ length: 400 }, (_, at) => syntheticPair(`pair-${at}`));

function skipped(task: Task, at: number): LabelEvent {
  return {
    schema: EVENT_SCHEMA,
    id: String(at).padStart(8, "0"),
    project: "p",
    annotator: "ann",
    at: "2026-01-01T00:00:00.000Z",
    kind: "skipped",
    pair: task.pair.id,
    repeat: task.repeat,
    supersedes: null,
    shown: {
      left: "l",
      right: "r",
      seed: 1,
      protocolVersion: 1,
      mode: "full",
      language: "en",
      suggestion: "none",
    },
    reason: "",
    startedAt: "2026-01-01T00:00:00.000Z",
    activeMs: 0,
  };
}

test("sides are balanced per annotator, to within one pair", () => {
  for (const { id } of annotators) {
    const first = planTasks(project, pairs, id).filter(({ repeat }) => repeat === 0);
    const swapped = first.filter(({ isSwapped }) => isSwapped).length;
    expect(Math.abs(2 * swapped - first.length)).toBeLessThanOrEqual(1);
  }
});

test("annotators do not all see the same sides", () => {
  const sides = (id: string) => planTasks(project, pairs, id).map(({ isSwapped }) => isSwapped);
  expect(sides("ann")).not.toEqual(sides("bob"));
});

test("repeats come later, with the sides exchanged, and about as often as asked", () => {
  const tasks = planTasks(project, pairs, "ann");
  const repeats = tasks.filter(({ repeat }) => repeat === 1);
  expect(repeats.length).toBeGreaterThan(20);
  expect(repeats.length).toBeLessThan(65);
  for (const repeat of repeats) {
    const at = tasks.indexOf(repeat);
    const first = tasks.findIndex((task) => task.pair.id === repeat.pair.id && task.repeat === 0);
    expect(tasks[first]!.isSwapped).toBe(!repeat.isSwapped);
    const isAtTheEnd = at >= tasks.length - repeats.length;
    expect(isAtTheEnd || at - first >= 20).toBe(true);
  }
});

test("with more annotators than the overlap, every pair goes to exactly `overlap` of them", () => {
  const few = { ...project, overlap: 2, repeatShare: 0 };
  const counts = new Map<string, number>();
  for (const { id } of annotators) {
    for (const { pair } of planTasks(few, pairs, id)) {
      counts.set(pair.id, (counts.get(pair.id) ?? 0) + 1);
    }
  }
  expect(new Set(counts.values())).toEqual(new Set([2]));
  expect(counts.size).toBe(pairs.length);
});

test("everybody gets the gold pairs", () => {
  const gold = [syntheticPair("g0", { gold: "A" }), syntheticPair("g1", { gold: "B" })];
  const one = { ...project, overlap: 1, repeatShare: 0 };
  for (const { id } of annotators) expect(planTasks(one, gold, id)).toHaveLength(2);
});

test("working through the queue decides every task once, repeats after their first showing", () => {
  const tasks = planTasks(project, pairs.slice(0, 60), "ann");
  const events: LabelEvent[] = [];
  for (;;) {
    const view = { tasks, state: foldEvents(events) };
    const [next] = nextTasks(view, 5);
    if (next === undefined) break;
    const seen = events.some((event) => "pair" in event && event.pair === next.pair.id);
    expect(seen).toBe(next.repeat === 1);
    events.push(skipped(next, events.length));
  }
  expect(events).toHaveLength(tasks.length);
  const view = { tasks, state: foldEvents(events) };
  expect(countTasks(view)).toEqual({ total: tasks.length, judged: 0, skipped: tasks.length });
});

test("a gain puts the most informative pair first", () => {
  const tasks = planTasks({ ...project, repeatShare: 0 }, pairs.slice(0, 10), "ann");
  const view = { tasks, state: foldEvents([]) };
  const next = nextTasks(view, 2, (pair) => Number(pair.id.slice(5)));
  expect(next.map(({ pair }) => pair.id)).toEqual(["pair-9", "pair-8"]);
});

test("progress counts the annotator's own pairs once, repeats apart", () => {
  const some = pairs.slice(0, 60);
  const few = { ...project, overlap: 2 };
  const tasks = planTasks(few, some, "ann");
  const firsts = tasks.filter(({ repeat }) => repeat === 0);
  const state = foldEvents(tasks.slice(0, 10).map(skipped));
  expect(pairProgress(few, some, state, "ann")).toEqual({ done: 10, total: firsts.length });
  expect(pairProgress(few, some, foldEvents(tasks.map(skipped)), "ann")).toEqual({
    done: firsts.length,
    total: firsts.length,
  });
});
