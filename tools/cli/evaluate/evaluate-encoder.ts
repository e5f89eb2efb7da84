import { existsSync } from "node:fs";
import { join } from "node:path";
import { readDataSet } from "@/benchmark/logic/read-data-set";
import { possibleDirections } from "@/domain/benchmark/task";
import { reportRun } from "@/domain/benchmark/report";
import { runBenchmark, snapshotOf, type BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { systemClock } from "@/shared/lib/system-clock";
import { openEncoder, openFolder } from "../benchmark-source";
import type { CliIo } from "../command";
import { createProgressBar } from "../progress-bar";
import { formatNumber, formatTable } from "../text-table";

/** The sets of training/results/encoder.md; photographs are optional. */
const SETS = [
  { preset: "demo", folder: "public/data/demo", split: "all", isDrawn: true },
  { preset: "grocery", folder: "grocery", split: "val", isDrawn: false },
  { preset: "luma", folder: "luma", split: "val", isDrawn: false },
] as const;
const SHOWN = ["hit_1", "hit_5", "hit_10"];
const INTERVALS = { resamples: 1000, seed: 1, confidence: 0.95 };

export interface EncoderValues {
  readonly data?: string | undefined;
  readonly model?: string | undefined;
  readonly models: string;
  readonly engine: string;
  readonly json: boolean;
}

function rowsOf(run: BenchmarkRun): string[][] {
  const retrieval = [...run.scorers.values()].flatMap((scorer) => {
    const snapshot = snapshotOf(scorer);
    return snapshot.figures
      .filter(({ measure }) => SHOWN.includes(measure))
      .map(({ measure, value, interval }) => [
        `${run.task.preset} ${scorer.direction}`,
        measure.replace("hit_", "R@"),
        ...[value, interval?.low, interval?.high].map((x) => formatNumber(x)),
        String(snapshot.queries),
      ]);
  });
  const labels = run.predictions.map(({ kind, name, method, scores, interval }) => [
    `${run.task.preset} ${kind} ${name}`,
    `accuracy, ${method}`,
    ...[scores.accuracy, interval?.low, interval?.high].map((x) => formatNumber(x)),
    String(scores.items),
  ]);
  return [...retrieval, ...labels];
}

/** Retrieval, classification and attributes of one encoder on every held-out set at hand. */
export async function evaluateEncoder(
  values: EncoderValues,
  limit: number,
  io: CliIo,
): Promise<number> {
  const photos = values.data ?? "../shared/data";
  const runs: BenchmarkRun[] = [];
  for (const { preset, folder, split, isDrawn } of SETS) {
    const root = isDrawn ? folder : join(photos, folder);
    if (!existsSync(root)) {
      io.stderr.write(`${preset}: left out, there is no folder ${root}\n`);
      continue;
    }
    const files = await openFolder(root);
    const task = await readDataSet(files, { preset, split, language: "en" });
    const encoder = await openEncoder(
      values.model ?? "moon2-nano",
      { task, files },
      { models: values.models, engine: values.engine, keys: [] },
      io.signal,
    );
    const bar = createProgressBar(io.stderr, preset, systemClock);
    const run = await runBenchmark(task, encoder, {
      directions: possibleDirections(task),
      seed: 1,
      classify: true,
      limit,
      signal: io.signal,
      onUpdate: ({ done, total }) => bar.update(done, total),
    });
    bar.clear();
    runs.push(run);
  }
  if (values.json) {
    const reports = runs.map((run) => reportRun(run, { bootstrap: INTERVALS }));
    io.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
    return 0;
  }
  const head = ["set", "figure", "value", "low", "high", "n"];
  io.stdout.write(formatTable([head, ...runs.flatMap(rowsOf)]));
  return 0;
}
