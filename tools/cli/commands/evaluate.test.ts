import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pairRow } from "../evaluate/pair-row";
import { runCaptured } from "../run-captured";
import { command } from "./evaluate";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "perigee-evaluate-"));
});
afterAll(() => rm(root, { recursive: true }));

/** As a shell sees it, with the random models of the tests. */
function evaluate(args: readonly string[]) {
  return runCaptured(["evaluate", ...args, "--models", "tools/fixtures/models"], command);
}

interface Rate {
  readonly value: number;
  readonly low: number;
  readonly n: number;
}
interface Output {
  readonly data: readonly string[];
  readonly condition: string;
  readonly pairs: number;
  readonly flips: Rate;
  readonly faithfulReasons: Rate;
  readonly wellFormedResponses: Rate;
  readonly reasonsOutsideGrammar: Rate;
  /** |accuracy − confidence| where there is one pair: tells the probability. */
  readonly expectedCalibrationError: number;
}

async function selector(folders: readonly string[], ...options: string[]): Promise<Output> {
  const data = folders.flatMap((folder) => ["--data", folder]);
  const { code, out, err } = await evaluate(["selector", ...data, "--json", ...options]);
  expect({ code, err: err.replace(/^compare .*\n/gmu, "") }).toEqual({ code: 0, err: "" });
  return JSON.parse(out) as Output;
}

interface Look {
  readonly colors: readonly [string, string];
  readonly queries?: readonly string[];
}

/** A folder with one pair of the subset `test`, each side a square of one colour. */
async function folderOf(id: string, { colors, queries = ["lamp"] }: Look): Promise<string> {
  const folder = join(root, id);
  await mkdir(folder);
  const creatives = await Promise.all(
    colors.map(async (background, side) => {
      const file = `${id}-${side}.png`;
      const picture = { width: 20, height: 20, channels: 3, background } as const;
      await sharp({ create: picture }).png().toFile(join(folder, file));
      return { id: `${id}-${side}`, file, factors: { headline_interest: "" } };
    }),
  );
  const pair = {
    ...pairRow(id),
    product_id: id,
    a: `${id}-0`,
    b: `${id}-1`,
    queries: { en: queries, zh: [] },
  };
  const lines = (rows: readonly unknown[]) =>
    rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await writeFile(join(folder, "creatives.jsonl"), lines(creatives));
  await writeFile(join(folder, "pairs.jsonl"), lines([pair]));
  return folder;
}

test("several folders are one set; both orders, ten answers and the two form rates are counted", async () => {
  const one = await folderOf("one", { colors: ["red", "blue"] });
  const two = await folderOf("two", { colors: ["white", "black"] });
  const result = await selector([one, two]);
  expect(result).toMatchObject({ data: [one, two], condition: "full", pairs: 2 });
  expect(result.flips.n).toBe(2);
  expect(result.wellFormedResponses.n).toBe(4);
  // Random weights write no sentence of the grammar; Wilson's interval of n of n.
  const { value, low, n } = result.reasonsOutsideGrammar;
  expect(value).toBe(1);
  expect(low).toBeCloseTo(n / (n + 1.959964 ** 2), 6);
  expect(result.faithfulReasons).toMatchObject({ value: 0, n });
  const second = await selector([one, two], "--skip", "1");
  expect(second).toEqual({ ...(await selector([two])), data: [one, two], skip: 1 });
}, 120_000);

test("no-images is as if both pictures were mid-grey; the order then decides alone", async () => {
  const grey = await folderOf("grey", { colors: ["rgb(127,127,127)", "rgb(127,127,127)"] });
  const coloured = await folderOf("coloured", { colors: ["red", "blue"] });
  const withheld = await selector([coloured], "--condition", "no-images");
  expect(withheld.condition).toBe("no-images");
  expect(withheld).toEqual({
    ...(await selector([grey])),
    data: [coloured],
    condition: "no-images",
  });
  // The same prompt in both orders: its side wins both times, and the mean is a half.
  expect(withheld.flips.value).toBe(1);
  expect(withheld.expectedCalibrationError).toBeCloseTo(0.5, 9);
  expect((await selector([coloured])).expectedCalibrationError).not.toBeCloseTo(0.5, 9);
}, 120_000);

test("no-queries is as if nothing had been searched for", async () => {
  const colors = ["green", "yellow"] as const;
  const asked = await folderOf("asked", { colors });
  const silent = await folderOf("silent", { colors, queries: [] });
  const withheld = await selector([asked], "--condition", "no-queries");
  const { expectedCalibrationError: error } = await selector([silent]);
  expect(withheld.expectedCalibrationError).toBe(error);
  expect((await selector([asked])).expectedCalibrationError).not.toBe(error);
}, 120_000);

test("the table names what was run, with the form rates", async () => {
  const folder = await folderOf("table", { colors: ["red", "blue"] });
  const { out } = await evaluate(["selector", "--data", folder, "--condition", "no-queries"]);
  expect(out).toContain(`tiny-selector@1 on ort-node: ${folder}; test, no-queries, en\n`);
  expect(out).toMatch(/^well-formed responses +\d\.\d{4} .* 2$/mu);
  expect(out).toMatch(/^reasons outside the grammar +1\.0000 .* \d+$/mu);
}, 120_000);

test("an empty subset, an unknown condition or no folder are wrong arguments", async () => {
  const folder = await folderOf("arguments", { colors: ["red", "blue"] });
  const empty = await evaluate(["selector", "--data", folder, "--subset", "photo-val"]);
  expect(empty).toMatchObject({ code: 2, out: "" });
  expect(empty.err).toContain("--subset photo-val");
  expect(empty.err).toContain("there are test (1)");
  const odd = await evaluate(["selector", "--data", folder, "--condition", "blind"]);
  expect(odd.code).toBe(2);
  expect(odd.err).toContain("no-images");
  expect((await evaluate(["selector"])).code).toBe(2);
  expect((await evaluate(["encoder", "--data", "a", "--data", "b"])).code).toBe(2);
});

test("an unlisted creative and a missing picture are named; nothing is printed", async () => {
  const folder = await folderOf("broken", { colors: ["red", "blue"] });
  await rm(join(folder, "broken-1.png"));
  const missing = await evaluate(["selector", "--data", folder]);
  expect(missing).toMatchObject({ code: 1, out: "" });
  expect(missing.err).toContain(`${join(folder, "broken-1.png")} cannot be read`);
  await writeFile(join(folder, "creatives.jsonl"), "");
  const unlisted = await evaluate(["selector", "--data", folder]);
  expect(unlisted).toMatchObject({ code: 1, out: "" });
  expect(unlisted.err).toBe(
    "perigee evaluate: pairs.jsonl: broken names broken-0, not in creatives.jsonl\n",
  );
});
