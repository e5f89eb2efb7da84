import { openAsBlob } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { mappingSchema, type ColumnMapping } from "@/domain/benchmark/presets/custom";
import { BASELINE_IDS } from "@/domain/benchmark/baselines";
import { cutEncoder } from "@/domain/benchmark/cut-encoder";
import type { BenchmarkEncoder } from "@/domain/benchmark/encoder";
import { METHOD_TEXT } from "@/domain/benchmark/classify";
import { directionOfRun, runFromLists } from "@/domain/benchmark/listed-run";
import { jobsOf, planBenchmark } from "@/domain/benchmark/plan";
import { reportRun, TIE_TEXT } from "@/domain/benchmark/report";
import {
  runBenchmark,
  snapshotOf,
  type BenchmarkRun,
  type RunOptions,
} from "@/domain/benchmark/run-benchmark";
import {
  DIRECTIONS,
  directionDefinition,
  parseDirection,
  possibleDirections,
  PRESETS,
  SPLITS,
  type BenchmarkTask,
  type Direction,
} from "@/domain/benchmark/task";
import { AppError, messageOf } from "@/shared/lib/errors";
import { systemClock } from "@/shared/lib/system-clock";
import { UsageError, type CliCommand, type CliIo } from "../command";
import { MODEL_OPTIONS } from "../model-options";
import { NODE_ENGINES } from "../node-engines";
import { parseConfidence, parseWholeNumber } from "../number-option";
import { createProgressBar } from "../progress-bar";
import { formatNumber, formatTable } from "../text-table";

const usage = `Usage: perigee benchmark --data DIR --preset PRESET --encoder ID [OPTIONS]

Encodes a data set, ranks every candidate for every query, predicts classes and attributes, and prints
each figure with its interval, number of queries, pool, skipped items, tie rule and definition.

  --data DIR         folder with the tables and images
  --preset PRESET    ${PRESETS.join(", ")} (docs/benchmark.md describes their files)
  --encoder NAME     id, id@revision or folder of a model; ${BASELINE_IDS.join(", ")};
                     FILE.npy|npz|safetensors|parquet, whose rows follow the item list (--items-out);
                     or FILE.run|trec|txt, a TREC run in one direction (in its name, else the first)
                     moon2-nano/stages/STAGE: vectors of the demo catalogue stored after a stage of
                     training (generative, contrastive, purchase, moon2)
  --dimension N      only the first N values of a model's vectors, one of its dimensions
  --directions D,…   ${DIRECTIONS.join(", ")} (also written t2mm, t->mm; default: all possible)
  --split SPLIT      all (default), train or val, with the training recipes' rule: of every grocery item
                     the last fifth of its photos is val, luma by product; candidates are always all
  --language L       en (default) or zh: titles and queries of the demo set
  --limit N          at most N queries, drawn by the seed
  --mapping FILE     JSON with the columns of a custom set
  --items-out FILE   write the list of everything to encode (JSONL) and stop
  --run-out PREFIX   write PREFIX.DIRECTION.run and .qrels, TREC files of the first 100 candidates
  --no-classify      leave classes and attributes out
  --confusion        print confusion matrices too (JSON)
  --tie-rule RULE    worst (default), id or best
  --bootstrap N      intervals from N resamples of the queries (default 1000; 0: by formula)
  --seed S           order of queries and resampling (default 1)
  --confidence C     coverage of the intervals (default 0.95)
  --models DIR       where index.json and the models lie (default: public/models)
  --engine NAME      ${NODE_ENGINES.join(", ")} (default: ${NODE_ENGINES[0]})
  --json             JSON instead of a table

Exit codes: 0 done, 1 failed, 2 wrong arguments. Items that cannot be read are listed and left out.
`;

const options = {
  models: MODEL_OPTIONS.models,
  engine: MODEL_OPTIONS.engine,
  data: { type: "string" },
  preset: { type: "string" },
  encoder: { type: "string" },
  dimension: { type: "string" },
  directions: { type: "string" },
  split: { type: "string", default: "all" },
  language: { type: "string", default: "en" },
  limit: { type: "string" },
  mapping: { type: "string" },
  "items-out": { type: "string" },
  "run-out": { type: "string" },
  "no-classify": { type: "boolean", default: false },
  confusion: { type: "boolean", default: false },
  "tie-rule": { type: "string", default: "worst" },
  bootstrap: { type: "string" },
  seed: { type: "string" },
  confidence: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

function choose<T extends string>(name: string, value: string | undefined, known: readonly T[]): T {
  const found = known.find((entry) => entry === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name}: expected ${known.join(", ")}, got "${value ?? ""}"`);
}

function directionsOf(text: string | undefined, task: BenchmarkTask): Direction[] {
  const possible = possibleDirections(task);
  if (text === undefined) return possible;
  return text.split(",").map((name) => {
    const direction = parseDirection(name);
    if (direction === undefined) {
      throw new UsageError(`--directions: expected ${DIRECTIONS.join(", ")}, got "${name}"`);
    }
    if (!possible.includes(direction)) {
      throw new UsageError(
        `--directions: this data set has no queries or candidates for ${direction}; possible: ${possible.join(", ")}`,
      );
    }
    return direction;
  });
}

async function readMapping(path: string | undefined): Promise<ColumnMapping | undefined> {
  if (path === undefined) return undefined;
  try {
    return mappingSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError("input-invalid", `${path}: ${reason}`, { cause: error });
  }
}

const SHOWN_PROBLEMS = 50;

function reportProblems(task: BenchmarkTask, io: CliIo): void {
  for (const { file, row, column, reason } of task.problems.slice(0, SHOWN_PROBLEMS)) {
    io.stderr.write(`${file}:${row}: ${column === "" ? "" : `${column}: `}${reason}\n`);
  }
  const more = task.problems.length - SHOWN_PROBLEMS;
  if (more > 0) io.stderr.write(`${more} more rows with problems\n`);
}

function toText(run: BenchmarkRun): string {
  const shown = ["hit_1", "hit_5", "hit_10", "mrr", "map", "ndcg_10", "median_rank"];
  const scorers = [...run.scorers.values()];
  const rows = scorers.flatMap((scorer) => {
    const snapshot = snapshotOf(scorer);
    return snapshot.figures
      .filter(({ measure }) => shown.includes(measure))
      .map(({ measure, value, interval }) => [
        scorer.direction,
        measure,
        formatNumber(value),
        formatNumber(interval?.low),
        formatNumber(interval?.high),
        String(snapshot.queries),
        String(scorer.pool.size),
      ]);
  });
  const predictions = run.predictions.map(({ kind, name, method, scores, interval }) => [
    `${kind} ${name}`,
    method,
    formatNumber(scores.accuracy),
    formatNumber(interval?.low),
    formatNumber(interval?.high),
    formatNumber(scores.macro.f1),
    String(scores.items),
    String(scores.labels.length),
  ]);
  const skipped = scorers.flatMap((scorer) =>
    Object.entries(snapshotOf(scorer).skipped).map(
      ([reason, count]) => `${scorer.direction}: ${count} queries left out: ${reason}\n`,
    ),
  );
  const head = `${run.task.name}, split ${run.task.split}: ${run.encoder.id}@${run.encoder.revision}\n${run.task.relevance}\n\n`;
  const notes = [
    TIE_TEXT[run.options.tieRule ?? "worst"],
    ...scorers.map(({ direction }) => `${direction}: ${directionDefinition(direction)}`),
    ...Object.entries(METHOD_TEXT).map(([name, text]) => `${name}: ${text}`),
  ];
  const tables = [
    formatTable([["direction", "figure", "value", "low", "high", "n", "pool"], ...rows]),
    ...(predictions.length === 0
      ? []
      : [
          formatTable([
            ["label", "method", "accuracy", "low", "high", "macro F1", "n", "classes"],
            ...predictions,
          ]),
        ]),
  ];
  return `${head}${tables.join("\n")}\n${skipped.join("")}${notes.join("\n")}\n`;
}

async function writeTrec(run: BenchmarkRun, prefix: string): Promise<void> {
  const { trecQrels, trecRun } = await import("@/benchmark/logic/exports");
  for (const direction of run.scorers.keys()) {
    await writeFile(`${prefix}.${direction}.run`, await trecRun(run, direction));
    await writeFile(`${prefix}.${direction}.qrels`, trecQrels(run, direction));
  }
}

/** Rankings of another program instead of an encoder. */
async function measureFile(
  task: BenchmarkTask,
  path: string,
  { directions, ...options }: RunOptions,
): Promise<BenchmarkRun> {
  const { readRun } = await import("@/benchmark/logic/read-trec");
  const blob = await openAsBlob(path).catch((error: unknown) => {
    throw new AppError("input-invalid", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const direction = directionOfRun(path, directions);
  return await runFromLists(
    task,
    { name: path, run: await readRun(blob, path), direction },
    options,
  );
}

async function encodeAndMeasure(
  task: BenchmarkTask,
  whole: BenchmarkEncoder,
  width: number,
  settings: RunOptions,
  io: CliIo,
): Promise<BenchmarkRun> {
  const bar = createProgressBar(io.stderr, "encode", systemClock);
  const run = await runBenchmark(task, width === 0 ? whole : cutEncoder(whole, width), {
    ...settings,
    onUpdate: ({ done, total }) => bar.update(done, total),
  });
  bar.clear();
  return run;
}

async function run(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({ args, options, strict: true });
  const { data, encoder: name } = values;
  const preset = choose("preset", values.preset, PRESETS);
  const split = choose("split", values.split, SPLITS);
  const language = choose("language", values.language, ["en", "zh"]);
  const tieRule = choose("tie-rule", values["tie-rule"], ["worst", "id", "best"]);
  const seed = parseWholeNumber("seed", values.seed, 1, [0, 0xffffffff]);
  const resamples = parseWholeNumber("bootstrap", values.bootstrap, 1000, [0, 100_000]);
  const limit = parseWholeNumber("limit", values.limit, Number.MAX_SAFE_INTEGER, [1, 2 ** 40]);
  const confidence = parseConfidence(values.confidence);
  if (data === undefined) throw new UsageError("--data DIR is needed");
  if (name === undefined) throw new UsageError("--encoder NAME is needed");
  if (name.startsWith("baseline-")) choose("encoder", name, BASELINE_IDS);
  const mapping = await readMapping(values.mapping);
  const { openEncoder, openFolder } = await import("../benchmark-source");
  const { readDataSet } = await import("@/benchmark/logic/read-data-set");
  const files = await openFolder(data);
  const task = await readDataSet(files, {
    preset,
    split,
    language,
    ...(mapping === undefined ? {} : { mapping }),
  });
  reportProblems(task, io);
  const directions = directionsOf(values.directions, task);
  const classify = !values["no-classify"];
  const settings = { directions, seed, classify, limit };
  const jobs = jobsOf(await planBenchmark(task, { ...settings, views: ["t", "i", "mm"] }));
  if (values["items-out"] !== undefined) {
    const { formatItemList } = await import("@/benchmark/logic/imported-encoder");
    await writeFile(values["items-out"], formatItemList(jobs));
    io.stderr.write(`${values["items-out"]}: ${jobs.length} items\n`);
    return 0;
  }
  const keys = jobs.map(({ key }) => key);
  const { models, engine } = values;
  const width = parseWholeNumber("dimension", values.dimension, 0, [1, 2 ** 20]);
  const startedAt = systemClock.now();
  const how = { ...settings, tieRule, signal: io.signal };
  const { isRunFile } = await import("@/benchmark/logic/read-trec");
  const result = isRunFile(name)
    ? await measureFile(task, name, how)
    : await encodeAndMeasure(
        task,
        await openEncoder(name, { task, files }, { models, engine, keys }, io.signal),
        width,
        how,
        io,
      );
  for (const { key, reason } of result.failures.slice(0, SHOWN_PROBLEMS)) {
    io.stderr.write(`${key}: ${reason}\n`);
  }
  if (values["run-out"] !== undefined) await writeTrec(result, values["run-out"]);
  const report = reportRun(result, {
    elapsedMs: systemClock.now() - startedAt,
    command: `npm run --silent perigee -- benchmark ${args.join(" ")}`,
    confusion: values.confusion,
    ...(resamples === 0 ? {} : { bootstrap: { resamples, seed, confidence } }),
  });
  io.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : toText(result));
  return 0;
}

export const command: CliCommand = {
  name: "benchmark",
  summary: "Encode a data set and measure retrieval, classes and attributes.",
  usage,
  run,
};
