import type { z } from "zod";
import { creativePairSchema } from "@/domain/creative-pair";
import { AppError } from "@/shared/lib/errors";
import { sideSchema, type Carried } from "../export/row-schemas";
import { factorsOf, guessFactors, type Factors } from "./factors";
import { cleanText, countOf } from "./limits";
import {
  firstCreative,
  isUnedited,
  readCarried,
  readDetails,
  type VisibleDetails,
} from "./own-row";
import type { TableRow } from "./read-table";

/**
 * From the columns of any table to creatives and pairs. A table with one image per row brings
 * creatives; one with two images per row brings pairs, and labels when it has them.
 */

export const MAPPED_FIELDS = [
  "product",
  "title",
  "query",
  "image",
  "imageA",
  "imageB",
  "label",
  "annotator",
  "impressions",
  "clicks",
] as const;
export type MappedField = (typeof MAPPED_FIELDS)[number];

/** Column of each field; null: not in this table. */
export type Mapping = Readonly<Record<MappedField, string | null>> & {
  /** Properties of the creatives to carry along; in a table of pairs without their `_a` or `_b`. */
  readonly factors: readonly string[];
};

const GUESSES: Readonly<Record<MappedField, readonly string[]>> = {
  product: [
    "product_id",
    "productid",
    "product",
    "item_id",
    "itemid",
    "sku",
    "spu",
    "商品",
    "商品id",
  ],
  title: ["product_title", "title", "name", "doc_title", "标题", "商品标题"],
  query: ["queries", "query", "keywords", "search_terms", "搜索词"],
  image: ["file_name", "image_name", "image", "file", "image_path", "filename", "path", "图片"],
  imageA: ["image_a", "a_file_name", "image_a_file_name", "image1", "left", "image_left"],
  imageB: ["image_b", "b_file_name", "image_b_file_name", "image2", "right", "image_right"],
  label: ["label", "winner", "choice", "answer"],
  annotator: ["annotator", "worker", "judge", "user"],
  impressions: ["impressions", "pv", "views", "shows", "exposure"],
  clicks: ["clicks", "clk", "click"],
};

/** The obvious mapping by column name. */
export function guessMapping(columns: readonly string[], rows: readonly TableRow[] = []): Mapping {
  const byName = new Map(columns.map((column) => [column.toLowerCase().trim(), column]));
  const entries = MAPPED_FIELDS.map((field) => {
    const found = GUESSES[field].find((name) => byName.has(name));
    return [field, found === undefined ? null : byName.get(found)!] as const;
  });
  const fields = Object.fromEntries(entries) as Record<MappedField, string | null>;
  return { ...fields, factors: guessFactors(columns, rows, fields) };
}

/** What a mapping still lacks, in words for the screen; undefined when it can be used. */
export function mappingProblem(mapping: Mapping): "no-image" | "one-side" | undefined {
  if (mapping.imageA !== null && mapping.imageB !== null) return undefined;
  if (mapping.imageA !== null || mapping.imageB !== null) return "one-side";
  return mapping.image === null ? "no-image" : undefined;
}

/** An image as a table gives it: a path, or bytes (Parquet). */
export interface ImageCell {
  readonly path: string;
  readonly bytes?: Uint8Array;
}

export interface MappedCreative {
  readonly image: ImageCell;
  /** Known from Perigee's own export; otherwise made from product and path. */
  readonly id?: string;
  readonly name?: string;
  readonly factors?: Factors;
  readonly impressions?: number;
  readonly clicks?: number;
}

export interface MappedRow {
  readonly product: string;
  readonly title: string;
  readonly queries: readonly string[];
  /** One creative, or the two of a pair. */
  readonly creatives: readonly MappedCreative[];
  readonly pair?: {
    readonly id?: string;
    readonly label?: "A" | "B" | "none";
    readonly annotator?: string;
    readonly record?: z.infer<typeof creativePairSchema>;
    readonly details: VisibleDetails;
    /** The judgement that the row carries, and whether the readable columns still agree. */
    readonly carried?: Carried;
    readonly isEdited: boolean;
    /** The row with the same judgement in the other display order. */
    readonly twin?: string;
  };
}

function imageCell(value: unknown, column: string): ImageCell {
  if (value !== null && typeof value === "object") {
    const { path, bytes } = value as { path?: unknown; bytes?: unknown };
    if (bytes instanceof Uint8Array) return { path: cleanText(path, 1000), bytes };
    if (typeof path === "string") return { path: cleanText(path, 1000) };
  }
  const path = cleanText(value, 1000);
  if (path === "") throw new AppError("input-invalid", `${column}: no image is named`);
  return { path };
}

/** A JSON list in a text cell: queries may hold any separator. */
function jsonList(value: unknown): unknown[] | undefined {
  if (typeof value !== "string" || !value.trimStart().startsWith("[")) return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function separatedList(value: unknown): string[] {
  return cleanText(value).split(/\s*[|;]\s*/u);
}

function queriesOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : (jsonList(value) ?? separatedList(value));
  return list
    .map((query) => cleanText(query, 500))
    .filter((query) => query !== "")
    .slice(0, 50);
}

const LABELS: Readonly<Record<string, "A" | "B" | "none">> = {
  a: "A",
  left: "A",
  model_a: "A",
  "1": "A",
  b: "B",
  right: "B",
  model_b: "B",
  "2": "B",
  none: "none",
  tie: "none",
  "": "none",
};

function labelOf(value: unknown, column: string): "A" | "B" | "none" | undefined {
  const text = cleanText(value, 40).toLowerCase();
  if (text === "") return undefined;
  const label = LABELS[text];
  if (label === undefined) {
    throw new AppError("input-invalid", `${column}: expected A, B or tie, got "${text}"`);
  }
  return label;
}

function optional<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}

function creativePairOf(row: TableRow): z.infer<typeof creativePairSchema> | undefined {
  // An image folder names the same columns by their files.
  const parsed = creativePairSchema.safeParse({
    ...row,
    image_a: row["image_a"] ?? row["image_a_file_name"],
    image_b: row["image_b"] ?? row["image_b_file_name"],
  });
  return parsed.success ? parsed.data : undefined;
}

function mapPair(
  row: TableRow,
  mapping: Mapping,
  parts: {
    readonly title: string;
    readonly queries: readonly string[];
    readonly cell: (field: MappedField) => unknown;
  },
): MappedRow {
  const { title, queries, cell } = parts;
  const record = creativePairOf(row);
  const label = labelOf(cell("label"), mapping.label ?? "label");
  const read = readCarried(row);
  const carried = read === undefined || "twin" in read ? undefined : read;
  const first = carried && firstCreative(row, carried);
  const creatives = (["a", "b"] as const).map((side): MappedCreative => {
    const field = side === "a" ? "imageA" : "imageB";
    const parsed = sideSchema.safeParse(row[`side_${side}`]);
    const own = parsed.success ? parsed.data : undefined;
    const { impressions, clicks } = record?.ctr?.[side] ?? own ?? {};
    const other = carried?.pair.a === first ? carried?.pair.b : carried?.pair.a;
    return {
      image: imageCell(cell(field), mapping[field]!),
      ...optional("id", side === "a" ? first : other),
      ...optional("name", own?.name),
      ...optional("impressions", impressions),
      ...optional("clicks", clicks),
      ...optional("factors", own?.factors ?? factorsOf(row, mapping.factors, side)),
    };
  });
  const product = cleanText(cell("product"), 200) || cleanText(row["product_id"], 200) || title;
  if (product === "") throw new AppError("input-invalid", "neither product nor title is given");
  const pair = {
    ...optional("id", record?.id),
    ...optional("label", label),
    ...optional("annotator", cleanText(cell("annotator"), 120) || undefined),
    ...optional("record", record),
    details: readDetails(row),
    ...optional("carried", carried),
    isEdited: carried !== undefined && !isUnedited(row, carried, label),
    ...optional("twin", read !== undefined && "twin" in read ? read.twin : undefined),
  };
  // An own export says what the title is, even that there is none.
  return {
    product,
    title: carried === undefined ? title || product : title,
    queries,
    creatives,
    pair,
  };
}

/** One table row as what it brings. @throws AppError that names the column. */
export function mapRow(row: TableRow, mapping: Mapping): MappedRow {
  const cell = (field: MappedField) => (mapping[field] === null ? undefined : row[mapping[field]]);
  const title = cleanText(cell("title"));
  const queries = queriesOf(row["queries"] ?? cell("query"));
  if (mapping.imageA !== null && mapping.imageB !== null) {
    return mapPair(row, mapping, { title, queries, cell });
  }
  const image = imageCell(cell("image"), mapping.image ?? "image");
  const product = cleanText(cell("product"), 200) || productOfPath(image.path, "folder");
  const impressions = countOf(cell("impressions"), mapping.impressions ?? "impressions");
  const clicks = countOf(cell("clicks"), mapping.clicks ?? "clicks");
  if (impressions !== undefined && clicks !== undefined && clicks > impressions) {
    throw new AppError("input-invalid", `${clicks} clicks of ${impressions} impressions`);
  }
  const creative = {
    image,
    ...optional("factors", factorsOf(row, mapping.factors)),
    ...optional("impressions", impressions),
    ...optional("clicks", clicks),
  };
  return { product, title: title || product, queries, creatives: [creative] };
}

/** The product of an image by its folder, or by its file name before the last separator. */
export function productOfPath(path: string, rule: "folder" | "name"): string {
  const parts = path.split("/");
  const name = parts.at(-1)!.replace(/\.[a-z0-9]+$/iu, "");
  const byName = name.replace(/[\s_-]+[^\s_-]*$/u, "") || name;
  return rule === "folder" ? (parts.at(-2) ?? byName) : byName;
}
