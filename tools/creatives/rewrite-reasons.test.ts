import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { planDataset, writeRecords } from "./dataset";
import type { PairRecord } from "./plan/pairs";
import { rewriteReasons } from "./rewrite-reasons";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "reasons-"));
  const options = {
    output: folder,
    seed: 31,
    products: 24,
    pairs: 40,
    size: 1,
    perProduct: 4,
    variants: 1,
    viewsPerProduct: 0,
  };
  await writeRecords(planDataset(options), options);
});

afterEach(() => rm(folder, { recursive: true }));

async function pairsIn(path: string): Promise<PairRecord[]> {
  const lines = (await readFile(path, "utf8")).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as PairRecord);
}

test("the pairs keep all but their reasons, of which each order and language gets as many as asked", async () => {
  const output = join(folder, "more.jsonl");
  const before = await pairsIn(join(folder, "pairs.jsonl"));
  expect(await rewriteReasons(folder, output, 3, 1)).toBe(before.length);
  const after = await pairsIn(output);
  expect(after.map((pair) => ({ ...pair, reasons: 0 }))).toEqual(
    before.map((pair) => ({ ...pair, reasons: 0 })),
  );
  for (const { reasons } of after)
    for (const order of ["AB", "BA"] as const)
      expect([reasons[order].en.length, reasons[order].zh.length]).toEqual([3, 3]);
});

test("written over the file that is read, the pairs are the same as in a file of their own", async () => {
  const [other, own] = [join(folder, "other.jsonl"), join(folder, "pairs.jsonl")];
  const pairs = await rewriteReasons(folder, other, 2, 7);
  expect(pairs).toBeGreaterThan(20);
  expect(await rewriteReasons(folder, own, 2, 7)).toBe(pairs);
  expect(await readFile(own, "utf8")).toBe(await readFile(other, "utf8"));
});

test("a pair that cannot be written leaves the file as it was, and no unfinished one", async () => {
  const own = join(folder, "pairs.jsonl");
  const lines = (await readFile(own, "utf8")).trim().split("\n");
  const odd = { ...(JSON.parse(lines.at(-1)!) as PairRecord), id: "odd", a: "none" };
  const text = [...lines, JSON.stringify(odd), ""].join("\n");
  await writeFile(own, text);
  const names = await readdir(folder);
  await expect(rewriteReasons(folder, own, 1, 1)).rejects.toThrow(/pair odd names a creative/u);
  expect(await readFile(own, "utf8")).toBe(text);
  expect(await readdir(folder)).toEqual(names);
});

test("a folder that is missing, to read from or to write into, is an error of the call", async () => {
  const missing = join(folder, "none");
  await expect(rewriteReasons(missing, join(folder, "x.jsonl"), 1, 1)).rejects.toThrow(/ENOENT/u);
  await expect(rewriteReasons(folder, join(missing, "x.jsonl"), 1, 1)).rejects.toThrow(/ENOENT/u);
  expect(await readdir(folder)).not.toContain("none");
});
