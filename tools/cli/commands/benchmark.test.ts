import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateRun } from "@/domain/retrieval/evaluate-run";
import { parseMeasures } from "@/domain/retrieval/trec-measures";
import { createQrelsReader, createRunReader, readTrec } from "@/domain/trec";
import { writeNpy } from "@/domain/npy";
import { command } from "./benchmark";

const GROCERY = "../shared/data/grocery";

interface Report {
  readonly directions: readonly {
    readonly direction: string;
    readonly queries: number;
    readonly candidates: number;
    readonly skipped: Readonly<Record<string, number>>;
    readonly figures: readonly { readonly measure: string; readonly value: number }[];
  }[];
  readonly predictions: readonly { readonly name: string }[];
  readonly failures: readonly { readonly key: string }[];
}

async function run(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const { PassThrough } = await import("node:stream");
  const stdout = new PassThrough().on("data", (chunk) => (out += String(chunk)));
  const stderr = new PassThrough().on("data", (chunk) => (err += String(chunk)));
  const { signal } = new AbortController();
  const code = await command.run([...args], { stdout, stderr, signal });
  return { code, out, err };
}

const figure = (report: Report, direction: string, measure: string): number =>
  report.directions
    .find((entry) => entry.direction === direction)!
    .figures.find((entry) => entry.measure === measure)!.value;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "perigee-benchmark-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("benchmark on the demo catalogue", () => {
  const demo = [
    "--data",
    "public/data/demo",
    "--preset",
    "demo",
    "--no-classify",
    "--bootstrap",
    "0",
  ];

  it("prints figures that equal trec_eval's measures of the run it writes", async () => {
    const prefix = join(folder, "demo");
    const words = "--encoder baseline-words --directions t2mm --limit 80 --tie-rule id".split(" ");
    const { code, out } = await run([...demo, ...words, "--run-out", prefix, "--json"]);
    expect(code).toBe(0);
    const report = JSON.parse(out) as Report;
    const runFile = readTrec(createRunReader(), await readFile(`${prefix}.t-mm.run`, "utf8"));
    const qrels = readTrec(createQrelsReader(), await readFile(`${prefix}.t-mm.qrels`, "utf8"));
    const measures = parseMeasures(["success_1", "success_10", "recall_10", "ndcg_cut_10"]);
    const { all } = evaluateRun(qrels.value, runFile.value, measures);
    expect(figure(report, "t-mm", "hit_1")).toBeCloseTo(all["success_1"]!, 9);
    expect(figure(report, "t-mm", "hit_10")).toBeCloseTo(all["success_10"]!, 9);
    expect(figure(report, "t-mm", "recall_10")).toBeCloseTo(all["recall_10"]!, 9);
    expect(figure(report, "t-mm", "ndcg_10")).toBeCloseTo(all["ndcg_cut_10"]!, 9);
    expect(figure(report, "t-mm", "hit_1")).toBeGreaterThan(0.4);
  });

  it("gives the same figures for vectors imported in the order of the item list", async () => {
    const list = join(folder, "items.jsonl");
    const scope = ["--directions", "t-mm", "--limit", "60"];
    await run([...demo, ...scope, "--encoder", "baseline-words", "--items-out", list]);
    const { wordVector, WORD_BUCKETS } = await import("@/domain/benchmark/baselines");
    const items = (await readFile(list, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly text?: string });
    const data = new Float32Array(items.length * WORD_BUCKETS);
    for (const [i, { text = "" }] of items.entries()) data.set(wordVector(text), i * WORD_BUCKETS);
    const file = join(folder, "words.npy");
    await writeFile(
      file,
      writeNpy({ dtype: "float32", shape: [items.length, WORD_BUCKETS], data }),
    );
    const imported = await run([...demo, ...scope, "--encoder", file, "--json"]);
    const direct = await run([...demo, ...scope, "--encoder", "baseline-words", "--json"]);
    const figures = ({ out }: { out: string }) =>
      (JSON.parse(out) as Report).directions.map((entry) => entry.figures);
    expect(figures(imported)).toEqual(figures(direct));
  });

  it("refuses directions and encoders it does not know, naming those it does", async () => {
    await expect(run([...demo, "--encoder", "baseline-nose"])).rejects.toThrow("baseline-words");
    await expect(
      run([...demo, "--encoder", "baseline-words", "--directions", "x2y"]),
    ).rejects.toThrow("t-mm");
  });
});

describe.skipIf(!existsSync(GROCERY))(
  `benchmark on shop photos (skipped where ${GROCERY} is absent)`,
  () => {
    it("finds catalogue items by colour far above chance, and predicts both class levels", async () => {
      const { out } = await run(
        `--data ${GROCERY} --preset grocery --encoder baseline-both --json --split val --limit 60 --bootstrap 0`.split(
          " ",
        ),
      );
      const report = JSON.parse(out) as Report;
      const [first] = report.directions;
      expect(first).toMatchObject({ direction: "i-mm", candidates: 81, skipped: {} });
      // Ten of 81 items at random hold the true one in 12 % of the queries.
      expect(figure(report, "i-mm", "hit_10")).toBeGreaterThan(0.2);
      expect(new Set(report.predictions.map(({ name }) => name))).toEqual(
        new Set(["coarse", "item"]),
      );
      expect(report.failures).toEqual([]);
    });

    it("asks with the last fifth of every item's photos: 559 of 2,640", async () => {
      const list = join(folder, "grocery-val.jsonl");
      const scope = "--preset grocery --encoder baseline-both --split val --directions i-mm";
      await run(["--data", GROCERY, ...scope.split(" "), "--items-out", list]);
      const shown = (await readFile(list, "utf8")).match(/"image":"train[^"]*"/gu) ?? [];
      expect(shown).toHaveLength(559);
    });
  },
);
