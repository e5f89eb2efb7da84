import { existsSync } from "node:fs";
import { join } from "node:path";
import { readDataSet } from "@/benchmark/logic/read-data-set";
import { askedProducts } from "@/domain/benchmark/presets/luma";
import { possibleDirections, type BenchmarkTask } from "@/domain/benchmark/task";
import { reportRun } from "@/domain/benchmark/report";
import { runBenchmark, snapshotOf, type BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { AppError } from "@/shared/lib/errors";
import { systemClock } from "@/shared/lib/system-clock";
import { openEncoder, openFolder } from "../benchmark-source";
import type { CliIo } from "../command";
import { createProgressBar } from "../progress-bar";
import { formatNumber, formatTable } from "../text-table";

const SHOWN = ["hit_1", "hit_5", "hit_10"];
const INTERVALS = { resamples: 1000, seed: 1, confidence: 0.95 };

export interface EncoderRequest {
  /** Folder with grocery/ and luma/, which are optional. */
  readonly photos: string;
  /** Folder of the demo catalogue. */
  readonly demo: string;
  readonly limit: number;
  readonly model: string | undefined;
  readonly models: string;
  readonly engine: string;
  readonly json: boolean;
}

/** The sets of training/results/encoder.md. */
function setsOf({ photos, demo }: EncoderRequest) {
  return [
    { preset: "demo", folder: demo, split: "all" },
    { preset: "grocery", folder: join(photos, "grocery"), split: "val" },
    { preset: "luma", folder: join(photos, "luma"), split: "val" },
  ] as const;
}

/** One set with one pool of candidates. */
interface Variant {
  readonly label: string;
  readonly task: BenchmarkTask;
  /** Labels are predicted once a set. */
  readonly classify: boolean;
}

/** luma's table has two pools, as `held_out` in training/encoder/evaluate.py. */
function variantsOf(task: BenchmarkTask): readonly Variant[] {
  if (task.preset !== "luma") return [{ label: task.preset, task, classify: true }];
  const inPool = (pool: string, { name, ...rest }: BenchmarkTask) => ({
    label: `luma (${pool})`,
    task: { name: `${name} (${pool})`, ...rest },
  });
  return [
    { ...inPool("held-out products", askedProducts(task)), classify: false },
    { ...inPool("whole catalogue", task), classify: true },
  ];
}

interface Result {
  readonly label: string;
  readonly run: BenchmarkRun;
}

function rowsOf({ label, run }: Result): string[][] {
  const retrieval = [...run.scorers.values()].flatMap((scorer) => {
    const snapshot = snapshotOf(scorer);
    return snapshot.figures
      .filter(({ measure }) => SHOWN.includes(measure))
      .map(({ measure, value, interval }) => [
        `${label} ${scorer.direction}`,
        measure.replace("hit_", "R@"),
        ...[value, interval?.low, interval?.high].map((x) => formatNumber(x)),
        String(snapshot.queries),
        String(scorer.pool.size),
      ]);
  });
  const labels = run.predictions.map(({ kind, name, method, scores, interval }) => [
    `${label} ${kind} ${name}`,
    `accuracy, ${method}`,
    ...[scores.accuracy, interval?.low, interval?.high].map((x) => formatNumber(x)),
    String(scores.items),
    "–",
  ]);
  return [...retrieval, ...labels];
}

type EncoderSet = ReturnType<typeof setsOf>[number];

async function evaluateSet(
  { preset, folder, split }: EncoderSet,
  { model = "moon2-nano", models, engine, limit }: EncoderRequest,
  io: CliIo,
): Promise<Result[]> {
  const files = await openFolder(folder);
  const whole = await readDataSet(files, { preset, split, language: "en" });
  const options = { models, engine, keys: [] };
  const encoder = await openEncoder(model, { task: whole, files }, options, io.signal);
  const results: Result[] = [];
  for (const { label, task, classify } of variantsOf(whole)) {
    const bar = createProgressBar(io.stderr, label, systemClock);
    const run = await runBenchmark(task, encoder, {
      directions: possibleDirections(task),
      seed: 1,
      classify,
      limit,
      signal: io.signal,
      onUpdate: ({ done, total }) => bar.update(done, total),
    });
    bar.clear();
    results.push({ label, run });
  }
  return results;
}

/**
 * Retrieval, classification and attributes of one encoder on every held-out set at hand.
 *
 * @throws {AppError} input-invalid when there is none.
 */
export async function evaluateEncoder(request: EncoderRequest, io: CliIo): Promise<number> {
  const results: Result[] = [];
  const missing: string[] = [];
  for (const set of setsOf(request)) {
    if (existsSync(set.folder)) {
      results.push(...(await evaluateSet(set, request, io)));
      continue;
    }
    missing.push(set.folder);
    io.stderr.write(`${set.preset}: left out, there is no folder ${set.folder}\n`);
  }
  if (results.length === 0) {
    throw new AppError(
      "input-invalid",
      `no data set at hand: there is no folder ${missing.join(", ")}. Run it from Perigee's folder, or name folders with --demo and --data`,
    );
  }
  if (request.json) {
    const reports = results.map(({ run }) => reportRun(run, { bootstrap: INTERVALS }));
    io.stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
    return 0;
  }
  const head = ["set", "figure", "value", "low", "high", "n", "pool"];
  io.stdout.write(formatTable([head, ...results.flatMap(rowsOf)]));
  return 0;
}
