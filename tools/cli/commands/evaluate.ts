import { openAsBlob } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { QUESTION_IDS } from "@/domain/evaluation-protocol";
import { systemClock } from "@/shared/lib/system-clock";
import { UsageError, type CliCommand, type CliIo } from "../command";
import { readHeldOut, SUBSETS } from "../evaluate/held-out-pairs";
import { figuresOf, scoreRun, type Rate, type ScoredPair } from "../evaluate/selector-figures";
import { MODEL_OPTIONS, MODEL_USAGE } from "../model-options";
import { parseWholeNumber } from "../number-option";
import { createProgressBar } from "../progress-bar";
import { formatNumber, formatTable } from "../text-table";

const USAGE = `Usage: perigee evaluate selector --data DIR [OPTIONS]
       perigee evaluate encoder [OPTIONS]

Repeats the held-out tables of training/results with shipped weights.

selector: every pair of a part of a generated data set, in both display orders: accuracy against the
click model's ceiling, flips, the ten answers, and the share of reasons whose facts are true.
encoder: the drawn demo catalogue, and where the photographs lie at hand also the validation parts of
grocery (shop photo to item) and luma (other view to product).

Options:
  --data DIR       selector: a folder that "npm run creatives -- dataset" wrote
                   encoder: the folder with grocery/ and luma/ (default: ../shared/data)
  --subset NAME    selector: ${SUBSETS.join(", ")} (default: test)
  --language LANG  selector: en or zh (default: en)
  --limit N        selector: the first N pairs; encoder: N queries, drawn by seed 1 (default: all)
  --json           JSON instead of tables
${MODEL_USAGE}

Example:
  npm run --silent perigee -- evaluate selector --data .cache/creatives/train --limit 150
`;

const OPTIONS = {
  ...MODEL_OPTIONS,
  data: { type: "string" },
  subset: { type: "string", default: "test" },
  language: { type: "string", default: "en" },
  limit: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof readArguments>["values"];

function readArguments(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: OPTIONS });
}

function rateRow(name: string, { value, low, high, n }: Rate): string[] {
  return [name, formatNumber(value), formatNumber(low), formatNumber(high), String(n)];
}

async function evaluateSelector(values: Values, limit: number, io: CliIo): Promise<number> {
  const subset = SUBSETS.find((name) => name === values.subset);
  if (subset === undefined) {
    throw new UsageError(`--subset: expected ${SUBSETS.join(", ")}, got "${values.subset}"`);
  }
  const { data, language } = values;
  if (data === undefined) throw new UsageError("evaluate selector: --data DIR is needed");
  if (language !== "en" && language !== "zh") {
    throw new UsageError(`--language ${language}: the languages are en and zh`);
  }
  const { createModelTools } = await import("../model-tools");
  const { comparePair } = await import("@/inference/worker/compare-pair");
  const { decodeImageInNode } = await import("../node/decode-image");
  const { registry, engines, models } = createModelTools(values);
  const { pairs, creatives } = await readHeldOut(data, subset, limit);
  const { id, revision } = await registry.find("selector", values.model);
  const { signal } = io;
  const model = await models.selector({ id, revision }, { signal });
  const engine = await engines.engine();
  const open = (creative: string) => openAsBlob(join(data, creatives.get(creative)?.file ?? ""));
  const bar = createProgressBar(io.stderr, "compare", systemClock);
  const scored: ScoredPair[] = [];
  for (const pair of pairs) {
    const result = await comparePair(
      {
        model: { id, revision },
        imageA: await open(pair.a),
        imageB: await open(pair.b),
        title: pair.title[language],
        queries: pair.queries[language],
        language,
      },
      model,
      engine.id,
      { decode: decodeImageInNode, clock: systemClock, signal },
      () => undefined,
    );
    const [ab, ba] = result.runs.map((run) => scoreRun(run, pair, creatives, language));
    scored.push({ pair, probabilityA: result.probabilityA, runs: [ab!, ba!] });
    bar.update(scored.length, pairs.length);
  }
  bar.clear();
  const figures = figuresOf(scored);
  if (values.json) {
    const output = {
      model: { id, revision },
      engine: engine.id,
      data,
      subset,
      language,
      ...figures,
    };
    io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
    return 0;
  }
  const rows = [
    ["figure", "value", "low", "high", "n"],
    ["ceiling", formatNumber(figures.ceiling), "–", "–", String(figures.pairs)],
    rateRow("accuracy, orders averaged", figures.accuracy),
    [
      "accuracy / ceiling",
      formatNumber(figures.accuracyOfCeiling),
      "–",
      "–",
      String(figures.pairs),
    ],
    rateRow("accuracy of one run", figures.singleRun),
    rateRow("right in both orders", figures.bothOrders),
    rateRow("flips", figures.flips),
    rateRow("faithful reasons", figures.faithfulReasons),
    ...QUESTION_IDS.map((q) => rateRow(q.toUpperCase(), figures.questions[q])),
    ["ECE", formatNumber(figures.expectedCalibrationError), "–", "–", String(figures.pairs)],
  ];
  io.stdout.write(`${id}@${revision} on ${engine.id}: ${data}, ${subset}, ${language}\n\n`);
  io.stdout.write(formatTable(rows));
  return 0;
}

async function run(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [what, ...others] = positionals;
  if (others.length > 0 || (what !== "selector" && what !== "encoder")) {
    throw new UsageError(`expected "selector" or "encoder", got "${positionals.join(" ")}"`);
  }
  const limit = parseWholeNumber("limit", values.limit, Number.MAX_SAFE_INTEGER, [1, 2 ** 40]);
  if (what === "selector") return evaluateSelector(values, limit, io);
  const { evaluateEncoder } = await import("../evaluate/evaluate-encoder");
  return evaluateEncoder(values, limit, io);
}

export const command: CliCommand = {
  name: "evaluate",
  summary: "Repeat the held-out tables of the trained models.",
  usage: USAGE,
  run,
};
