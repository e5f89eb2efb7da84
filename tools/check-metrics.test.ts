/** The application's figures against NumPy's, from the files that the Benchmark page exports. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { vectorsNpz } from "@/benchmark/logic/export-vectors";
import { trecQrels } from "@/benchmark/logic/exports";
import type { BenchmarkEncoder } from "@/domain/benchmark/encoder";
import { reportRun } from "@/domain/benchmark/report";
import { runBenchmark } from "@/domain/benchmark/run-benchmark";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { createRng } from "@/shared/lib/rng";

const PYTHON = existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3";
const hasNumpy = spawnSync(PYTHON, ["-c", "import numpy"]).status === 0;
const why = hasNumpy ? "" : ` (skipped: ${PYTHON} has no NumPy)`;

/** 40 candidates, 60 queries with one to three relevant ones of gain 1 to 3. */
const TASK: BenchmarkTask = {
  name: "made up",
  preset: "custom",
  split: "all",
  candidates: Array.from({ length: 40 }, (_, i) => ({ id: `item ${i}`, text: `text ${i}` })),
  queries: Array.from({ length: 60 }, (_, i) => ({
    id: `查询 ${i}`,
    text: `query ${i}`,
    image: `${i}.webp`,
    relevant: Array.from({ length: 1 + (i % 3) }, (__, j) => ({
      id: `item ${(i * 7 + j * 11) % 40}`,
      gain: 1 + ((i + j) % 3),
    })),
  })),
  levels: [],
  subjects: "candidates",
  trueGain: 1,
  relevance: "made up",
  problems: [],
};

/** Few different values: many scores tie. */
function createCoarseEncoder(): BenchmarkEncoder {
  const rng = createRng(4);
  return {
    id: "coarse",
    revision: "1",
    views: ["t", "i"],
    fusion: "imported",
    encode: (jobs) =>
      Promise.resolve({
        vectors: Float32Array.from({ length: jobs.length * 4 }, () => Math.floor(3 * rng()) / 2),
        dimension: 4,
        failures: [],
      }),
  };
}

test.skipIf(!hasNumpy)(
  `graded relevance and ties: NumPy finds the same figures${why}`,
  async () => {
    const run = await runBenchmark(TASK, createCoarseEncoder(), {
      directions: ["i-t"],
      signal: new AbortController().signal,
    });
    const folder = await mkdtemp(join(tmpdir(), "perigee-check-"));
    try {
      const at = (name: string) => join(folder, name);
      await writeFile(at("v.npz"), new Uint8Array(await (await vectorsNpz(run)).arrayBuffer()));
      await writeFile(at("qrels"), trecQrels(run, "i-t"));
      await writeFile(at("report.json"), JSON.stringify([reportRun(run)]));
      const files = [
        "--vectors",
        at("v.npz"),
        "--qrels",
        at("qrels"),
        "--report",
        at("report.json"),
      ];
      const output = execFileSync(PYTHON, [
        "tools/check_metrics.py",
        ...files,
        "--direction",
        "i-t",
      ]);
      const checked = JSON.parse(output.toString()) as { largest_difference: number };
      expect(checked).toMatchObject({ agrees: true, queries: 60, candidates: 40 });
      expect(checked.largest_difference).toBeLessThan(1e-12);
      // A figure that is off must be noticed.
      const wrong = JSON.stringify([reportRun(run)]).replace(/("value":0\.\d)/u, "$19");
      await writeFile(at("report.json"), wrong);
      const failed = spawnSync(PYTHON, ["tools/check_metrics.py", ...files, "--direction", "i-t"]);
      expect(failed.status).toBe(1);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  120_000,
);
