import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readNpy } from "@/domain/npy";
import type { ReadyEncoder } from "@/inference/worker/model-host";
import { encodeFile, type EncodeFileRequest } from "./encode-file";
import { createModelTools } from "./model-tools";

const MODELS = fileURLToPath(new URL("../fixtures/models", import.meta.url));
const IMAGES = fileURLToPath(
  new URL("../../src/inference/images/fixtures/decode", import.meta.url),
);

let folder: string;
let model: ReadyEncoder;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "perigee-encode-"));
  const { models } = createModelTools({ models: MODELS, engine: "ort-node" });
  const signal = new AbortController().signal;
  model = await models.encoder({ id: "tiny-encoder", revision: "1" }, { signal });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Seen {
  readonly failures: [line: number, message: string][];
  readonly resumed: number[];
}

async function write(name: string, lines: readonly unknown[]): Promise<string> {
  const path = join(folder, name);
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(path, `${text.join("\n")}\n`);
  return path;
}

function request(
  input: string,
  output: string,
  change: Partial<EncodeFileRequest> = {},
): { request: EncodeFileRequest; seen: Seen } {
  const seen: Seen = { failures: [], resumed: [] };
  return {
    seen,
    request: {
      input,
      output: join(folder, output),
      model,
      modelName: "tiny-encoder@1",
      dimension: model.encoder.dimensions.at(-1)!,
      isRestart: false,
      signal: new AbortController().signal,
      onResume: (done) => seen.resumed.push(done),
      onProgress: () => undefined,
      onFailure: (line, message) => seen.failures.push([line, message]),
      ...change,
    },
  };
}

function rowNorms(bytes: Uint8Array): { shape: readonly number[]; norms: number[] } {
  const { shape, data } = readNpy(bytes);
  const [rows, columns] = shape as [number, number];
  const norms = Array.from({ length: rows }, (_, row) =>
    Math.hypot(...data.subarray(row * columns, (row + 1) * columns)),
  );
  return { shape, norms };
}

test("one unit row per line; lines that fail are reported and leave zeros", async () => {
  const input = await write("mixed.jsonl", [
    { text: "a red jacket" },
    { image: join(IMAGES, "420.jpg"), text: "jacket" },
    { image: "missing.jpg" },
    "not json",
    { image: join(IMAGES, "rgba.png") },
    { title: "neither" },
  ]);
  const { request: asked, seen } = request(input, "mixed.npy");
  expect(await encodeFile(asked)).toEqual({ rows: 6, failed: 3 });
  expect(seen.failures.map(([line]) => line)).toEqual([3, 4, 6]);
  expect(seen.failures[0]?.[1]).toMatch(/missing\.jpg cannot be read/);
  const { shape, norms } = rowNorms(await readFile(asked.output));
  expect(shape).toEqual([6, asked.dimension]);
  [1, 1, 0, 0, 1, 0].forEach((norm, row) => expect(norms[row]).toBeCloseTo(norm, 5));
  const errors = (await readFile(`${asked.output}.errors.jsonl`, "utf8")).trim().split("\n");
  expect(errors.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([3, 4, 6]);
  await expect(stat(`${asked.output}.progress.json`)).rejects.toThrow("ENOENT");
});

test("an interrupted run continues, and gives the same bytes as one without interruption", async () => {
  const lines = Array.from({ length: 150 }, (_, i) => ({ text: `jacket ${i}` }));
  const input = await write("long.jsonl", lines);
  const whole = request(input, "whole.npy");
  await encodeFile(whole.request);

  const abort = new AbortController();
  const first = request(input, "parts.npy", {
    signal: abort.signal,
    onProgress: (done) => {
      if (done >= 64) abort.abort(new Error("interrupted"));
    },
  });
  await expect(encodeFile(first.request)).rejects.toThrow("interrupted");
  await expect(stat(first.request.output)).rejects.toThrow("ENOENT");
  // A crash can leave rows that the progress file does not vouch for.
  await writeFile(`${first.request.output}.partial`, "garbage", { flag: "a" });

  const second = request(input, "parts.npy");
  expect(await encodeFile(second.request)).toEqual({ rows: 150, failed: 0 });
  expect(second.seen.resumed).toEqual([64]);
  expect(await readFile(second.request.output)).toEqual(await readFile(whole.request.output));
});

test("rows of another input are never continued; --restart begins anew", async () => {
  const input = await write("one.jsonl", [{ text: "a" }, { text: "b" }]);
  const abort = AbortSignal.abort(new Error("interrupted"));
  const first = request(input, "changed.npy", { signal: abort });
  await expect(encodeFile(first.request)).rejects.toThrow("interrupted");
  await write("one.jsonl", [{ text: "b" }, { text: "a" }]);
  await expect(encodeFile(request(input, "changed.npy").request)).rejects.toThrow(/--restart/);
  const again = request(input, "changed.npy", { isRestart: true });
  expect(await encodeFile(again.request)).toEqual({ rows: 2, failed: 0 });
});

test("an empty input gives an empty array; a missing one an error", async () => {
  const input = join(folder, "empty.jsonl");
  await writeFile(input, "");
  const { request: asked } = request(input, "empty.npy");
  await encodeFile(asked);
  expect(readNpy(await readFile(asked.output)).shape).toEqual([0, asked.dimension]);
  const missing = request(join(folder, "nowhere.jsonl"), "nowhere.npy");
  await expect(encodeFile(missing.request)).rejects.toThrow(/cannot be read/);
});
