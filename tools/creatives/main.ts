import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  planCatalogue,
  planDataset,
  toLines,
  writeRecords,
  writeSessions,
  type DatasetOptions,
} from "./dataset";
import { count, share } from "./arguments";
import { makeFixture } from "./reasoning/make-fixture";
import { renderAll } from "./render/pool";
import { loadPhotoProducts } from "./photos/luma";
import { writeDemo } from "./demo";
import { writeContactSheet } from "./sheet";
import { rewriteReasons } from "./rewrite-reasons";
import { describePairs, statsOf } from "./stats";

const HELP = `Usage: npm run creatives -- <command> [options]

Commands
  demo      write the demo data (--output DIR, default public/data/demo)
  fixture   rewrite the cases on which the two reason checkers must agree
  reasons   copy a data set's pairs with more wordings of their reasons
            --folder DIR --output FILE --variants N (8) --seed N (1)
  sheet     a contact sheet of a folder: --folder DIR --output FILE.png --limit N --skip N
  dataset   draw products and creatives, with pairs, labels, answers and reasons
            --output DIR (required)  --seed N (1)  --products N (200)
            --pairs N (600, at most: a product's few creatives may have fewer that differ enough)
            --size PX (224)  --creatives-per-product N (4)  --views N (3)  --variants N (2)
            --sessions N (4, the mean of shopping sessions per product; 0 for none)
            --threads N (all)  --photos DIR (a folder with products.jsonl and photographs)
            --photo-share X (0.25, the share of pairs that show photographs)
  sessions  write only the sessions.jsonl that "dataset" writes for the same options
            --output DIR (required)  --seed N (1)  --products N (200)  --views N (3)
            --sessions N (4)
`;

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === undefined || command === "--help" || command === "-h") {
    process.stdout.write(HELP);
    return command === undefined ? 2 : 0;
  }
  if (command === "dataset") return dataset(rest);
  if (command === "sessions") return sessions(rest);
  if (command === "demo") return demo(rest);
  if (command === "reasons") return reasons(rest);
  if (command === "sheet") return sheet(rest);
  if (command === "fixture") return fixture();
  process.stderr.write(`creatives: no command "${command}"\n\n${HELP}`);
  return 2;
}

const NUMBERS = [
  "seed",
  "products",
  "pairs",
  "size",
  "creatives-per-product",
  "views",
  "variants",
  "sessions",
  "threads",
] as const;

/** Options of a data set from those of `names` that were given, else their defaults. */
function readSettings(args: readonly string[], names: readonly string[]) {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const values = parseArgs({ args: [...args], options }).values as Record<
    string,
    string | undefined
  >;
  const output = values["output"];
  if (output === undefined) throw new Error("--output DIR is missing");
  const settings: DatasetOptions = {
    output,
    seed: count(values, "seed", 1),
    products: count(values, "products", 200),
    pairs: count(values, "pairs", 600),
    size: count(values, "size", 224),
    perProduct: count(values, "creatives-per-product", 4),
    variants: count(values, "variants", 2),
    viewsPerProduct: count(values, "views", 3),
    sessionsPerProduct: count(values, "sessions", 4),
  };
  return { values, settings };
}

async function sessions(args: readonly string[]): Promise<number> {
  const { settings } = readSettings(args, ["output", "seed", "products", "views", "sessions"]);
  const plan = planCatalogue(settings);
  await writeSessions(plan, settings.output);
  process.stdout.write(`${plan.sessions.length} sessions in ${settings.output}\n`);
  return 0;
}

async function dataset(args: readonly string[]): Promise<number> {
  const { values, settings } = readSettings(args, ["output", "photos", "photo-share", ...NUMBERS]);
  const { output } = settings;
  const threads = count(values, "threads", 0);
  const photoShare = share(values, "photo-share", 0.25);
  for (const folder of ["creatives", "views"])
    await mkdir(join(output, folder), { recursive: true });
  const photos = values["photos"];
  const photoProducts =
    photos === undefined ? [] : await loadPhotoProducts(photos, join(output, "cutouts"));
  if (photos !== undefined)
    process.stderr.write(`${photoProducts.length} products cut out of photographs\n`);
  const asked: DatasetOptions = { ...settings, photoProducts, photoShare };
  const plan = planDataset(asked);
  process.stderr.write(`${describePairs(plan, asked)}\n${plan.jobs.length} pictures to paint\n`);
  await writeRecords(plan, asked);
  const result = await renderAll(
    plan.jobs,
    (done) => progress(done, plan.jobs.length),
    threads === 0 ? undefined : threads,
  );
  const stats = statsOf(plan, asked, result);
  await writeFile(join(output, "stats.json"), `${JSON.stringify(stats, null, 2)}\n`);
  process.stderr.write("\n");
  process.stdout.write(`${JSON.stringify(stats)}\n`);
  return 0;
}

async function demo(args: readonly string[]): Promise<number> {
  const options = { output: { type: "string", default: "public/data/demo" } } as const;
  const { output } = parseArgs({ args: [...args], options }).values;
  const manifest = await writeDemo(output, progress);
  process.stderr.write("\n");
  process.stdout.write(`${JSON.stringify(manifest)}\n`);
  return 0;
}

async function reasons(args: readonly string[]): Promise<number> {
  const options = {
    folder: { type: "string" },
    output: { type: "string" },
    variants: { type: "string" },
    seed: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.folder === undefined || values.output === undefined)
    throw new Error("reasons: --folder DIR and --output FILE are needed");
  const pairs = await rewriteReasons(
    values.folder,
    values.output,
    count(values, "variants", 8),
    count(values, "seed", 1),
  );
  process.stdout.write(`${pairs} pairs in ${values.output}\n`);
  return 0;
}

async function sheet(args: readonly string[]): Promise<number> {
  const options = {
    folder: { type: "string" },
    output: { type: "string" },
    limit: { type: "string" },
    skip: { type: "string" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.folder === undefined || values.output === undefined)
    throw new Error("sheet: --folder DIR and --output FILE.png are needed");
  await writeContactSheet(
    values.folder,
    values.output,
    count(values, "limit", 60),
    190,
    count(values, "skip", 0),
  );
  return 0;
}

const FIXTURE_FILE = "tools/creatives/reasoning/fixture.jsonl";
const FIXTURE_SEED = 404;

async function fixture(): Promise<number> {
  const plan = planDataset({
    output: "",
    seed: FIXTURE_SEED,
    // Of many products a few get a pair: every one then has others of another kind in its split.
    products: 320,
    pairs: 16,
    size: 1,
    perProduct: 4,
    variants: 1,
    viewsPerProduct: 0,
  });
  const cases = makeFixture(plan, FIXTURE_SEED);
  await writeFile(FIXTURE_FILE, toLines(cases));
  process.stdout.write(`${cases.length} cases in ${FIXTURE_FILE}\n`);
  return 0;
}

let lastShown = 0;
function progress(done: number, total: number): void {
  if (performance.now() - lastShown < 1000 && done < total) return;
  lastShown = performance.now();
  process.stderr.write(`\r${done} of ${total} pictures`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`creatives: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
