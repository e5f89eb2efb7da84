import { expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { JudgedEvent, LabelEvent } from "@/domain/labeling/events";
import { applyEvent, createLabelState } from "@/domain/labeling/label-state";
import { createProject, syntheticPair } from "../logic/new-project";
import { recentDecisions } from "../logic/recent-decisions";
import { createJudgeController, type JudgeOptions } from "./judge-store";
import type { OpenProject, ProjectHandle } from "./open-project";

/** A project in memory whose log keeps what is appended. */
function memoryProject(pairCount: number) {
  const pairs = Array.from({ length: pairCount }, (_, at) => syntheticPair(`pair-${at}`));
  const drafts = new Map<string, unknown>();
  const events: LabelEvent[] = [];
  const store = createStore<OpenProject>()(() => ({
    project: createProject({
      id: "p",
      title: "P",
      createdAt: "2026-01-01T00:00:00.000Z",
      annotators: [{ id: "ann", name: "Ann" }],
      repeatShare: 0,
    }),
    products: new Map(),
    creatives: new Map(),
    pairs,
    pairsById: new Map(pairs.map((pair) => [pair.id, pair])),
    state: createLabelState(),
    revision: 0,
  }));
  const repository = {
    draft: (key: string) => Promise.resolve(drafts.get(key)),
    saveDraft: (key: string, value: unknown) => Promise.resolve(void drafts.set(key, value)),
  };
  const handle = {
    store,
    repository,
    append(event: LabelEvent) {
      events.push(event);
      expect(applyEvent(store.getState().state, event)).toBe(true);
      store.setState(({ revision }) => ({ revision: revision + 1 }));
      return Promise.resolve(event);
    },
  } as unknown as ProjectHandle;
  return { handle, events, state: () => store.getState().state };
}

async function open(
  pairCount: number,
  options: Partial<JudgeOptions> = {},
  memory = memoryProject(pairCount),
) {
  let ids = memory.events.length;
  const controller = createJudgeController({
    handle: memory.handle,
    annotator: "ann",
    mode: "quick",
    language: "en",
    clock: { now: () => 1_767_225_600_000 + 1000 * ids, sleep: () => Promise.resolve() },
    newId: () => String(ids++).padStart(8, "0"),
    ...options,
  });
  await controller.start();
  const judge = async (side: "left" | "right") => {
    controller.dispatch({ type: "favour", side, isStrong: false });
    await controller.confirm();
  };
  const now = () => controller.store.getState();
  /** The page is closed and opened again on the same project. */
  const reload = async (again: Partial<JudgeOptions> = {}) => {
    controller.stop();
    // What was typed is written by now.
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    return open(pairCount, { ...options, ...again }, memory);
  };
  return { ...memory, controller, judge, now, reload };
}

test("revising an old decision is another event; the pair it interrupted keeps its answers", async () => {
  const { controller, judge, now, events, state } = await open(4);
  await judge("left");
  await judge("left");
  const interrupted = now().task;
  controller.dispatch({ type: "reason", id: "clear-headline" });
  const [, first] = recentDecisions(state(), "ann", 20);
  controller.review(first!.pair, first!.repeat);
  expect(now()).toMatchObject({ isReview: true, draft: { answers: { q10: "A" } } });
  await judge("right");
  const last = events.at(-1) as JudgedEvent;
  expect(last).toMatchObject({ supersedes: first!.id, shown: { mode: "review" } });
  expect(last.shown.left).toBe(first!.shown.left);
  expect(recentDecisions(state(), "ann", 20).map(({ id }) => id)).toEqual([last.id, events[1]!.id]);
  expect(state().inForce.size).toBe(2);
  expect(now().task).toBe(interrupted);
  expect(now()).toMatchObject({ isReview: false, draft: { reasons: ["clear-headline"] } });
});

test("leaving a review changes nothing and goes back", async () => {
  const { controller, judge, now, events, state } = await open(3);
  await judge("left");
  const interrupted = now().task;
  controller.review(recentDecisions(state(), "ann", 1)[0]!.pair);
  controller.dispatch({ type: "favour", side: "right", isStrong: false });
  controller.leaveReview();
  expect(now().task).toBe(interrupted);
  expect(now().isReview).toBe(false);
  expect(events).toHaveLength(1);
});

test("undone decisions are not listed, and the list is as long as asked", async () => {
  const { controller, judge, state } = await open(8);
  for (let at = 0; at < 6; at++) await judge("left");
  await controller.undo();
  expect(recentDecisions(state(), "ann", 20)).toHaveLength(5);
  expect(recentDecisions(state(), "ann", 3)).toHaveLength(3);
  expect(recentDecisions(state(), "bob", 3)).toEqual([]);
});

test("a revision after a suggestion was shown is recorded as made with it in view", async () => {
  const suggestionFor = vi.fn<NonNullable<JudgeOptions["suggestionFor"]>>(() => ({
    shown: "after",
  }));
  const { controller, judge, events, state } = await open(3, { suggestionFor });
  await judge("left");
  controller.review(recentDecisions(state(), "ann", 1)[0]!.pair);
  await judge("right");
  expect(events.map((event) => (event as JudgedEvent).shown.suggestion)).toEqual([
    "after",
    "before",
  ]);
});

test("a reload during a second look brings it back, and behind it the pair it interrupted", async () => {
  const first = await open(4);
  await first.judge("left");
  const [judged] = recentDecisions(first.state(), "ann", 1);
  first.controller.dispatch({ type: "reason", id: "clear-headline" });
  const interrupted = first.now().task!.key;
  first.controller.review(judged!.pair);
  first.controller.dispatch({ type: "favour", side: "right", isStrong: true });
  const { task, draft } = first.now();
  const second = await first.reload();
  expect(second.now()).toMatchObject({ isReview: true, draft: { answers: draft!.answers } });
  expect(second.now().task).toEqual(task);
  await second.controller.confirm();
  expect(second.events.at(-1)).toMatchObject({ supersedes: judged!.id, strengths: { q10: 2 } });
  expect(second.now().task?.key).toBe(interrupted);
  expect(second.now()).toMatchObject({ isReview: false, draft: { reasons: ["clear-headline"] } });
});

test("a reload at a linked pair brings its changed answers back", async () => {
  const first = await open(4);
  await first.judge("left");
  const pairId = recentDecisions(first.state(), "ann", 1)[0]!.pair;
  const linked = await first.reload({ pairId });
  expect(linked.now()).toMatchObject({ isReview: true, draft: { answers: { q10: "A" } } });
  linked.controller.dispatch({ type: "favour", side: "right", isStrong: false });
  const again = await linked.reload();
  expect(again.now()).toMatchObject({ isReview: true, draft: { answers: { q10: "B" } } });
});

test("a second look that was left does not come back", async () => {
  const first = await open(4);
  await first.judge("left");
  const open1 = first.now().task!.key;
  first.controller.review(recentDecisions(first.state(), "ann", 1)[0]!.pair);
  first.controller.dispatch({ type: "favour", side: "right", isStrong: false });
  first.controller.leaveReview();
  const second = await first.reload();
  expect(second.now()).toMatchObject({ isReview: false, task: { key: open1 } });
});
