import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readDataSet } from "@/benchmark/logic/read-data-set";
import { recipeOf } from "@/benchmark/logic/recipe";
import { openStage, STAGE_FOLDER, STAGES } from "@/benchmark/logic/stage-encoder";
import { cutEncoder } from "@/domain/benchmark/cut-encoder";
import { reportRun } from "@/domain/benchmark/report";
import { runBenchmark, snapshotOf, type BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { parseDirection, type Direction } from "@/domain/benchmark/task";
import { openFolder } from "../benchmark-source";
import { command } from "./benchmark";

interface Report {
  readonly directions: readonly object[];
  readonly predictions: readonly object[];
}

const { signal } = new AbortController();
const MODELS = "public/models";

const files = await openFolder("public/data/demo");
const tasks = {
  en: await readDataSet(files, { preset: "demo", language: "en" }),
  zh: await readDataSet(files, { preset: "demo", language: "zh" }),
};

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Uint8Array.from(await readFile(join(MODELS, STAGE_FOLDER, name)));
}

const recall = z.object({ value: z.number() });
const row = z.object({ queries: z.number(), "R@1": recall, "R@5": recall, "R@10": recall });
const manifestSchema = z.object({
  stages: z.array(
    z.object({ id: z.string(), figures: z.record(z.string(), z.record(z.string(), row)) }),
  ),
});
const manifest = manifestSchema.parse(
  JSON.parse(await readFile(join(MODELS, STAGE_FOLDER, "manifest.json"), "utf8")),
);

/** Every direction's Recall@1, 5, 10 in percent. */
function figuresOf(run: BenchmarkRun): Map<string, number> {
  const found = new Map<string, number>();
  for (const [direction, scorer] of run.scorers) {
    for (const { measure, value } of snapshotOf(scorer).figures) {
      found.set(`${direction} ${measure.replace("hit_", "R@")}`, 100 * (value ?? NaN));
    }
  }
  return found;
}

describe("the stages of moon2-nano", () => {
  it.each([...STAGES.map((stage) => [stage, "en"] as const), ["moon2", "zh"] as const])(
    "%s in %s has the figures that PyTorch measured with its checkpoint",
    async (stage, language) => {
      const expected = manifest.stages.find(({ id }) => id === stage)!.figures[language]!;
      const names = Object.keys(expected);
      expect(names.length).toBe(5);
      const directions = names.map((name) => parseDirection(name)).filter((d) => d !== undefined);
      const task = tasks[language];
      const encoder = await openStage({ stage }, { task, files }, read);
      const run = await runBenchmark(task, encoder, { directions, signal, classify: false });
      const found = figuresOf(run);
      expect(run.failures).toEqual([]);
      for (const name of names) {
        const { queries, ...recalls } = expected[name]!;
        for (const [cut, { value }] of Object.entries(recalls)) {
          const own = found.get(`${parseDirection(name)!} ${cut}`)!;
          // Stored as float16: the place of at most one query in a hundred may differ.
          const most = Math.max(1, Math.floor(queries / 100));
          expect(Math.abs(own - value), `${name} ${cut}: ${own} and ${value}`).toBeLessThan(
            (100 * most) / queries + 0.01,
          );
        }
      }
    },
  );

  it("predicts labels, and its copied recipe gives the same figures", async () => {
    const directions: Direction[] = ["t-mm"];
    const whole = await openStage({ stage: "moon2" }, { task: tasks.zh, files }, read);
    const encoder = cutEncoder(whole, 64);
    const run = await runBenchmark(tasks.zh, encoder, { directions, signal, batch: 128 });
    expect(run.predictions.length).toBeGreaterThan(3);
    expect(run.failures).toEqual([]);
    const recipe = recipeOf(run);
    expect(recipe).toContain("--encoder moon2-nano/stages/moon2@");
    let out = "";
    const stdout = new PassThrough().on("data", (chunk) => (out += String(chunk)));
    const args = recipe.slice(recipe.indexOf("--data")).split(" ");
    expect(await command.run(args, { stdout, stderr: new PassThrough(), signal })).toBe(0);
    const repeated = JSON.parse(out) as Report;
    const shown = JSON.parse(JSON.stringify(reportRun(run))) as Report;
    expect(repeated.directions).toEqual(shown.directions);
    expect(repeated.predictions).toEqual(shown.predictions);
  });

  it("says why it has no vector for a query of one's own", async () => {
    const encoder = await openStage({ stage: "purchase" }, { task: tasks.en, files }, read);
    const job = { key: "query:t:own", role: "query", view: "t", id: "own", text: "cup" } as const;
    const { failures } = await encoder.encode([job], signal);
    expect(failures).toEqual([
      { index: 0, reason: expect.stringContaining("no weights of this stage") as string },
    ]);
  });

  it("refuses another data set, another revision and a damaged file", async () => {
    const open = (wanted: Parameters<typeof openStage>[0], own = files, from = read) =>
      openStage(wanted, { task: tasks.en, files: own }, from);
    const other = {
      ...files,
      open: (path: string) =>
        path === "queries.jsonl" ? Promise.resolve(new Blob(["{}\n"])) : files.open(path),
    };
    await expect(open({ stage: "moon2" }, other)).rejects.toThrow("queries.jsonl is another one");
    await expect(open({ stage: "moon2", revision: "x" })).rejects.toThrow("expected revision x");
    await expect(
      open({ stage: "moon2" }, files, async (name) => {
        const bytes = await read(name);
        if (name !== "manifest.json") bytes[bytes.length - 1]! ^= 1;
        return bytes;
      }),
    ).rejects.toThrow("is not the file");
  });
});
