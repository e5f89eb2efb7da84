import fc from "fast-check";
import { expect, test } from "vitest";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { Judgements, Verdict } from "../logic/judgements";
import { judgementPath, loadJudgements, saveJudgements } from "./judgement-file";

function memoryStore(files = new Map<string, Blob>()): BlobStore {
  return {
    write: (path, data) => {
      files.set(path, new Blob([data as BlobPart]));
      return Promise.resolve();
    },
    read: (path) => {
      const blob = files.get(path);
      return Promise.resolve(blob === undefined ? undefined : new File([blob], path));
    },
    remove: () => Promise.resolve(),
    list: () => Promise.resolve([]),
  };
}

const taskOf = (ids: readonly string[], change: Partial<BenchmarkTask> = {}): BenchmarkTask => ({
  name: "n",
  preset: "demo",
  split: "all",
  queries: [],
  candidates: ids.map((id) => ({ id })),
  levels: [],
  subjects: "candidates",
  trueGain: 1,
  relevance: "",
  problems: [],
  ...change,
});

test("what is saved is read back, hostile ids included", async () => {
  const verdict = fc.constantFrom<Verdict>(0, 1);
  const own = fc.dictionary(fc.string(), verdict, { minKeys: 1 });
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), own), async (plain) => {
      const judgements: Judgements = new Map(
        Object.entries(plain).map(([query, list]) => [query, new Map(Object.entries(list))]),
      );
      const store = memoryStore();
      await saveJudgements(store, "judgements/x.json", judgements);
      expect(await loadJudgements(store, "judgements/x.json")).toEqual(judgements);
    }),
    { examples: [[JSON.parse('{"__proto__":{"":0}}') as Record<string, Record<string, Verdict>>]] },
  );
});

test("a missing, damaged or foreign file means that nothing was judged", async () => {
  const path = "judgements/x.json";
  for (const text of [
    "",
    "{",
    "[]",
    '{"version":2,"judgements":[]}',
    '{"version":1,"judgements":[["q","a",3]]}',
  ]) {
    const store = memoryStore(new Map([[path, new Blob([text])]]));
    expect((await loadJudgements(store, path)).size).toBe(0);
  }
  expect((await loadJudgements(memoryStore(), path)).size).toBe(0);
});

test("the place depends on the preset and the candidates, not on their order or the split", async () => {
  const path = await judgementPath(taskOf(["a", "b"]));
  expect(await judgementPath(taskOf(["b", "a"], { split: "val", name: "m" }))).toBe(path);
  expect(await judgementPath(taskOf(["a", "b,"]))).not.toBe(path);
  expect(await judgementPath(taskOf(["a", "b"], { preset: "luma" }))).not.toBe(path);
});
