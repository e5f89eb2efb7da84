/**
 * Computes the result that a first visit to /compare opens with: the shipped selector on a built-in
 * example, in both languages, through the command line that every user has. Writes
 * public/data/demo/first-example.json. Run it after each new selector, with an example whose stated
 * facts are all so (r10: summer-tshirt); the others show what it gets wrong:
 *
 *   npx tsx tools/make-first-example.ts [EXAMPLE_ID]   (the first one unless told otherwise)
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseExamples, parseStoredExample, type ExampleSet } from "@/compare/logic/stored-example";

const DEMO = "public/data/demo";
const MODELS = "public/models";

interface CliComparison {
  readonly model: { readonly id: string; readonly revision: string };
  readonly runs: unknown;
  readonly probability_a: number;
  readonly orders_agree: boolean;
  readonly engine: string;
  readonly timings: unknown;
}

async function compare(set: ExampleSet, language: "en" | "zh"): Promise<CliComparison> {
  const [a, b] = set.images;
  if (a === undefined || b === undefined) throw new Error(`${set.id}: fewer than two images`);
  const queries = set.queries[language].flatMap((query) => ["--query", query]);
  const { stdout } = await promisify(execFile)(
    "npx",
    ["tsx", "tools/cli/main.ts", "compare", join(DEMO, a), join(DEMO, b), "--json"].concat(
      ["--title", set.title[language], "--language", language],
      queries,
    ),
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return JSON.parse(stdout) as CliComparison;
}

function toOutcome(comparison: CliComparison) {
  const { runs, engine, timings } = comparison;
  return {
    runs,
    probabilityA: comparison.probability_a,
    ordersAgree: comparison.orders_agree,
    engine,
    timings,
  };
}

const examples = parseExamples(JSON.parse(await readFile(join(DEMO, "examples.json"), "utf8")));
const wanted = process.argv[2] ?? examples[0]?.id;
const set = examples.find(({ id }) => id === wanted);
if (set === undefined) {
  console.error(`make-first-example: no example "${wanted ?? ""}" in ${DEMO}/examples.json`);
  process.exit(2);
}
const en = await compare(set, "en");
const zh = await compare(set, "zh");
const { id, revision } = en.model;
const manifestPath = join(MODELS, id, revision, "manifest.json");
const manifest = JSON.parse(await readFile(manifestPath, "utf8")) as { name: string };
const stored = {
  version: 1,
  exampleId: set.id,
  model: { id, revision, name: manifest.name },
  createdAt: new Date().toISOString(),
  results: { en: toOutcome(en), zh: toOutcome(zh) },
};
parseStoredExample(stored);
await writeFile(join(DEMO, "first-example.json"), `${JSON.stringify(stored, null, 2)}\n`);
console.log(`${DEMO}/first-example.json: ${set.id}, ${id} ${revision}, A ${en.probability_a}`);
