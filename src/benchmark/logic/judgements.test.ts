import { expect, it } from "vitest";
import { createBaselineEncoder } from "./baseline-encoder";
import { judge, judgedQrels, judgedRecall, type Judgements } from "./judgements";
import { htmlReport } from "./html-report";
import { lasso } from "./map-points";
import { runBenchmark } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkTask } from "@/domain/benchmark/task";

const TASK: BenchmarkTask = {
  name: "<b>caps</b>",
  preset: "custom",
  split: "all",
  queries: [
    { id: "q1", text: "red cap", relevant: [{ id: "blue", gain: 1 }] },
    { id: "q2", text: "green cap", relevant: [{ id: "green", gain: 1 }] },
  ],
  candidates: [
    { id: "red", text: "red cap", image: "x" },
    { id: "green", text: "green cap", image: "x" },
    { id: "blue", text: "blue lamp", image: "x" },
  ],
  relevance: "named",
  trueGain: 1,
  levels: [],
  subjects: "candidates",
  problems: [],
};

async function run() {
  const encoder = createBaselineEncoder("baseline-words", () => Promise.reject(new Error("none")));
  const { signal } = new AbortController();
  return await runBenchmark(TASK, encoder, { directions: ["t-mm"], signal });
}

it("counts judged items in a figure of their own and writes them as qrels", async () => {
  const measured = await run();
  const none: Judgements = new Map();
  expect(await judgedRecall(measured, "t-mm", none, 1)).toMatchObject({ value: 0.5, changed: 0 });
  const one = judge(judge(none, "q1", "red", 1), "q2", "blue", 0);
  expect(await judgedRecall(measured, "t-mm", one, 1)).toMatchObject({ value: 1, changed: 1 });
  expect(judgedQrels(one)).toBe("q1 0 red 1\nq2 0 blue 0\n");
  const undone = judge(one, "q1", "red", undefined);
  expect(await judgedRecall(measured, "t-mm", undone, 1)).toMatchObject({ value: 0.5 });
  // What was measured stays what it was.
  expect(measured.scorers.get("t-mm")!.figures.values("hit_1").get("q1")).toBe(0);
});

it("writes hostile names into the report as text", async () => {
  const html = htmlReport([await run()], ["perigee <x>"], []);
  expect(html).not.toContain("<b>caps");
  expect(html).toContain("&#60;b&#62;caps");
  expect(html).toContain("perigee &#60;x&#62;");
});

it("chooses the points in a lasso", () => {
  const points = Float32Array.from([0.1, 0.1, 0.5, 0.5, 0.9, 0.9]);
  const around = [
    [0.4, 0.4],
    [0.6, 0.4],
    [0.6, 0.6],
    [0.4, 0.6],
  ] as const;
  expect(lasso(points, around)).toEqual([1]);
});
