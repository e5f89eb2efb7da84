import { beforeAll, expect, test } from "vitest";
import type { BenchmarkEncoder } from "@/domain/benchmark/encoder";
import { runBenchmark, type BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { queriesCsv } from "./exports";
import { listQueries } from "./query-list";

const NAMES = Array.from({ length: 14 }, (_, i) => `c${String(i).padStart(2, "0")}`);

const task: BenchmarkTask = {
  name: "test",
  preset: "custom",
  split: "all",
  queries: ["q0", "q1", "q2"].map((id, i) => ({
    id,
    text: id,
    relevant: [{ id: NAMES[i]!, gain: 1 }],
  })),
  candidates: NAMES.map((id) => ({ id, text: id, image: `${id}.png` })),
  levels: [],
  subjects: "candidates",
  trueGain: 1,
  relevance: "",
  problems: [],
};

/** Candidate i lies on axis i; a query's vector is its row of scores. */
function encoderOf(scores: Readonly<Record<string, readonly number[]>>): BenchmarkEncoder {
  return {
    id: "axes",
    revision: "1",
    views: ["t", "mm"],
    fusion: "joint",
    encode(jobs) {
      const vectors = new Float32Array(jobs.length * NAMES.length);
      for (const [row, { id }] of jobs.entries()) {
        const own = scores[id] ?? NAMES.map((name) => (name === id ? 1 : 0));
        vectors.set(own, row * NAMES.length);
      }
      return Promise.resolve({ vectors, dimension: NAMES.length, failures: [] });
    },
  };
}

const row = (of: (place: number) => number) => NAMES.map((_, place) => of(place));
let a: BenchmarkRun;
let b: BenchmarkRun;
beforeAll(async () => {
  const options = { directions: ["t-mm"], signal: new AbortController().signal } as const;
  a = await runBenchmark(
    task,
    encoderOf({
      q0: row((i) => (i === 0 ? 0.75 : 0.5)),
      q1: row((i) => (i === 1 ? 0.25 : 0.5)),
      q2: row((i) => (i === 2 ? 0.5 : i === 3 ? 0.5625 : 0)),
    }),
    options,
  );
  b = await runBenchmark(
    task,
    encoderOf({
      q0: row((i) => (i === 0 ? 0.5 : i < 4 ? 0.75 : 0)),
      q1: row((i) => (i === 1 ? 0.75 : 0.5)),
      q2: row((i) => (i === 2 ? 0.5 : i === 3 ? 0.5625 : 0)),
    }),
    options,
  );
});

const ids = (...rest: Parameters<typeof listQueries> extends [unknown, ...infer R] ? R : never) =>
  listQueries(a, ...rest).map(({ query }) => query.id);

test("the margin is the true item's score less the best other one's", () => {
  const margins = listQueries(a, b, "t-mm", "all", "rank").map(({ query, margin }) => [
    query.id,
    margin,
  ]);
  expect(Object.fromEntries(margins)).toEqual({ q0: 0.25, q1: -0.25, q2: -0.0625 });
});

test("sorts by rank, margin, closeness, gain and loss", () => {
  expect(ids(b, "t-mm", "all", "rank")).toEqual(["q1", "q2", "q0"]);
  expect(ids(b, "t-mm", "all", "margin")).toEqual(["q1", "q2", "q0"]);
  expect(ids(b, "t-mm", "all", "close")).toEqual(["q2", "q0", "q1"]);
  expect(ids(b, "t-mm", "all", "gain")).toEqual(["q1", "q2", "q0"]);
  expect(ids(b, "t-mm", "all", "loss")).toEqual(["q0", "q2", "q1"]);
});

test("filters hits, misses, gains and losses, and keeps to the slice", () => {
  expect(ids(b, "t-mm", "hit", "rank")).toEqual(["q2", "q0"]);
  expect(ids(b, "t-mm", "miss", "rank")).toEqual(["q1"]);
  expect(ids(b, "t-mm", "gain", "rank")).toEqual(["q1"]);
  expect(ids(b, "t-mm", "loss", "rank")).toEqual(["q0"]);
  expect(ids(undefined, "t-mm", "gain", "rank")).toEqual([]);
  expect(ids(b, "t-mm", "all", "rank", ({ id }) => id !== "q1")).toEqual(["q2", "q0"]);
});

test("the list as CSV keeps ranks of both, and no formula of a spreadsheet", () => {
  const rows = listQueries(a, b, "t-mm", "all", "rank");
  const hostile = { ...rows[0]!, query: { ...rows[0]!.query, text: '=1+1,"x"' } };
  const [head, first, ...others] = queriesCsv([hostile, ...rows.slice(1)])
    .trim()
    .split("\r\n");
  expect(head).toBe("query,text,image,rank_a,rank_b,gain,margin_a");
  expect(first).toBe(`q1,"'=1+1,""x""",,14,1,13,-0.25`);
  expect(others).toHaveLength(2);
});
