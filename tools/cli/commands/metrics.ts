import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline, type Readable } from "node:stream";
import { parseArgs } from "node:util";
import { createGunzip } from "node:zlib";
import { evaluateRun, type RunEvaluation } from "@/domain/retrieval/evaluate-run";
import { parseMeasures, type Measure } from "@/domain/retrieval/trec-measures";
import { bootstrapMean } from "@/domain/statistics/bootstrap";
import { createQrelsReader, createRunReader, type TrecReader } from "@/domain/trec";
import { AppError, messageOf } from "@/shared/lib/errors";
import { UsageError, type CliCommand, type CliIo } from "../command";
import { parseConfidence, parseWholeNumber } from "../number-option";

const usage = `Usage: perigee metrics --qrels FILE --run FILE [OPTIONS]

Scores a TREC run against TREC judgements with trec_eval's measures. Files may be gzipped (.gz);
"-" reads standard input.

  --json                 print JSON (docs/metrics.md describes it): per query and "all"
  --per-query            print the text table per query too (trec_eval -q)
  --no-per-query         leave single queries out of the JSON
  --measures A,B,…       num_q, num_ret, num_rel, num_rel_ret, map, recip_rank, Rprec, bpref, ndcg, and
                         P_k, recall_k, success_k, ndcg_cut_k (default: all)
  --complete             average over all judged queries; missing ones score 0 (trec_eval -c)
  --relevance-level N    lowest relevance that counts as relevant (default 1; trec_eval -l)
  --score-precision P    float32 (default: trec_eval 9, pytrec_eval) or float64 (trec_eval 10)
  --bootstrap N          add intervals of the means from N resamples of the queries (default 0)
  --seed S               seed of the resampling (default 1)
  --confidence C         coverage of the intervals (default 0.95)

Documents are ordered by score descending, then by id descending. Exit codes: 0 done, 1 unusable
lines or files, 2 wrong arguments.
`;

const options = {
  qrels: { type: "string" },
  run: { type: "string" },
  json: { type: "boolean", default: false },
  "per-query": { type: "boolean", default: false },
  "no-per-query": { type: "boolean", default: false },
  measures: { type: "string" },
  complete: { type: "boolean", default: false },
  "relevance-level": { type: "string" },
  "score-precision": { type: "string", default: "float32" },
  bootstrap: { type: "string" },
  seed: { type: "string" },
  confidence: { type: "string" },
} as const;

const SHOWN_ERRORS = 50;

/** Feeds a file line by line, and stops with all of its errors. */
async function readTrecFile<T>(
  path: string,
  reader: TrecReader<T>,
  io: Pick<CliIo, "stderr" | "signal">,
): Promise<T> {
  const source = path === "-" ? process.stdin : createReadStream(path);
  // Errors of either stream reach the line iterator through the pipeline.
  const gunzip = path.endsWith(".gz") ? createGunzip() : null;
  if (gunzip !== null) pipeline(source, gunzip, () => undefined);
  const input: Readable = gunzip ?? source;
  try {
    const failed = new Promise<never>((_, reject) => input.once("error", reject));
    failed.catch(() => undefined);
    const lines = createInterface({ input, crlfDelay: Infinity, signal: io.signal });
    const iterator = lines[Symbol.asyncIterator]();
    for (;;) {
      const next = await Promise.race([iterator.next(), failed]);
      if (next.done) break;
      reader.add(next.value);
    }
  } catch (error: unknown) {
    io.signal.throwIfAborted();
    throw new AppError("input-invalid", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  io.signal.throwIfAborted();
  const { value, errors } = reader.finish();
  for (const { line, reason } of errors.slice(0, SHOWN_ERRORS)) {
    io.stderr.write(`${path}:${line}: ${reason}\n`);
  }
  if (errors.length > 0) {
    const count = errors.length === 1 ? "1 line" : `${errors.length} lines`;
    throw new AppError("input-invalid", `${path}: ${count} cannot be used; correct the file`);
  }
  return value;
}

interface IntervalOptions {
  readonly resamples: number;
  readonly seed: number;
  readonly confidence: number;
}

function intervalsOf(
  result: RunEvaluation,
  measures: readonly Measure[],
  interval: IntervalOptions,
): Record<string, { low: number; high: number }> {
  const averaged = measures.filter(({ name }) => !name.startsWith("num_"));
  return Object.fromEntries(
    averaged.flatMap(({ name }) => {
      const values = Array.from(result.perQuery.values(), (query) => query[name] ?? 0);
      const bounds = bootstrapMean(values, interval);
      return bounds === null ? [] : [[name, { low: bounds.low, high: bounds.high }]];
    }),
  );
}

/** trec_eval's layout: name, query, value, separated by tabs; counts without decimals. */
function toText(result: RunEvaluation, perQuery: boolean): string {
  const block = (query: string, values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([name, value]) => {
        const shown = name.startsWith("num_") ? String(value) : value.toFixed(4);
        return `${name.padEnd(22)}\t${query}\t${shown}\n`;
      })
      .join("");
  const queries = perQuery
    ? [...result.perQuery].map(([query, values]) => block(query, values))
    : [];
  return [...queries, block("all", result.all)].join("");
}

function toJson(
  result: RunEvaluation,
  settings: Record<string, string | number>,
  perQuery: boolean,
  intervals: Record<string, { low: number; high: number }> | null,
): object {
  return {
    all: result.all,
    ...(intervals === null ? {} : { intervals }),
    ...(perQuery ? { per_query: Object.fromEntries(result.perQuery) } : {}),
    settings,
    queries_with_ties: result.queriesWithTies,
    queries_without_relevant: result.queriesWithoutRelevant,
    unjudged_queries: result.unjudgedQueries,
    unanswered_queries: result.unansweredQueries,
  };
}

export const command: CliCommand = {
  name: "metrics",
  summary: "Score a TREC run against qrels with trec_eval's measures.",
  usage,
  async run(args, io) {
    const { values } = parseArgs({ args, options, strict: true });
    if (values.qrels === undefined || values.run === undefined) {
      throw new UsageError("--qrels FILE and --run FILE are needed");
    }
    const scorePrecision = values["score-precision"];
    if (scorePrecision !== "float32" && scorePrecision !== "float64") {
      throw new UsageError(
        `--score-precision: expected float32 or float64, got "${scorePrecision}"`,
      );
    }
    const relevanceLevel = parseWholeNumber(
      "relevance-level",
      values["relevance-level"],
      1,
      [1, 1_000_000_000],
    );
    const interval = {
      resamples: parseWholeNumber("bootstrap", values.bootstrap, 0, [0, 1_000_000]),
      seed: parseWholeNumber("seed", values.seed, 1, [0, 0xffffffff]),
      confidence: parseConfidence(values.confidence),
    };
    const names = values.measures?.split(/\s+|,(?=[a-zA-Z])/u).filter((name) => name !== "") ?? [];
    const measures = parseMeasures(names);
    const qrels = await readTrecFile(values.qrels, createQrelsReader(), io);
    const run = await readTrecFile(values.run, createRunReader(), io);
    const queries = values.complete ? "judged" : "both";
    const result = evaluateRun(qrels, run, measures, { relevanceLevel, queries, scorePrecision });
    if (values.json) {
      const intervals = interval.resamples > 0 ? intervalsOf(result, measures, interval) : null;
      const settings = {
        queries,
        relevance_level: relevanceLevel,
        score_precision: scorePrecision,
      };
      const body = toJson(result, settings, !values["no-per-query"], intervals);
      io.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
    } else io.stdout.write(toText(result, values["per-query"]));
    return 0;
  },
};
