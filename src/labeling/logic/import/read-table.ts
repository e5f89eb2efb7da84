import { readParquetRows } from "@/domain/parquet/read-rows";
import { AppError, messageOf } from "@/shared/lib/errors";
import { flattenLabelStudio } from "./label-studio-row";
import { flattenDecision } from "./own-row";
import { IMPORT_LIMITS, type ImportIssue } from "./limits";

/** One row of any table, as column → value. */
export type TableRow = Readonly<Record<string, unknown>>;

/** A row that could be read, or why not. Rows are counted from 1. */
export type RowResult =
  | { readonly row: number; readonly value: TableRow }
  | { readonly row: number; readonly issue: string };

export type TableFormat = "csv" | "jsonl" | "json" | "parquet";

export function formatOf(path: string): TableFormat | undefined {
  const extension = /\.([a-z]+)$/iu.exec(path)?.[1]?.toLowerCase();
  if (extension === "csv" || extension === "tsv" || extension === "txt") return "csv";
  if (extension === "jsonl" || extension === "ndjson") return "jsonl";
  if (extension === "json" || extension === "parquet") return extension;
  return undefined;
}

function asRow(value: unknown): TableRow | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as TableRow)
    : undefined;
}

// Lines of a text blob, decoded as UTF-8 in pieces. A line beyond the limit ends the file.
async function* linesOf(blob: Blob): AsyncGenerator<string> {
  let rest = "";
  const stream = blob.stream().pipeThrough(new TextDecoderStream());
  for await (const text of stream) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
    if (rest.length > IMPORT_LIMITS.lineCharacters) {
      throw new AppError(
        "input-invalid",
        `a line has more than ${IMPORT_LIMITS.lineCharacters} characters`,
      );
    }
  }
  if (rest !== "") yield rest;
}

async function* readJsonl(blob: Blob): AsyncGenerator<RowResult> {
  let row = 0;
  for await (const line of linesOf(blob)) {
    if (line.trim() === "") continue;
    row++;
    try {
      const value = asRow(JSON.parse(line.replace(/^\ufeff/u, "")));
      yield value === undefined
        ? { row, issue: "is not a JSON object" }
        : { row, value: flattenDecision(value) };
    } catch (error) {
      yield { row, issue: `is not JSON (${messageOf(error)})` };
    }
  }
}

async function* readJson(blob: Blob): AsyncGenerator<RowResult> {
  if (blob.size > IMPORT_LIMITS.wholeFileBytes) {
    throw new AppError("input-invalid", "the JSON file is too large; JSONL is read in pieces");
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse((await blob.text()).replace(/^\ufeff/u, ""));
  } catch (error) {
    throw new AppError("input-invalid", `is not JSON (${messageOf(error)})`, { cause: error });
  }
  const list = Array.isArray(parsed) ? parsed : [parsed];
  for (const [at, value] of list.entries()) {
    const object = asRow(value);
    yield object === undefined
      ? { row: at + 1, issue: "is not a JSON object" }
      : { row: at + 1, value: flattenLabelStudio(object) };
  }
}

/** Columns of CreativeRanking's list files, which have no header line. */
const CREATIVE_RANKING = ["item_id", "image_name", "date", "pv", "clk"];

function isCreativeRanking(cells: readonly string[]): boolean {
  return cells.length === 5 && cells.slice(3).every((cell) => /^\d+$/u.test(cell.trim()));
}

/** The separator that the first line uses most. */
function delimiterOf(firstLine: string): string {
  const count = (mark: string) => firstLine.split(mark).length;
  return ["\t", ",", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

// CSV or TSV. Quoted fields may hold line breaks.
async function* readCsv(blob: Blob): AsyncGenerator<RowResult> {
  const { default: papa } = await import("papaparse");
  const head = await blob.slice(0, 65_536).text();
  const delimiter = delimiterOf(head.split("\n", 1)[0] ?? "");
  let header: readonly string[] | undefined;
  let row = 0;
  for await (const piece of csvPieces(blob)) {
    const parsed = papa.parse<string[]>(piece, { delimiter, skipEmptyLines: "greedy" });
    for (const cells of parsed.data) {
      if (header === undefined && !isCreativeRanking(cells)) {
        header = cells.map((name, at) => name.replace(/^\ufeff/u, "").trim() || `column ${at + 1}`);
        continue;
      }
      const names = (header ??= CREATIVE_RANKING);
      row++;
      if (cells.length > names.length) {
        yield { row, issue: `has ${cells.length} cells, the header has ${names.length}` };
      } else {
        yield { row, value: Object.fromEntries(cells.map((cell, at) => [names[at]!, cell])) };
      }
    }
  }
}

// Pieces of about 1 MB that end where a record ends (an even number of quotes so far).
async function* csvPieces(blob: Blob): AsyncGenerator<string> {
  let piece: string[] = [];
  let size = 0;
  let isQuoted = false;
  for await (const line of linesOf(blob)) {
    piece.push(line);
    size += line.length;
    for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) isQuoted = !isQuoted;
    // An unclosed quote must not collect the whole file: let the parser complain about the piece.
    if ((size > 1_000_000 && !isQuoted) || size > 2 * IMPORT_LIMITS.lineCharacters) {
      yield piece.join("\n");
      piece = [];
      size = 0;
      isQuoted = false;
    }
  }
  if (piece.length > 0) yield piece.join("\n");
}

async function* readParquet(blob: Blob): AsyncGenerator<RowResult> {
  let row = 0;
  try {
    for await (const value of readParquetRows(blob, {
      maxRows: IMPORT_LIMITS.rows,
      isText: false,
    })) {
      yield { row: ++row, value };
    }
  } catch (error) {
    throw new AppError("input-invalid", `the Parquet file cannot be read (${messageOf(error)})`, {
      cause: error,
    });
  }
}

// The rows of a table, read in pieces. Throws AppError for a file that is broken as a whole.
export async function* readTable(blob: Blob, format: TableFormat): AsyncGenerator<RowResult> {
  const readers = { csv: readCsv, jsonl: readJsonl, json: readJson, parquet: readParquet };
  let count = 0;
  for await (const result of readers[format](blob)) {
    if (++count > IMPORT_LIMITS.rows) {
      throw new AppError("input-invalid", `more than ${IMPORT_LIMITS.rows} rows`);
    }
    yield result;
  }
}

/** The first rows and the columns they use, for the preview and the mapping. */
export async function previewTable(
  blob: Blob,
  format: TableFormat,
  wanted = 20,
): Promise<{ columns: string[]; rows: TableRow[]; issues: ImportIssue[] }> {
  const rows: TableRow[] = [];
  const issues: ImportIssue[] = [];
  for await (const result of readTable(blob, format)) {
    if ("value" in result) rows.push(result.value);
    else issues.push({ source: "", row: result.row, reason: result.issue });
    if (rows.length + issues.length >= wanted) break;
  }
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { columns, rows, issues };
}
