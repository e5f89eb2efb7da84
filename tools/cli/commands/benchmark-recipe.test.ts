import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createBaselineEncoder } from "@/benchmark/logic/baseline-encoder";
import { readDataSet } from "@/benchmark/logic/read-data-set";
import { readRun } from "@/benchmark/logic/read-trec";
import { recipeOf } from "@/benchmark/logic/recipe";
import { cutEncoder } from "@/domain/benchmark/cut-encoder";
import { runFromLists } from "@/domain/benchmark/listed-run";
import { reportRun } from "@/domain/benchmark/report";
import { runBenchmark } from "@/domain/benchmark/run-benchmark";
import { openFolder } from "../benchmark-source";
import { command } from "./benchmark";

interface Report {
  readonly directions: readonly object[];
  readonly predictions: readonly object[];
  readonly failures: readonly object[];
}

const { signal } = new AbortController();
const noImages = () => Promise.reject(new Error("words only"));

/** What the command prints, run with a recipe as it is copied. */
async function repeat(recipe: string): Promise<Report> {
  const prefix = "npm run --silent perigee -- benchmark ";
  expect(recipe.startsWith(prefix)).toBe(true);
  let out = "";
  const stdout = new PassThrough().on("data", (chunk) => (out += String(chunk)));
  const args = recipe.slice(prefix.length).split(" ");
  expect(await command.run(args, { stdout, stderr: new PassThrough(), signal })).toBe(0);
  return JSON.parse(out) as Report;
}

it("a copied recipe gives exactly the figures of the run on the page", async () => {
  const files = await openFolder("public/data/demo");
  const task = await readDataSet(files, { preset: "demo", language: "zh" });
  const encoder = createBaselineEncoder("baseline-words", noImages);
  // As the page runs it: its own batch size, nothing else said.
  const run = await runBenchmark(task, encoder, { directions: ["t-mm"], signal, batch: 128 });
  const shown = JSON.parse(JSON.stringify(reportRun(run))) as Report;
  const repeated = await repeat(recipeOf(run));
  expect(shown.directions.length).toBe(1);
  expect(shown.predictions.length).toBeGreaterThan(3);
  expect(repeated.directions).toEqual(shown.directions);
  expect(repeated.predictions).toEqual(shown.predictions);
  expect(repeated.failures).toEqual(shown.failures);
}, 120_000);

it("repeats rankings of another program, ties included", async () => {
  const files = await openFolder("public/data/demo");
  const task = await readDataSet(files, { preset: "demo", language: "en" });
  const folder = await mkdtemp(join(tmpdir(), "perigee-recipe-"));
  try {
    // Whole scores tie often; an item of each list is the true one.
    const lists = task.queries.map(({ id, relevant }, i) => {
      const ids = [
        relevant[0]!.id,
        ...task.candidates.slice(i % 50, (i % 50) + 9).map((c) => c.id),
      ];
      return [...new Set(ids)]
        .map((item, at) => `${id} Q0 ${item} 1 ${(7 * at) % 4} own\n`)
        .join("");
    });
    const name = join(folder, "own.t-mm.run");
    await writeFile(name, lists.join(""));
    const rankings = await readRun(await openAsBlob(name), name);
    const run = await runFromLists(task, { name, run: rankings, direction: "t-mm" }, { signal });
    const shown = JSON.parse(JSON.stringify(reportRun(run))) as Report;
    expect(JSON.stringify(shown.directions)).toMatch(/"tied_queries":[1-9]/);
    expect((await repeat(recipeOf(run))).directions).toEqual(shown.directions);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("names a model's revision and the dimensions that were kept", async () => {
  const files = await openFolder("public/data/demo");
  const task = await readDataSet(files, { preset: "demo", language: "en" });
  const words = createBaselineEncoder("baseline-words", noImages);
  const model = {
    ...words,
    id: "m",
    revision: "r",
    fusion: "joint",
    dimensions: [64, 1024],
  } as const;
  const few = { ...task, candidates: task.candidates.slice(0, 9), queries: [] };
  const encoder = cutEncoder(model, 64);
  const run = await runBenchmark(few, encoder, { directions: ["t-mm"], signal, classify: false });
  expect(recipeOf(run)).toContain("--language en --encoder m@r --dimension 64 --directions t-mm ");
});
