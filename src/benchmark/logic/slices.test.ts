import { expect, test } from "vitest";
import type { BenchmarkQuery, BenchmarkTask } from "@/domain/benchmark/task";
import { countValues, createSlicer, NO_VALUE } from "./slices";

const query = (id: string, wants: string, rest: Partial<BenchmarkQuery> = {}): BenchmarkQuery => ({
  id,
  text: id,
  relevant: [{ id: wants, gain: 1 }],
  ...rest,
});

const task: BenchmarkTask = {
  name: "test",
  preset: "custom",
  split: "all",
  queries: [
    query("q1", "red-cap", { language: "en" }),
    query("q2", "red-cap", { language: "zh" }),
    query("q3", "teal-lamp", { classes: ["own"] }),
    query("q4", "grey-lamp", { attributes: { colour: ["grey", "white"] } }),
  ],
  candidates: [
    { id: "red-cap", classes: ["hats"], attributes: { colour: ["red"] } },
    { id: "teal-lamp", classes: ["lamps"], attributes: { colour: ["teal"], __proto__: ["x"] } },
    { id: "grey-lamp", classes: ["lamps"] },
  ],
  levels: ["kind"],
  subjects: "candidates",
  trueGain: 1,
  relevance: "",
  problems: [],
};
const slicer = createSlicer(task);
const values = (kind: string) => countValues(slicer, task.queries, kind);

test("offers the kinds by which the queries differ", () => {
  expect(slicer.kinds).toEqual(["class:0", "attribute:colour", "language", "popularity"]);
  const same = createSlicer({ ...task, queries: task.queries.slice(0, 1) });
  expect(same.kinds).toEqual([]);
});

test("a query's own class goes before its true item's, and several values count in each", () => {
  expect(values("class:0")).toEqual([
    { value: "hats", n: 2 },
    { value: "lamps", n: 1 },
    { value: "own", n: 1 },
  ]);
  expect(values("attribute:colour")).toEqual([
    { value: "red", n: 2 },
    { value: "grey", n: 1 },
    { value: "teal", n: 1 },
    { value: "white", n: 1 },
  ]);
});

test("popularity counts the queries for the same item; what has no language is a slice", () => {
  expect(values("popularity")).toEqual([
    { value: "1", n: 2 },
    { value: "2–3", n: 2 },
  ]);
  expect(values("language")).toEqual([
    { value: NO_VALUE, n: 2 },
    { value: "en", n: 1 },
    { value: "zh", n: 1 },
  ]);
  expect(values("attribute:constructor")).toEqual([{ value: NO_VALUE, n: 4 }]);
});
