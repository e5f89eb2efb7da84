import { expect, test } from "vitest";
import type { Creative } from "./creative";
import {
  createFinishedJob,
  createJob,
  isOutdated,
  jobProgress,
  reduceJob,
  type JobEvent,
  type PairOutcome,
} from "./job";

const creative = (id: string): Creative => ({
  id,
  name: `${id}.png`,
  blob: new Blob([id]),
  url: `blob:${id}`,
  width: 10,
  height: 10,
  origin: "own",
});

const request = (count: number) => ({
  creatives: Array.from({ length: count }, (_, i) => creative(`c${i}`)),
  title: "Hat",
  queries: ["warm hat"],
  language: "en" as const,
  model: { id: "m", revision: "1", name: "M" },
});

const outcome: PairOutcome = {
  runs: [
    {
      order: "AB",
      text: "ab",
      answers: { q10: "A" },
      reasons: {},
      probabilityA: 0.7,
      isWellFormed: true,
      tokens: 5,
    },
    {
      order: "BA",
      text: "ba",
      answers: { q10: "B" },
      reasons: {},
      probabilityA: 0.4,
      isWellFormed: true,
      tokens: 5,
    },
  ],
  probabilityA: 0.65,
  ordersAgree: true,
  engine: "webgpu",
  timings: { encodeMs: 1, generateMs: 2, totalMs: 3 },
};

const run = (events: readonly JobEvent[], count = 2) =>
  events.reduce(reduceJob, createJob("j", request(count), 0));

test("lines stream into the order that wrote them", () => {
  const job = run([
    { kind: "started" },
    { kind: "pair-started", pair: 0 },
    { kind: "line", pair: 0, order: "BA", question: "q3", answer: "A>B", reason: "because" },
    { kind: "line", pair: 0, order: "BA", question: "q4", answer: "A=B", reason: "" },
  ]);
  expect(job.pairs[0]?.lines.BA).toEqual({
    answers: { q3: "A>B", q4: "A=B" },
    reasons: { q3: "because" },
  });
  expect(job.pairs[0]?.lines.AB.answers).toEqual({});
});

test("a failed pair leaves the others", () => {
  const error = new Error("bad picture");
  const job = run(
    [
      { kind: "started" },
      { kind: "pair-started", pair: 0 },
      { kind: "pair-failed", pair: 0, error },
      { kind: "pair-started", pair: 1 },
      { kind: "pair-done", pair: 1, outcome },
    ],
    3,
  );
  expect(job.pairs.map(({ status }) => status)).toEqual(["failed", "done", "waiting"]);
  expect(job.pairs[0]?.error).toBe(error);
  expect(jobProgress(job)).toEqual({ done: 2, total: 3 });
});

test("cancelling keeps what is done and puts the interrupted pair back", () => {
  const job = run(
    [
      { kind: "started" },
      { kind: "pair-started", pair: 0 },
      { kind: "pair-done", pair: 0, outcome },
      { kind: "pair-started", pair: 1 },
      { kind: "step", pair: 1, step: { step: "generate", done: 3, unit: "tokens" } },
      { kind: "cancelled" },
    ],
    3,
  );
  expect(job.status).toBe("cancelled");
  expect(job.pairs.map(({ status }) => status)).toEqual(["done", "waiting", "waiting"]);
  expect(job.pairs[1]?.step).toBeUndefined();
});

test("starting a pair again forgets its earlier lines", () => {
  const job = run([
    { kind: "pair-started", pair: 0 },
    { kind: "line", pair: 0, order: "AB", question: "q3", answer: "A>B", reason: "old" },
    { kind: "cancelled" },
    { kind: "pair-started", pair: 0 },
  ]);
  expect(job.pairs[0]?.lines.AB.answers).toEqual({});
});

test("a stored result opens finished", () => {
  const job = createFinishedJob("s", request(2), 5, outcome);
  expect(job.status).toBe("done");
  expect(job.isStored).toBe(true);
  expect(job.pairs[0]?.lines.AB.answers.q10).toBe("A");
});

test("a job is outdated once title, queries, pictures or their order differ", () => {
  const job = createJob("j", request(2), 0);
  expect(isOutdated(job, job)).toBe(false);
  expect(isOutdated(job, { ...job, title: "Cap" })).toBe(true);
  expect(isOutdated(job, { ...job, queries: [] })).toBe(true);
  expect(isOutdated(job, { ...job, creatives: [...job.creatives].reverse() })).toBe(true);
});
