import { parseArgs } from "node:util";
import { UsageError, type CliCommand, type CliIo } from "../command";
import { CONDITIONS } from "../evaluate/conditions";
import { SUBSETS } from "../evaluate/held-out-pairs";
import { MODEL_OPTIONS, MODEL_USAGE } from "../model-options";
import { parseWholeNumber } from "../number-option";

const USAGE = `Usage: perigee evaluate selector --data DIR [--data DIR …] [OPTIONS]
       perigee evaluate encoder [OPTIONS]

Repeats the held-out tables of training/results with shipped weights.

selector: every pair of a part of generated data sets, in both display orders: accuracy against the
click model's ceiling, flips, the ten answers, the share of reasons whose facts are true, and of
responses that keep to the format.
encoder: the drawn demo catalogue, and where the photographs lie at hand also the validation parts of
grocery (shop photo to item) and luma (other view to product, among the held-out products alone and
among the whole catalogue).

Options:
  --data DIR       selector: a folder that "npm run creatives -- dataset" wrote; several are read as one
                   set, in the order given
                   encoder: the folder with grocery/ and luma/ (default: ../shared/data)
  --subset NAME    selector: ${SUBSETS.join(", ")} (default: test)
  --condition C    selector: ${CONDITIONS.join(", ")} (default: full); no-images shows a grey
                   picture on both sides
  --language LANG  selector: en or zh (default: en)
  --skip N         selector: leave out the first N pairs of the subset
  --limit N        selector: at most N pairs, from the first on; encoder: N queries, drawn by seed 1
                   (default: all)
  --demo DIR       encoder: the demo catalogue (default: public/data/demo)
  --json           JSON instead of tables
${MODEL_USAGE}

Example:
  npm run --silent perigee -- evaluate selector --data .cache/creatives/train --limit 150
`;

const OPTIONS = {
  ...MODEL_OPTIONS,
  data: { type: "string", multiple: true },
  subset: { type: "string", default: "test" },
  condition: { type: "string", default: "full" },
  language: { type: "string", default: "en" },
  skip: { type: "string" },
  limit: { type: "string" },
  demo: { type: "string", default: "public/data/demo" },
  json: { type: "boolean", default: false },
} as const;

function readArguments(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: OPTIONS });
}

type Values = ReturnType<typeof readArguments>["values"];

function choose<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((entry) => entry === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${name}: expected ${known.join(", ")}, got "${value}"`);
}

async function evaluateSelector(values: Values, limit: number, io: CliIo): Promise<number> {
  const { data: folders = [], model, models, engine, json } = values;
  const subset = choose("subset", values.subset, SUBSETS);
  const condition = choose("condition", values.condition, CONDITIONS);
  const language = choose("language", values.language, ["en", "zh"]);
  const skip = parseWholeNumber("skip", values.skip, 0);
  if (folders.length === 0) throw new UsageError("evaluate selector: --data DIR is needed");
  const evaluation = await import("../evaluate/evaluate-selector");
  return await evaluation.evaluateSelector(
    { folders, subset, condition, language, skip, limit, model, models, engine, json },
    io,
  );
}

async function evaluateEncoder(values: Values, limit: number, io: CliIo): Promise<number> {
  const { data: [photos = "../shared/data", ...others] = [], demo } = values;
  const { model, models, engine, json } = values;
  if (others.length > 0) throw new UsageError("evaluate encoder: --data takes one folder");
  const evaluation = await import("../evaluate/evaluate-encoder");
  return await evaluation.evaluateEncoder({ photos, demo, limit, model, models, engine, json }, io);
}

async function run(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = readArguments(args);
  const [what, ...others] = positionals;
  if (others.length > 0 || (what !== "selector" && what !== "encoder")) {
    throw new UsageError(`expected "selector" or "encoder", got "${positionals.join(" ")}"`);
  }
  const limit = parseWholeNumber("limit", values.limit, Number.MAX_SAFE_INTEGER, [1, 2 ** 40]);
  return await (what === "selector" ? evaluateSelector : evaluateEncoder)(values, limit, io);
}

export const command: CliCommand = {
  name: "evaluate",
  summary: "Repeat the held-out tables of the trained models.",
  usage: USAGE,
  run,
};
