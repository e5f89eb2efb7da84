import { parseArgs } from "node:util";
import { parseComparisons, type NamedComparison } from "@/domain/csv-judgements";
import { binomialTest, wilsonInterval } from "@/domain/statistics/binomial";
import {
  fitBradleyTerry,
  type BradleyTerryFit,
  type BradleyTerryOptions,
  type Estimate,
  type RidgeReason,
} from "@/domain/statistics/bradley-terry";
import { rankRanges } from "@/domain/statistics/pair-selection";
import { AppError } from "@/shared/lib/errors";
import { UsageError, type CliCommand } from "../command";
import { parseConfidence } from "../number-option";
import { parseCsv, readText, reportRowErrors } from "../read-csv";
import { formatNumber, formatTable } from "../text-table";

const usage = `Usage: perigee rank --input FILE.csv [OPTIONS]

Ranks items from judged pairs by a Bradley-Terry model with ties (Davidson) and a side-bias term.
FILE has the columns left,right,label[,worker] (CSV, TSV or semicolons; "-" reads standard input);
label is left, right or tie, or the winner's name. Strengths are on the log scale with mean 0 within
each connected group of items.

  --json               print JSON (docs/metrics.md describes it) instead of a table
  --ties MODEL         davidson (default) or half: a tie is half a win for each
  --no-side-bias       leave the side-bias term out
  --ridge R            precision of a normal prior on strengths (default: 0, or 0.1 on all parameters
                       where no finite estimate exists; the output says so)
  --confidence C       coverage of the intervals (default 0.95)
  --skip-bad-rows      leave out rows with errors instead of stopping

Exit codes: 0 done, 1 unusable rows or file, 2 wrong arguments.
`;

const options = {
  input: { type: "string" },
  json: { type: "boolean", default: false },
  ties: { type: "string", default: "davidson" },
  "no-side-bias": { type: "boolean", default: false },
  ridge: { type: "string" },
  confidence: { type: "string" },
  "skip-bad-rows": { type: "boolean", default: false },
} as const;

const RIDGE_WARNING = {
  none: null,
  requested: null,
  "not-strongly-connected":
    "some items only won or only lost, so no finite maximum likelihood estimate exists; a normal prior was used",
  "no-finite-maximum":
    "the likelihood has no finite maximum (for example, one side always won); a normal prior was used",
} as const satisfies Record<RidgeReason, string | null>;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

interface RankInput {
  readonly items: readonly string[];
  readonly comparisons: readonly NamedComparison[];
  readonly missing: number;
  readonly skipped: number;
}

function fitRows(
  { items, comparisons }: RankInput,
  fitOptions: BradleyTerryOptions,
): BradleyTerryFit {
  const index = new Map(items.map((item, i) => [item, i]));
  const rows = comparisons.map(({ left, right, outcome }) => ({
    left: index.get(left) as number,
    right: index.get(right) as number,
    outcome,
  }));
  return fitBradleyTerry(items.length, rows, fitOptions);
}

/** Wins, losses and ties of each item. */
function tally({ items, comparisons }: RankInput): Map<string, [number, number, number]> {
  const counts = new Map(items.map((item) => [item, [0, 0, 0] as [number, number, number]]));
  for (const { left, right, outcome } of comparisons) {
    const leftCounts = counts.get(left);
    const rightCounts = counts.get(right);
    if (leftCounts === undefined || rightCounts === undefined) continue;
    leftCounts[outcome === "left" ? 0 : outcome === "right" ? 1 : 2]++;
    rightCounts[outcome === "right" ? 0 : outcome === "left" ? 1 : 2]++;
  }
  return counts;
}

/** How often the left one was preferred among decided pairs, against chance. */
function leftShare(comparisons: readonly NamedComparison[], confidence: number): object {
  const left = comparisons.filter(({ outcome }) => outcome === "left").length;
  const right = comparisons.filter(({ outcome }) => outcome === "right").length;
  const decided = left + right;
  return {
    value: decided === 0 ? null : left / decided,
    ...wilsonInterval(left, decided, confidence),
    p_value: binomialTest(left, decided),
    left,
    right,
    ties: comparisons.length - decided,
  };
}

function estimateToJson(estimate: Estimate): object {
  return {
    value: estimate.value,
    low: estimate.low,
    high: estimate.high,
    standard_error: estimate.standardError,
    robust_standard_error: estimate.robustStandardError,
    p_value: estimate.pValue,
  };
}

function itemsToJson(input: RankInput, fit: BradleyTerryFit, plain: BradleyTerryFit): object[] {
  const counts = tally(input);
  const ranges = rankRanges(fit);
  return input.items
    .map((item, i) => {
      const estimate = fit.strengths[i] as Estimate;
      const [wins = 0, losses = 0, ties = 0] = counts.get(item) ?? [];
      return {
        item,
        rank: ranges[i]?.rank ?? null,
        rank_best: ranges[i]?.best ?? null,
        rank_worst: ranges[i]?.worst ?? null,
        strength: estimate.value,
        low: estimate.low,
        high: estimate.high,
        standard_error: estimate.standardError,
        robust_standard_error: estimate.robustStandardError,
        probability_vs_average: {
          value: logistic(estimate.value),
          low: logistic(estimate.low),
          high: logistic(estimate.high),
        },
        strength_without_side: plain.strengths[i]?.value ?? null,
        component: fit.component[i] ?? null,
        comparisons: wins + losses + ties,
        wins,
        losses,
        ties,
      };
    })
    .toSorted((a, b) => (a.component ?? 0) - (b.component ?? 0) || b.strength - a.strength);
}

function tieToJson(logTie: Estimate): object {
  const nu = {
    value: Math.exp(logTie.value),
    low: Math.exp(logTie.low),
    high: Math.exp(logTie.high),
  };
  return {
    log_nu: estimateToJson(logTie),
    nu,
    probability_between_equals: {
      value: nu.value / (2 + nu.value),
      low: nu.low / (2 + nu.low),
      high: nu.high / (2 + nu.high),
    },
  };
}

function sideToJson(side: Estimate | null, input: RankInput, confidence: number): object {
  return {
    log_odds: side === null ? null : estimateToJson(side),
    probability_left: side && {
      value: logistic(side.value),
      low: logistic(side.low),
      high: logistic(side.high),
    },
    left_share: leftShare(input.comparisons, confidence),
  };
}

function warningsOf(fit: BradleyTerryFit): string[] {
  const ridge = RIDGE_WARNING[fit.ridgeReason];
  const apart = fit.componentSizes.length;
  return [
    ...(ridge === null ? [] : [`${ridge} (ridge ${fit.ridge})`]),
    ...(fit.sideBiasIdentified
      ? []
      : [
          "no pair was shown both ways round, so a side bias cannot be told from strengths; left out",
        ]),
    ...(apart > 1
      ? [
          `items fall into ${apart} groups without comparisons between them; ranks hold within a group`,
        ]
      : []),
  ];
}

function toJson(
  input: RankInput,
  fit: BradleyTerryFit,
  plain: BradleyTerryFit,
  model: BradleyTerryOptions,
): object {
  const byWorker = new Map<string, NamedComparison[]>();
  for (const row of input.comparisons) {
    if (row.worker === null) continue;
    const rows = byWorker.get(row.worker) ?? [];
    rows.push(row);
    byWorker.set(row.worker, rows);
  }
  return {
    model: {
      name: fit.logTie === null ? "bradley-terry" : "davidson",
      ties: model.ties,
      side_bias: fit.sideBias !== null,
      scale: "natural log, mean 0 within each component",
      confidence: fit.confidence,
      ridge: fit.ridge,
      ridge_reason: fit.ridgeReason,
      log_likelihood: fit.logLikelihood,
      iterations: fit.iterations,
    },
    comparisons: input.comparisons.length,
    missing: input.missing,
    skipped_rows: input.skipped,
    components: fit.componentSizes.map((items, id) => ({ id, items })),
    items: itemsToJson(input, fit, plain),
    side_bias: sideToJson(fit.sideBias, input, fit.confidence),
    tie: fit.logTie === null ? null : tieToJson(fit.logTie),
    workers: [...byWorker].map(([worker, rows]) => ({
      worker,
      comparisons: rows.length,
      left_share: leftShare(rows, fit.confidence),
    })),
    warnings: warningsOf(fit),
  };
}

function toText(input: RankInput, fit: BradleyTerryFit): string {
  const ranges = rankRanges(fit);
  const order = input.items
    .map((_, i) => i)
    .toSorted(
      (a, b) =>
        (fit.component[a] ?? 0) - (fit.component[b] ?? 0) ||
        (fit.strengths[b]?.value ?? 0) - (fit.strengths[a]?.value ?? 0),
    );
  const rows = order.map((i) => {
    const { value, low, high } = fit.strengths[i] as Estimate;
    const range = ranges[i];
    return [
      String(fit.component[i]),
      String(range?.rank),
      `${range?.best}-${range?.worst}`,
      input.items[i] ?? "",
      formatNumber(value),
      formatNumber(low),
      formatNumber(high),
      formatNumber(logistic(value)),
    ];
  });
  const side =
    fit.sideBias === null
      ? ""
      : `\nSide bias (log odds for left): ${formatNumber(fit.sideBias.value)} [${formatNumber(fit.sideBias.low)}, ${formatNumber(fit.sideBias.high)}], p = ${formatNumber(fit.sideBias.pValue)}\n`;
  const header = ["group", "rank", "range", "item", "strength", "low", "high", "P(beats average)"];
  return `${formatTable([header, ...rows])}${side}`;
}

function parseModel(values: {
  ties: string;
  ridge?: string | undefined;
  confidence?: string | undefined;
  "no-side-bias": boolean;
}): BradleyTerryOptions {
  const { ties } = values;
  if (ties !== "davidson" && ties !== "half") {
    throw new UsageError(`--ties: expected davidson or half, got "${ties}"`);
  }
  const ridge = values.ridge === undefined ? "auto" : Number(values.ridge);
  if (ridge !== "auto" && !(ridge >= 0 && Number.isFinite(ridge))) {
    throw new UsageError(`--ridge: expected a number of at least 0, got "${values.ridge}"`);
  }
  return {
    ties,
    ridge,
    sideBias: !values["no-side-bias"],
    confidence: parseConfidence(values.confidence),
  };
}

export const command: CliCommand = {
  name: "rank",
  summary: "Rank items from judged pairs: Bradley-Terry/Davidson with intervals and side bias.",
  usage,
  async run(args, io) {
    const { values } = parseArgs({ args, options, strict: true });
    if (values.input === undefined) throw new UsageError("--input FILE.csv is needed");
    const model = parseModel(values);
    const parsed = parseComparisons(parseCsv(await readText(values.input)));
    if (reportRowErrors(values.input, parsed.errors, values["skip-bad-rows"], io)) return 1;
    if (parsed.comparisons.length === 0) {
      throw new AppError(
        "input-invalid",
        `${values.input}: no judged pairs (${parsed.missing} rows without a label)`,
      );
    }
    const input: RankInput = {
      items: [...new Set(parsed.comparisons.flatMap(({ left, right }) => [left, right]))],
      comparisons: parsed.comparisons,
      missing: parsed.missing,
      skipped: parsed.errors.length,
    };
    const fit = fitRows(input, model);
    for (const warning of warningsOf(fit)) io.stderr.write(`${values.input}: ${warning}\n`);
    if (values.json) {
      const plain = model.sideBias ? fitRows(input, { ...model, sideBias: false }) : fit;
      io.stdout.write(`${JSON.stringify(toJson(input, fit, plain, model), null, 2)}\n`);
    } else io.stdout.write(toText(input, fit));
    return 0;
  },
};
