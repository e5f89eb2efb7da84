import { parseArgs } from "node:util";
import { parseRatings } from "@/domain/csv-judgements";
import { AppError } from "@/shared/lib/errors";
import {
  measureAgreement,
  UNDEFINED_REASON_TEXT,
  type AgreementFigure,
} from "@/domain/statistics/agreement";
import { fitDawidSkene, majorityVote } from "@/domain/statistics/dawid-skene";
import {
  createRatingTable,
  MEASUREMENT_LEVELS,
  type MeasurementLevel,
  type RatingTable,
} from "@/domain/statistics/rating-table";
import { UsageError, type CliCommand } from "../command";
import { parseConfidence, parseWholeNumber } from "../number-option";
import { parseCsv, readText, reportRowErrors } from "../read-csv";
import { formatNumber, formatTable } from "../text-table";

const usage = `Usage: perigee agreement --input FILE.csv [OPTIONS]

Measures how far workers agree. FILE has the columns task,worker,label (CSV, TSV or semicolons; "-"
reads standard input). An empty label (or NA, NaN, null, None) is a missing value.

  --json               print JSON (docs/metrics.md describes it) instead of a table
  --level LEVEL        nominal (default), ordinal, interval or ratio: for Krippendorff's alpha and
                       Gwet's AC2
  --categories A,B,…   all labels in the order of the scale (default: those that occur)
  --bootstrap N        resamples of the intervals over tasks (default 1000; 0: no intervals)
  --seed S             seed of the resampling (default 1)
  --confidence C       coverage of the intervals (default 0.95)
  --skip-bad-rows      leave out rows with errors instead of stopping

Exit codes: 0 done, 1 unusable rows or file, 2 wrong arguments.
`;

const options = {
  input: { type: "string" },
  json: { type: "boolean", default: false },
  level: { type: "string", default: "nominal" },
  categories: { type: "string" },
  bootstrap: { type: "string" },
  seed: { type: "string" },
  confidence: { type: "string" },
  "skip-bad-rows": { type: "boolean", default: false },
} as const;

function parseLevel(text: string): MeasurementLevel {
  const level = MEASUREMENT_LEVELS.find((candidate) => candidate === text);
  if (level === undefined) {
    throw new UsageError(`--level: expected ${MEASUREMENT_LEVELS.join(", ")}, got "${text}"`);
  }
  return level;
}

/** One coefficient as JSON; the names are stable (docs/metrics.md). */
function figureToJson({ value, interval, reason }: AgreementFigure): object {
  return {
    value,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    standard_error: interval?.standardError ?? null,
    undefined_resamples: interval?.undefinedResamples ?? null,
    ...(reason === null ? {} : { reason, explanation: UNDEFINED_REASON_TEXT[reason] }),
  };
}

/** Confusion matrices of more categories than this say nothing; labels are measurements then. */
const DAWID_SKENE_CATEGORIES = 50;

function dawidSkeneToJson(table: RatingTable): object | null {
  if (table.categories.length > DAWID_SKENE_CATEGORIES) return null;
  const fit = fitDawidSkene(table);
  const votes = majorityVote(table);
  const byCategory = (values: readonly number[]): Record<string, number> =>
    Object.fromEntries(table.categories.map((name, k) => [name, values[k] as number]));
  return {
    converged: fit.converged,
    iterations: fit.iterations,
    priors: byCategory(fit.priors),
    workers: fit.workers.map(({ worker, ratings, accuracy, confusion }) => ({
      worker,
      ratings,
      accuracy,
      confusion: Object.fromEntries(
        table.categories.map((name, k) => [name, byCategory(confusion[k] ?? [])]),
      ),
    })),
    tasks: fit.tasks.map(({ task, label, posterior }, i) => ({
      task,
      label,
      probability: Math.max(...posterior),
      majority: votes[i]?.label ?? null,
      posterior: byCategory(posterior),
    })),
  };
}

interface AgreementRun {
  readonly table: RatingTable;
  readonly missing: number;
  readonly skipped: number;
  readonly level: MeasurementLevel;
  readonly bootstrap: { seed: number; resamples: number; confidence: number };
}

function toJson(figures: readonly AgreementFigure[], run: AgreementRun): object {
  const { table } = run;
  return {
    level: run.level,
    tasks: table.tasks.length,
    workers: table.workers.length,
    ratings: table.ratings,
    missing: run.missing,
    skipped_rows: run.skipped,
    categories: table.categories,
    bootstrap: { unit: "task", method: "percentile", ...run.bootstrap },
    ...Object.fromEntries(figures.map((figure) => [figure.id, figureToJson(figure)])),
    dawid_skene: dawidSkeneToJson(table),
  };
}

function toText(figures: readonly AgreementFigure[], run: AgreementRun): string {
  const { table } = run;
  const head = `${table.tasks.length} tasks, ${table.workers.length} workers, ${table.ratings} labels, ${run.missing} missing, level ${run.level}\n\n`;
  const rows = figures.map(({ id, value, interval, reason }) => [
    id,
    formatNumber(value),
    formatNumber(interval?.low),
    formatNumber(interval?.high),
    reason === null ? "" : UNDEFINED_REASON_TEXT[reason],
  ]);
  const estimated =
    table.categories.length > DAWID_SKENE_CATEGORIES ? [] : fitDawidSkene(table).workers;
  const workers = estimated.map(({ worker, ratings, accuracy }) => [
    worker,
    String(ratings),
    formatNumber(accuracy),
  ]);
  return `${head}${formatTable([["coefficient", "value", "low", "high", ""], ...rows])}\n${formatTable([["worker", "labels", "accuracy (Dawid-Skene)"], ...workers])}`;
}

export const command: CliCommand = {
  name: "agreement",
  summary: "Agreement between workers: percentage, kappa, alpha, AC1, Dawid-Skene.",
  usage,
  async run(args, io) {
    const { values } = parseArgs({ args, options, strict: true });
    if (values.input === undefined) throw new UsageError("--input FILE.csv is needed");
    const level = parseLevel(values.level);
    const bootstrap = {
      seed: parseWholeNumber("seed", values.seed, 1, [0, 0xffffffff]),
      resamples: parseWholeNumber("bootstrap", values.bootstrap, 1000, [0, 1_000_000]),
      confidence: parseConfidence(values.confidence),
    };
    const categories = values.categories?.split(",").map((label) => label.trim());
    const csv = parseCsv(await readText(values.input));
    // An ordinal scale of words has the order of --categories; all other scales are numbers.
    const numeric = level !== "nominal" && categories === undefined;
    const parsed = parseRatings(csv, {
      numeric: numeric || level === "interval" || level === "ratio",
      ...(categories === undefined ? {} : { categories }),
    });
    if (reportRowErrors(values.input, parsed.errors, values["skip-bad-rows"], io)) {
      if (level === "ordinal" && numeric) {
        io.stderr.write("labels that are words need --categories to be ordinal\n");
      }
      return 1;
    }
    if (parsed.ratings.length === 0) {
      throw new AppError("input-invalid", `${values.input}: no labels (${parsed.missing} missing)`);
    }
    const table = createRatingTable(parsed.ratings, categories);
    const figures = measureAgreement(table, level, bootstrap);
    const run: AgreementRun = {
      table,
      missing: parsed.missing,
      skipped: parsed.errors.length,
      level,
      bootstrap,
    };
    io.stdout.write(
      values.json ? `${JSON.stringify(toJson(figures, run), null, 2)}\n` : toText(figures, run),
    );
    return 0;
  },
};
