import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import type { LabelingCreative } from "@/domain/labeling/records";
import { createProject } from "../new-project";
import { usableFactors } from "../ranking";
import { guessMapping } from "./mapping";
import { formatOf, previewTable } from "./read-table";
import { runImport } from "./run-import";
import { sourceOfBlob } from "./sources";

/** The smallest PNG as far as its header says. */
const PNG = Uint8Array.from([
  0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 3, 0, 0, 0,
  2,
]);

async function importTable(path: string, content: BlobPart): Promise<LabelingCreative[]> {
  const table = new Blob([content]);
  const asSource = (name: string, blob: Blob) =>
    sourceOfBlob(name, blob.size, () => Promise.resolve(blob));
  const images = ["a", "b", "c"].map((name) => asSource(`${name}.png`, new Blob([PNG, name])));
  const format = formatOf(path)!;
  const { columns, rows } = await previewTable(table, format);
  const creatives = new Map<string, LabelingCreative>();
  const report = await runImport(
    {
      project: createProject({ id: "p", title: "P", createdAt: "2026-01-01T00:00:00.000Z" }),
      files: images,
      table: { file: asSource(path, table), format, mapping: guessMapping(columns, rows) },
      grouping: "folder",
      isReferenced: false,
      issues: [],
    },
    {
      clock: { now: () => 0, sleep: () => Promise.resolve() },
      nextId: () => "id",
      signal: new AbortController().signal,
      onProgress: () => undefined,
      sink: {
        keepImage: (_bytes, sha256) => Promise.resolve({ kind: "stored", path: sha256 }),
        addItems: (_products, some) => {
          for (const one of some) creatives.set(one.id, one);
          return Promise.resolve();
        },
        addPairs: () => Promise.resolve(),
        addEvents: () => Promise.resolve(),
        saveAnnotators: () => Promise.resolve(),
      },
    },
  );
  expect(report.issues).toEqual([]);
  return [...creatives.values()];
}

test("CSV: numbers and flags that are nothing else become properties, words and ids do not", async () => {
  const creatives = await importTable(
    "t.csv",
    "product_id,file_name,pv,clk,text_area,price_shown,shop_id,season\n" +
      "hat,a.png,10,1,0.25,yes,7,summer\nhat,b.png,10,1,0.5,no,7,winter\nhat,c.png,10,1,,yes,7,summer\n",
  );
  expect(creatives.map(({ factors }) => factors)).toEqual([
    { text_area: 0.25, price_shown: true },
    { text_area: 0.5, price_shown: false },
    { price_shown: true },
  ]);
  expect(usableFactors(creatives)).toEqual(["price_shown", "text_area"]);
});

test("CSV of pairs: a property has a column for each side", async () => {
  const creatives = await importTable(
    "t.csv",
    "product_id,image_a,image_b,label,brightness_a,brightness_b,a_text_area,b_text_area\n" +
      "hat,a.png,b.png,A,0.1,0.2,3,4\n",
  );
  expect(creatives.map(({ factors }) => factors)).toEqual([
    { brightness: 0.1, text_area: 3 },
    { brightness: 0.2, text_area: 4 },
  ]);
});

test("JSONL: an object of factors, and columns beside it", async () => {
  const rows = [
    { product_id: "hat", file_name: "a.png", factors: { layout: "grid" }, text_area: 0.5 },
    { product_id: "hat", file_name: "b.png", factors: { layout: "hero" }, text_area: 0.25 },
  ];
  const creatives = await importTable("t.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
  expect(creatives.map(({ factors }) => factors)).toEqual([
    { layout: "grid", text_area: 0.5 },
    { layout: "hero", text_area: 0.25 },
  ]);
});

test("Parquet: numeric and boolean columns", async () => {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "product_id", data: ["hat", "hat"] },
      { name: "file_name", data: ["a.png", "b.png"] },
      { name: "brightness", data: [0.5, 0.75] },
      { name: "price_shown", data: [true, false] },
    ],
  });
  const creatives = await importTable("t.parquet", buffer);
  expect(creatives.map(({ factors }) => factors)).toEqual([
    { brightness: 0.5, price_shown: true },
    { brightness: 0.75, price_shown: false },
  ]);
});
