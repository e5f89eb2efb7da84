import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import { evaluateEncoder, type EncoderRequest } from "./evaluate-encoder";

let root: string;
let request: EncoderRequest;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "perigee-evaluate-"));
  request = {
    photos: join(root, "photos"),
    demo: join(root, "demo"),
    limit: Number.MAX_SAFE_INTEGER,
    model: "tiny-encoder",
    models: "tools/fixtures/models",
    engine: "ort-node",
    json: false,
  };
});
afterAll(() => rm(root, { recursive: true }));

async function evaluate(change: Partial<EncoderRequest> = {}) {
  let [out, err] = ["", ""];
  const stdout = new PassThrough().on("data", (chunk) => (out += String(chunk)));
  const stderr = new PassThrough().on("data", (chunk) => (err += String(chunk)));
  const { signal } = new AbortController();
  const code = await evaluateEncoder({ ...request, ...change }, { stdout, stderr, signal });
  return { code, out, err };
}

async function write(path: string, rows: readonly unknown[]): Promise<void> {
  const lines = rows.map((row) => JSON.stringify(row)).join("\n");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, path.endsWith(".json") ? JSON.stringify(rows) : lines);
}

async function draw(folder: string, files: readonly string[]): Promise<void> {
  for (const [i, file] of files.entries()) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    const background = { r: (i * 90) % 256, g: (i * 50) % 256, b: 80 };
    const picture = { width: 16, height: 16, channels: 3, background } as const;
    await sharp({ create: picture }).png().toFile(join(folder, file));
  }
}

/** Of these, 24-MB03 and 24-MB04 are held out. */
const LUMA = ["24-MB01", "24-MB02", "24-MB03", "24-MB04", "24-MB05", "24-MB06", "24-UB02"];

async function writeLuma(): Promise<void> {
  const folder = join(request.photos, "luma");
  const products = LUMA.map((id) => ({
    id,
    title: `Bag ${id}`,
    categories: [["Gear", "Bags"]],
    images: [
      { file: `images/${id}-0.png`, view: "main" },
      { file: `images/${id}-1.png`, view: "alt" },
    ],
  }));
  await write(join(folder, "products.jsonl"), products);
  await draw(
    folder,
    products.flatMap(({ images }) => images.map(({ file }) => file)),
  );
}

test("without any data set it fails, and says where it looked", async () => {
  const error = await evaluate().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(AppError);
  const { message } = error as AppError;
  expect(message).toContain("no data set at hand");
  for (const folder of ["demo", "photos/grocery", "photos/luma"]) {
    expect(message).toContain(join(root, folder));
  }
});

test("luma has two pools: the held-out products alone, and the whole catalogue", async () => {
  await writeLuma();
  const { code, out, err } = await evaluate();
  expect(code).toBe(0);
  expect(err).toContain(`grocery: left out, there is no folder ${join(root, "photos/grocery")}`);
  expect(out).toMatch(/^luma \(held-out products\) i-mm +R@1 .* 2 +2$/mu);
  expect(out).toMatch(/^luma \(whole catalogue\) i-mm +R@1 .* 2 +7$/mu);
  expect(out).not.toMatch(/^luma i-mm/mu);
  const { out: json } = await evaluate({ json: true });
  const reports = JSON.parse(json) as readonly {
    readonly data_set: { readonly name: string; readonly candidates: number };
    readonly predictions: readonly unknown[];
  }[];
  expect(reports.map(({ data_set: { name, candidates } }) => [name, candidates])).toEqual([
    ["Luma: other view → product (held-out products)", 2],
    ["Luma: other view → product (whole catalogue)", 7],
  ]);
  expect(reports[0]?.predictions).toEqual([]);
}, 120_000);

test("grocery asks with held-out photos, among all items", async () => {
  const grocery = join(request.photos, "grocery");
  const items = ["Fuji", "Kiwi"].map((title, id) => ({
    id,
    title,
    coarse: title,
    description: "Round.",
    image: `iconic/${title}.png`,
  }));
  const photos = items.flatMap(({ id, title }) =>
    Array.from({ length: 6 }, (_, i) => ({ image: `train/${title}_00${i}.png`, class_id: id })),
  );
  await write(join(grocery, "classes.json"), items);
  await write(join(grocery, "train.jsonl"), photos);
  await draw(
    grocery,
    [...items, ...photos].map(({ image }) => image),
  );
  const { out, err } = await evaluate();
  expect(err).toContain(`demo: left out, there is no folder ${join(root, "demo")}`);
  // Of six photos an item the last two are held out.
  expect(out).toMatch(/^grocery i-mm +R@5 .* 4 +2$/mu);
}, 120_000);
