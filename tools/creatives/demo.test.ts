import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { placeDemo } from "./demo";
import { MADE_WITH, planDemoTables, type DemoPlan } from "./demo-plan";
import type { Job } from "./render/jobs";

const COMMITTED = new URL("../../public/data/demo/", import.meta.url);
const PLAN: DemoPlan = {
  texts: { "pairs.jsonl": "{}\n" },
  jobs: ["images/one.webp", "images/two.webp"].map((file) => ({ file }) as Job),
  manifest: { made_with: MADE_WITH, pairs: 1 },
};
let folder: string;
let output: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-"));
  output = join(folder, "demo");
});

afterEach(() => rm(folder, { recursive: true }));

/** Writes ten bytes for each picture. */
async function render(jobs: readonly Job[], onProgress: (done: number) => void): Promise<void> {
  for (const [i, { file }] of jobs.entries()) {
    await writeFile(file, "0123456789");
    onProgress(i + 1);
  }
}

async function placeOldDemo(): Promise<void> {
  await mkdir(join(output, "images"), { recursive: true });
  await writeFile(join(output, "manifest.json"), JSON.stringify({ made_with: MADE_WITH }));
  await writeFile(join(output, "images/old.webp"), "old");
  await writeFile(join(output, "pairs.jsonl"), "old\n");
  await writeFile(join(output, "first-example.json"), "{}");
}

async function contentsOf(place: string): Promise<Record<string, string>> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const texts = paths.sort().map(async (path) => [path, await readFile(path, "utf8")] as const);
  return Object.fromEntries(await Promise.all(texts));
}

test("a new demo's recorded bytes are those of all its files but the manifest", async () => {
  const heard: number[][] = [];
  const manifest = await placeDemo(
    output,
    PLAN,
    (done, total) => heard.push([done, total]),
    render,
  );
  expect(manifest).toEqual({ ...PLAN.manifest, bytes: 23 });
  expect(JSON.parse(await readFile(join(output, "manifest.json"), "utf8"))).toEqual(manifest);
  expect(heard).toEqual([
    [1, 2],
    [2, 2],
  ]);
  expect(await readdir(folder)).toEqual(["demo"]);
});

test("a demo is replaced: old pictures go, the file of another tool stays and is counted", async () => {
  await placeOldDemo();
  const manifest = await placeDemo(output, PLAN, () => undefined, render);
  expect(manifest["bytes"]).toBe(25);
  expect((await readdir(join(output, "images"))).sort()).toEqual(["one.webp", "two.webp"]);
  expect(await readFile(join(output, "pairs.jsonl"), "utf8")).toBe("{}\n");
  expect(existsSync(join(output, "first-example.json"))).toBe(true);
  expect(await readdir(folder)).toEqual(["demo"]);
});

test.each([
  ["painting fails", () => Promise.reject(new Error("no paint")), 1000, "no paint"],
  ["it is too large", render, 24, "placeDemo: 25 bytes, more than 24"],
])("when %s the demo stays as it was", async (_, painter, limit, message) => {
  await placeOldDemo();
  const before = await contentsOf(output);
  const placed = placeDemo(output, PLAN, () => undefined, painter, limit);
  await expect(placed).rejects.toThrow(message);
  expect(await contentsOf(output)).toEqual(before);
  expect(await readdir(folder)).toEqual(["demo"]);
});

test.each([undefined, "not JSON", "null", '{ "made_with": "hand" }'])(
  "a folder whose manifest is %j is no demo, and is left alone",
  async (manifest) => {
    await mkdir(join(output, "images"), { recursive: true });
    await writeFile(join(output, "images/mine.webp"), "mine");
    if (manifest !== undefined) await writeFile(join(output, "manifest.json"), manifest);
    const before = await contentsOf(output);
    const placed = placeDemo(output, PLAN, () => undefined, render);
    await expect(placed).rejects.toThrow(/demo is there and holds no manifest\.json of a demo/u);
    expect(await contentsOf(output)).toEqual(before);
  },
);

/** All but the wording of reasons, which changes with the grammar and not with what is drawn. */
function withoutWording(line: string): unknown {
  const { explanations, explanations_zh, cot, ...rest } = JSON.parse(line) as Record<
    string,
    unknown
  >;
  return { ...rest, explained: [explanations, explanations_zh, cot].map((part) => typeof part) };
}

test("the committed demo is what the generator plans in this process, but for the wording of reasons", async () => {
  for (const [name, text] of Object.entries(planDemoTables().texts)) {
    const planned = text.trim().split("\n").map(withoutWording);
    const committed = (await readFile(new URL(name, COMMITTED), "utf8")).trim().split("\n");
    const differing = committed.filter(
      (line, i) => !isDeepStrictEqual(withoutWording(line), planned[i]),
    );
    expect([name, committed.length, differing]).toEqual([name, planned.length, []]);
  }
});
