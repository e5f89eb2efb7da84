import { readMbeir } from "@/domain/benchmark/presets/fashion200k";
import { guessMapping, readCustom, type ColumnMapping } from "@/domain/benchmark/presets/custom";
import { readDemo } from "@/domain/benchmark/presets/demo";
import { readGrocery } from "@/domain/benchmark/presets/grocery";
import { readLuma } from "@/domain/benchmark/presets/luma";
import { readMbe } from "@/domain/benchmark/presets/mbe";
import type { RowResult } from "@/domain/benchmark/rows";
import type { BenchmarkTask, Preset, Split } from "@/domain/benchmark/task";
import type { Qrels } from "@/domain/trec";
import { AppError } from "@/shared/lib/errors";
import { isTable, readTable } from "./read-table";
import { readQrels } from "./read-trec";

/** The files of a data set, wherever they lie: a folder, a zip, an address, private storage. */
export interface DataFiles {
  /** Relative paths; only tables and qrels need to be listed. */
  readonly paths: readonly string[];
  open(path: string): Promise<Blob | undefined>;
}

export interface ReadOptions {
  readonly preset: Preset;
  readonly split?: Split;
  readonly language?: "en" | "zh";
  /** For `custom`; guessed from column names when absent. */
  readonly mapping?: ColumnMapping;
}

async function rowsOf(files: DataFiles, path: string): Promise<RowResult[]> {
  const blob = await files.open(path);
  if (blob !== undefined) return await readTable(blob, path);
  throw new AppError(
    "input-invalid",
    `The data set has no "${path}". Its tables: ${files.paths.filter(isTable).join(", ") || "none"}.`,
  );
}

/** The first table whose name fits. */
function findTable(files: DataFiles, pattern: RegExp, without?: string): string | undefined {
  return files.paths.find((path) => isTable(path) && path !== without && pattern.test(path));
}

function required(files: DataFiles, pattern: RegExp, what: string): string {
  const path = findTable(files, pattern);
  if (path !== undefined) return path;
  throw new AppError(
    "input-invalid",
    `No table for ${what} (a name matching ${pattern.source}). Tables found: ${files.paths.filter(isTable).join(", ") || "none"}.`,
  );
}

async function qrelsOf(files: DataFiles): Promise<Qrels | undefined> {
  const path = files.paths.find((name) => /qrels[^/]*$|\.qrels$/iu.test(name) && !isTable(name));
  const blob = path === undefined ? undefined : await files.open(path);
  return blob === undefined ? undefined : await readQrels(blob, path!);
}

function columnsOf(rows: readonly RowResult[]): string[] {
  const seen = new Set<string>();
  for (const row of rows.slice(0, 200)) {
    if ("value" in row) for (const column of Object.keys(row.value)) seen.add(column);
  }
  return [...seen];
}

const ITEM_TABLE = /(^|\/)(items?|products?|catalogue|catalog|corpus|candidates?|metadata)[^/]*$/iu;
const QUERY_TABLE = /(^|\/)[^/]*quer(y|ies)[^/]*$/iu;

/** Columns of an imported set's tables, and a first guess at what they hold. */
export interface TablePreview {
  readonly itemColumns: readonly string[];
  readonly queryColumns: readonly string[];
  readonly mapping: ColumnMapping;
}

/** The tables of an imported set, for the mapping form. */
export async function previewCustom(files: DataFiles): Promise<TablePreview> {
  const tables = await customTables(files);
  const itemColumns = columnsOf(tables.items);
  const queryColumns = columnsOf(tables.queries);
  return { itemColumns, queryColumns, mapping: guessMapping(itemColumns, queryColumns) };
}

export const IMAGE_FILE = /\.(?:jpe?g|png|webp|avif|gif)$/iu;

/** An image folder without a table: every picture is an item, the folder that it lies in its class. */
function imageRows(files: DataFiles): RowResult[] {
  return files.paths
    .filter((path) => IMAGE_FILE.test(path))
    .map((path, row) => {
      const category = path.split("/").at(-2);
      const value = { id: path, file_name: path, ...(category === undefined ? {} : { category }) };
      return { row: row + 1, value };
    });
}

async function customTables(files: DataFiles) {
  const pictures = files.paths.some(isTable) ? [] : imageRows(files);
  if (pictures.length > 0) return { items: pictures, queries: [] };
  const queryPath = findTable(files, QUERY_TABLE);
  const itemPath = findTable(files, ITEM_TABLE, queryPath) ?? findTable(files, /./u, queryPath);
  if (itemPath === undefined) return { items: await rowsOf(files, "items.jsonl"), queries: [] };
  return {
    items: await rowsOf(files, itemPath),
    queries: queryPath === undefined ? [] : await rowsOf(files, queryPath),
  };
}

/**
 * Reads a data set by its preset.
 *
 * @throws {AppError} input-invalid when a table is missing or broken as a whole; bad rows are listed
 *   in the task instead.
 */
export async function readDataSet(files: DataFiles, options: ReadOptions): Promise<BenchmarkTask> {
  const { preset, split = "all" } = options;
  if (split !== "all" && preset !== "grocery" && preset !== "luma") {
    throw new AppError("input-invalid", `The preset ${preset} has no split "${split}"; use "all".`);
  }
  switch (preset) {
    case "demo":
      return readDemo(
        {
          products: await rowsOf(files, "catalogue.jsonl"),
          queries: await rowsOf(files, "queries.jsonl"),
        },
        options.language,
      );
    case "grocery":
      return readGrocery(
        {
          classes: await rowsOf(files, "classes.json"),
          photos: await rowsOf(files, "train.jsonl"),
        },
        split,
      );
    case "luma":
      return await readLuma(await rowsOf(files, "products.jsonl"), split);
    case "mbe": {
      const path = required(files, /./u, "MBE rows");
      return readMbe(path, await rowsOf(files, path));
    }
    case "fashion200k": {
      const queries = required(files, QUERY_TABLE, "queries");
      const pool = required(files, /(cand|corpus|pool)[^/]*$/iu, "the candidate pool");
      const qrels = await qrelsOf(files);
      return readMbeir({
        queries: await rowsOf(files, queries),
        pool: await rowsOf(files, pool),
        ...(qrels === undefined ? {} : { qrels }),
      });
    }
    case "custom": {
      const tables = await customTables(files);
      const qrels = await qrelsOf(files);
      const mapping =
        options.mapping ?? guessMapping(columnsOf(tables.items), columnsOf(tables.queries));
      return readCustom({ ...tables, ...(qrels === undefined ? {} : { qrels }) }, mapping);
    }
  }
}
