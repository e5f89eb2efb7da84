import { expect, test } from "vitest";
import { createRng } from "@/shared/lib/rng";
import { evaluateRun } from "../retrieval/evaluate-run";
import { parseMeasures } from "../retrieval/trec-measures";
import type { Qrels, Run } from "../trec";
import { directionOfRun, runFromLists } from "./listed-run";
import { snapshotOf } from "./run-benchmark";
import type { BenchmarkTask } from "./task";

/** 40 items with white space in their ids; 25 queries with one to three of them, graded. */
function taskOf(seed: number): BenchmarkTask {
  const rng = createRng(seed);
  const candidates = Array.from({ length: 40 }, (_, i) => ({ id: `item ${i}`, text: `text ${i}` }));
  const queries = Array.from({ length: 25 }, (_, i) => {
    const ids = new Set(Array.from({ length: 3 }, () => `item ${Math.floor(rng() * 40)}`));
    const relevant = [...ids].map((id) => ({ id, gain: 1 + Math.floor(rng() * 3) }));
    return { id: `q ${i}`, text: `ask ${i}`, relevant };
  });
  return {
    name: "lists",
    preset: "custom",
    split: "all",
    queries,
    candidates,
    levels: [],
    subjects: "candidates",
    trueGain: 0,
    relevance: "",
    problems: [],
  };
}

/** The first 15 of each query; two queries are not answered, one is foreign, some items are unknown. */
function runOf(task: BenchmarkTask, score: (rng: () => number) => number): Run {
  const rng = createRng(5);
  const lists = task.queries.slice(2).map(({ id }) => {
    const items = Array.from(
      { length: 15 },
      () => [`item_${Math.floor(rng() * 44)}`, score(rng)] as const,
    );
    return [id.replace(" ", "_"), new Map(items)] as const;
  });
  return new Map([...lists, ["foreign", new Map([["item_1", 1]])]]);
}

function qrelsOf(task: BenchmarkTask): Qrels {
  const under = (id: string) => id.replace(" ", "_");
  return new Map(
    task.queries.map(({ id, relevant }) => [
      under(id),
      new Map(relevant.map((entry) => [under(entry.id), entry.gain])),
    ]),
  );
}

const MEASURES = {
  success_1: "hit_1",
  success_5: "hit_5",
  success_10: "hit_10",
  recall_5: "recall_5",
  recip_rank: "mrr",
  map: "map",
  ndcg_cut_10: "ndcg_10",
} as const;

test.each([
  ["scores of their own", (rng: () => number) => rng()],
  ["many ties", (rng: () => number) => Math.floor(rng() * 4)],
])("a run with %s has the figures of trec_eval under its tie rule", async (_, score) => {
  const task = taskOf(3);
  const run = runOf(task, score);
  const texts = { ...task, candidates: task.candidates.map((c) => ({ ...c, image: "x.png" })) };
  const result = await runFromLists(
    texts,
    { name: "bm25.run", run, direction: "t-mm" },
    { tieRule: "id", signal: new AbortController().signal },
  );
  const { figures, queries, skipped } = snapshotOf(result.scorers.get("t-mm")!);
  const expected = evaluateRun(qrelsOf(task), run, parseMeasures(Object.keys(MEASURES))).all;
  expect(queries).toBe(23);
  expect(skipped).toEqual({ "query not in the run": 2 });
  for (const [theirs, ours] of Object.entries(MEASURES)) {
    const value = figures.find(({ measure }) => measure === ours)!.value;
    expect([ours, value]).toEqual([ours, expect.closeTo(expected[theirs]!, 12)]);
  }
});

test("a true item beyond the end of the list has no rank; items left out hold no place", async () => {
  const task = taskOf(3);
  const [query] = task.queries;
  const two = {
    ...task,
    candidates: task.candidates.map((entry) => ({ ...entry, image: "x.png" })),
    queries: [{ ...query!, relevant: [{ id: "item 3", gain: 1 }], excluded: ["item 1"] }],
  };
  const signal = new AbortController().signal;
  const run = (lines: readonly (readonly [string, number])[]) =>
    runFromLists(
      two,
      { name: "r", run: new Map([["q_0", new Map(lines)]]), direction: "t-mm" },
      { signal },
    );
  const found = await run([
    ["item_1", 9],
    ["item_2", 5],
    ["item_3", 5],
  ]);
  // Worst: the tied item stands before it; the excluded one does not.
  expect(found.scorers.get("t-mm")!.ranks.get("q 0")!.worst).toEqual([{ rank: 2, gain: 1 }]);
  expect(
    found
      .lists!.get("t-mm")!
      .get("q 0")!
      .map(({ id, tied }) => [id, tied]),
  ).toEqual([
    ["item 3", true],
    ["item 2", true],
  ]);
  const missed = await run([["item_2", 5]]);
  expect(missed.scorers.get("t-mm")!.ranks.get("q 0")!.worst[0]!.rank).toBe(Infinity);
  const values = snapshotOf(missed.scorers.get("t-mm")!).figures;
  expect(values.find(({ measure }) => measure === "mrr")!.value).toBe(0);
});

test("a file's name may state the direction", () => {
  const names = ["bm25.i-mm.run", "out/t2i.trec", "search.txt", "bm25.run"];
  expect(names.map((name) => directionOfRun(name, ["mm-mm"]))).toEqual([
    "i-mm",
    "t-i",
    "search",
    "mm-mm",
  ]);
});
