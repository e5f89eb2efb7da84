/** Every format that /benchmark imports, through its own buttons, in the built page. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Page } from "@playwright/test";
import {
  BlobReader,
  BlobWriter,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipWriter,
} from "@zip.js/zip.js";
import { parquetWriteBuffer } from "hyparquet-writer";
import { writeNpy } from "../src/domain/npy";
import { expect, open, test } from "./fixtures";

const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const KINDS = ["cap", "lamp", "shoe", "vase"] as const;

type Row = Readonly<Record<string, string>>;
type Files = Readonly<Record<string, string | Uint8Array>>;

const ITEMS: readonly Row[] = KINDS.map((kind, i) => ({
  id: `i${i}`,
  title: `red ${kind}`,
  image: `${kind}.png`,
}));
const QUERIES: readonly Row[] = KINDS.map((kind, i) => ({
  qid: `q${i}`,
  query: kind,
  relevant: `i${i}`,
}));

function jsonl(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function cells(rows: readonly Row[], separator: string): string {
  const lines = [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))];
  const quote = (cell: string) => (cell.includes(separator) ? `"${cell}"` : cell);
  return lines.map((line) => `${line.map(quote).join(separator)}\n`).join("");
}

function parquet(rows: readonly Row[]): Uint8Array {
  const columnData = Object.keys(rows[0]!).map((name) => ({
    name,
    data: rows.map((row) => row[name]!),
    type: "STRING" as const,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

async function zip(files: Files): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter());
  for (const [name, data] of Object.entries(files)) {
    await writer.add(name, new BlobReader(new Blob([data as BlobPart])));
  }
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

const JSONL = { "items.jsonl": jsonl(ITEMS), "queries.jsonl": jsonl(QUERIES) };
const QRELS = KINDS.map((_, i) => `q${i} 0 i${i} 1\n`).join("");
const UNJUDGED = QUERIES.map(({ qid, query }) => ({ qid, query }));

interface ImportCase {
  readonly preset: string;
  readonly files: Files;
  /** As the page counts them. */
  readonly size: string;
}

async function importCases(): Promise<Readonly<Record<string, ImportCase>>> {
  const four = "4 queries, 4 candidates";
  const custom = (files: Files, size = four): ImportCase => ({ preset: "custom", files, size });
  const mbe = KINDS.map((kind, i) => ({
    id: `d${i}`,
    doc_title: kind,
    doc_image: `${kind}.png`,
    doc_cate1_name: "goods",
    doc_attributes: "color:red!!!blue,,size:s",
    query_id: `q${i}`,
    query: kind,
  }));
  return {
    JSONL: custom(JSONL),
    CSV: custom({ "items.csv": cells(ITEMS, ","), "queries.csv": cells(QUERIES, ",") }),
    TSV: custom({ "items.tsv": cells(ITEMS, "\t"), "queries.tsv": cells(QUERIES, "\t") }),
    JSON: custom({ "items.json": JSON.stringify(ITEMS), "queries.json": JSON.stringify(QUERIES) }),
    Parquet: custom({ "items.parquet": parquet(ITEMS), "queries.parquet": parquet(QUERIES) }),
    zip: custom({ "set.zip": await zip({ ...JSONL, "cap.png": PIXEL }) }),
    "TREC qrels": custom({
      "items.jsonl": jsonl(ITEMS),
      "queries.jsonl": jsonl(UNJUDGED),
      "set.qrels": QRELS,
    }),
    imagefolder: custom(
      {
        "train/metadata.jsonl": jsonl([{ file_name: "a.png", text: "cap" }]),
        "train/a.png": PIXEL,
      },
      "0 queries, 1 candidates",
    ),
    "folders of pictures": custom(
      { "caps/a.png": PIXEL, "lamps/b.png": PIXEL },
      "0 queries, 2 candidates",
    ),
    MBE: {
      preset: "mbe",
      files: { "mbe.csv": cells(mbe, ",") },
      size: four,
    },
    "Fashion200K (M-BEIR)": {
      preset: "fashion200k",
      files: {
        "mbeir_query.jsonl": jsonl(
          KINDS.map((kind, i) => ({ qid: `9:${i}`, query_txt: kind, pos_cand_list: [`9:${i}`] })),
        ),
        "mbeir_cand_pool.jsonl": jsonl(
          KINDS.map((kind, i) => ({ did: `9:${i}`, txt: kind, img_path: `${kind}.png` })),
        ),
      },
      size: four,
    },
  };
}

async function writeFiles(root: string, files: Files): Promise<string[]> {
  const paths: string[] = [];
  for (const [name, data] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, data);
    paths.push(path);
  }
  return paths;
}

/** Chooses a set of files, or their folder where the folders mean something. */
async function importSet(page: Page, root: string, { preset, files }: ImportCase): Promise<void> {
  const paths = await writeFiles(root, files);
  const another = page.getByText("Another data set");
  if (await another.isVisible()) await another.click();
  await page.getByRole("combobox", { name: "Kind of data set" }).selectOption(preset);
  const isFolder = Object.keys(files).some((name) => name.includes("/"));
  const input = isFolder ? "[webkitdirectory]" : ":not([webkitdirectory]):not([accept])";
  await page.locator(`input[type=file]${input}`).setInputFiles(isFolder ? root : paths);
  if (preset === "custom") {
    await page.getByRole("button", { name: "Read with these columns" }).click();
  }
}

test("tables of every kind are read", async ({ page }) => {
  const root = await mkdtemp(join(tmpdir(), "perigee-import-"));
  try {
    await open(page, "/benchmark");
    for (const [name, set] of Object.entries(await importCases())) {
      await test.step(name, async () => {
        await importSet(page, join(root, name), set);
        await expect(page.getByText(set.size)).toBeVisible();
        await expect(page.getByText(/left out/)).toHaveCount(0);
      });
    }
  } finally {
    await rm(root, { recursive: true });
  }
});

/** One unit vector per item, and for a query, by words, that of its item. */
function vectorsOf(keys: readonly string[]): Float32Array {
  const data = new Float32Array(keys.length * KINDS.length);
  for (const [row, key] of keys.entries()) data[row * KINDS.length + Number(key.at(-1))] = 1;
  return data;
}

async function vectorFiles(keys: readonly string[]): Promise<Files> {
  const data = vectorsOf(keys);
  const shape = [keys.length, KINDS.length];
  const npy = writeNpy({ dtype: "float32", shape, data });
  const npz = new ZipWriter(new Uint8ArrayWriter());
  await npz.add("vectors.npy", new Uint8ArrayReader(npy));
  const head = new TextEncoder().encode(
    JSON.stringify({ vectors: { dtype: "F32", shape, data_offsets: [0, data.byteLength] } }),
  );
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(head.length));
  const lists = keys.map((_, row) =>
    Array.from(data.subarray(row * KINDS.length, (row + 1) * KINDS.length)),
  );
  const columnData = [
    { name: "key", data: [...keys], type: "STRING" as const },
    { name: "vector", data: lists, type: "JSON" as const },
  ];
  return {
    "own.npy": npy,
    "own.npz": await npz.close(),
    "own.safetensors": Buffer.concat([size, head, new Uint8Array(data.buffer)]),
    "own.parquet": new Uint8Array(parquetWriteBuffer({ columnData })),
    "own.t-i.run": KINDS.map((_, i) => `q${i} Q0 i${i} 1 2.5 own\nq${i} Q0 i9 2 1 own\n`).join(""),
  };
}

/** Pictures at web addresses; the last one is broken. */
async function servePictures(page: Page): Promise<void> {
  await page.route("https://pictures.example/**", (route) =>
    route.fulfill({
      contentType: "image/png",
      headers: { "access-control-allow-origin": "*" },
      body: route.request().url().includes("vase") ? Buffer.from("no picture") : PIXEL,
    }),
  );
}

test("pictures by web address, vectors and rankings of other programs, one comparison", async ({
  page,
}) => {
  const root = await mkdtemp(join(tmpdir(), "perigee-import-"));
  try {
    await servePictures(page);
    await open(page, "/benchmark");
    const items = ITEMS.map((row) => ({
      ...row,
      image: `https://pictures.example/${row["image"]!}`,
    }));
    const files = { "items.jsonl": jsonl(items), "queries.jsonl": jsonl(QUERIES) };
    await importSet(page, root, { preset: "custom", files, size: "" });
    await expect(page.getByText("4 queries, 4 candidates")).toBeVisible();
    const only = async (values: readonly string[]) => {
      // A click made before the page has followed the last one is lost on a busy machine.
      await expect(async () => {
        for (const box of await page.locator("input[type=checkbox]").all()) {
          const value = (await box.getAttribute("value")) ?? "";
          await box.setChecked(values.includes(value), { timeout: 5000 });
        }
        const checked = page.getByRole("checkbox", { checked: true });
        await expect(checked).toHaveCount(values.length, { timeout: 2000 });
      }).toPass({ timeout: 40_000 });
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
    };
    await only(["baseline-both", "t-i"]);
    // One broken picture is an entry in a list; the others are encoded.
    await expect(page.getByText(/1 item could not be encoded/)).toBeVisible();

    await page.getByRole("button", { name: "Export" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: /List of items/ }).click();
    const list = await readFile(await (await download).path(), "utf8");
    const keys = list
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { key: string }).key);
    const own = await vectorFiles(keys);
    for (const path of await writeFiles(root, own)) {
      await page.locator('input[type=file][accept*=".npy"]').setInputFiles(path);
      await expect(page.getByRole("checkbox", { name: path.slice(root.length + 1) })).toBeVisible();
    }
    await only([...Object.keys(own), "baseline-words", "t-i"]);
    const table = page.getByRole("region", { name: "Results" });
    for (const name of Object.keys(own)) {
      await expect(table.getByRole("row", { name })).toContainText("100.0 ±");
    }
    await expect(page.getByRole("heading", { name: "Differences in R@10" })).toBeVisible();
    await page.getByRole("combobox", { name: "Figures" }).selectOption("order");
    await expect(page).toHaveURL(/measures=order/);
    await expect(table.getByRole("columnheader", { name: "MRR" }).first()).toBeVisible();
    await expect(table.getByRole("row", { name: "own.t-i.run" })).toContainText("100.0 ±");
  } finally {
    await rm(root, { recursive: true });
  }
});
