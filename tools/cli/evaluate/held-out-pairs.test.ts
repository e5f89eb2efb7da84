import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import { UsageError } from "../command";
import { readHeldOut } from "./held-out-pairs";
import { pairRow } from "./pair-row";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "perigee-held-out-"));
});
afterAll(() => rm(root, { recursive: true }));

function pair(id: string, change: Readonly<Record<string, unknown>> = {}) {
  return { ...pairRow(id), ...change };
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** A folder with these pairs and their creatives. */
async function folderOf(name: string, pairs: readonly ReturnType<typeof pair>[]): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  const creatives = pairs
    .flatMap(({ id }) => [`${id}-a`, `${id}-b`])
    .map((id) => ({ id, file: `creatives/${id}.png`, factors: {} }));
  await writeFile(join(folder, "creatives.jsonl"), lines(creatives));
  await writeFile(join(folder, "pairs.jsonl"), lines(pairs));
  return folder;
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

test("folders are one set, in the order given: skip and limit count over all of them", async () => {
  const one = await folderOf("one", [pair("1"), pair("2", { split: "train" }), pair("3")]);
  const two = await folderOf("two", [pair("4"), pair("5", { unseen: true }), pair("6")]);
  const ids = async (folders: readonly string[], skip: number, limit: number) =>
    (await readHeldOut(folders, { subset: "test", skip, limit })).pairs.map(({ id }) => id);
  expect(await ids([one, two], 0, 10)).toEqual(["1", "3", "4", "6"]);
  expect(await ids([two, one], 0, 3)).toEqual(["4", "6", "1"]);
  expect(await ids([one, two], 1, 2)).toEqual(["3", "4"]);
  const { creatives } = await readHeldOut([one, two], { subset: "test" });
  expect(creatives.get("4-b")?.path).toBe(join(two, "creatives/4-b.png"));
});

test("each subset is the part that training/selector/evaluate.py names so", async () => {
  const folder = await folderOf("parts", [
    pair("val", { split: "val" }),
    pair("photo-val", { split: "val", source: "photo" }),
    pair("test"),
    pair("unseen", { unseen: true }),
    pair("unseen-photo", { unseen: true, source: "photo" }),
    pair("photo-test", { source: "photo" }),
    pair("train", { split: "train" }),
  ]);
  const ids = async (subset: "val" | "test" | "unseen" | "photo-val") =>
    (await readHeldOut([folder], { subset })).pairs.map(({ id }) => id);
  expect(await ids("val")).toEqual(["val"]);
  expect(await ids("photo-val")).toEqual(["photo-val"]);
  expect(await ids("test")).toEqual(["test"]);
  expect(await ids("unseen")).toEqual(["unseen", "unseen-photo"]);
});

test("sets may show the same products: a later set's ids bear its name", async () => {
  const first = await folderOf("first", [pair("1")]);
  const second = await folderOf("second", [pair("1"), pair("2")]);
  const { pairs, creatives } = await readHeldOut([first, second], { subset: "test" });
  expect(pairs.map(({ id, a, b }) => [id, a, b])).toEqual([
    ["1", "1-a", "1-b"],
    ["second/1", "second/1-a", "second/1-b"],
    ["2", "2-a", "2-b"],
  ]);
  expect(creatives.get("1-a")?.path).toBe(join(first, "creatives/1-a.png"));
  expect(creatives.get("second/1-a")?.path).toBe(join(second, "creatives/1-a.png"));
});

test("a folder that is given twice is refused, and an id that one file has twice", async () => {
  const folder = await folderOf("doubled", [pair("1")]);
  const twice = await failure(readHeldOut([folder, folder], { subset: "test" }));
  expect(twice).toBeInstanceOf(UsageError);
  expect(twice?.message).toMatch(/a folder comes twice/u);
  await writeFile(join(folder, "pairs.jsonl"), lines([pair("1"), pair("1")]));
  const doubled = await failure(readHeldOut([folder], { subset: "test" }));
  expect(doubled).toBeInstanceOf(AppError);
  expect(doubled?.message).toBe(`${join(folder, "pairs.jsonl")}: 1 is there twice`);
});

test("an empty choice is a usage error that names the parts there are", async () => {
  const folder = await folderOf("few", [pair("1"), pair("2"), pair("3", { split: "train" })]);
  const none = await failure(readHeldOut([folder], { subset: "photo-val" }));
  expect(none).toBeInstanceOf(UsageError);
  expect(none?.message).toContain("photo-val");
  expect(none?.message).toContain("train (1), test (2)");
  const beyond = await failure(readHeldOut([folder], { subset: "test", skip: 2 }));
  expect(beyond).toBeInstanceOf(UsageError);
  expect(beyond?.message).toBe("--skip 2: the subset test has only 2 pairs");
});

test("a pair whose creative is not listed is named before anything is compared", async () => {
  const folder = await folderOf("unlisted", [pair("1", { b: "nobody" })]);
  const error = await failure(readHeldOut([folder], { subset: "test" }));
  expect(error).toBeInstanceOf(AppError);
  expect(error?.message).toBe("pairs.jsonl: 1 names nobody, not in creatives.jsonl");
});

test("a bad row is named with file, row and field", async () => {
  const folder = await folderOf("bad", [pair("1"), pair("2", { p_a: 2 })]);
  const error = await failure(readHeldOut([folder], { subset: "test" }));
  expect(error?.message).toMatch(/pairs\.jsonl:2:[\s\S]*p_a/u);
});
