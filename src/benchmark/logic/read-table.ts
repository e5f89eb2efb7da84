import type { RowResult, TableRow } from "@/domain/benchmark/rows";
import { readParquetRows } from "@/domain/parquet/read-rows";
import { AppError, messageOf } from "@/shared/lib/errors";

/** Larger text tables are refused rather than read into memory; Parquet is read in pieces. */
const MAX_TEXT_BYTES = 500_000_000;
const MAX_ROWS = 2_000_000;

function asRow(value: unknown, row: number): RowResult {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? { row, value: value as TableRow }
    : { row, issue: "is not a JSON object" };
}

function parseLine(line: string, row: number): RowResult {
  try {
    return asRow(JSON.parse(line), row);
  } catch (error) {
    return { row, issue: `is not JSON (${messageOf(error)})` };
  }
}

function checkSize(blob: Blob, name: string): void {
  if (blob.size <= MAX_TEXT_BYTES) return;
  throw new AppError(
    "input-invalid",
    `${name}: ${blob.size} bytes are too many for a text table; convert it to Parquet`,
  );
}

async function textOf(blob: Blob): Promise<string> {
  return (await blob.text()).replace(/^\u{FEFF}/u, "");
}

/** Read piece by piece, so that the page answers meanwhile. */
async function readJsonl(blob: Blob): Promise<RowResult[]> {
  const out: RowResult[] = [];
  let row = 0;
  const take = (line: string): void => {
    row++;
    if (line.trim() !== "") out.push(parseLine(line, row));
  };
  const reader = blob.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const isWithinLine = !/[\r\n]/u.test(value);
    rest += value;
    if (isWithinLine) continue;
    // A line feed may follow in the next piece.
    const held = rest.endsWith("\r") ? "\r" : "";
    const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/u);
    rest = lines.pop()! + held;
    for (const line of lines) take(line);
  }
  take(rest);
  return out;
}

function readJson(text: string, name: string): RowResult[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new AppError("input-invalid", `${name}: is not JSON (${messageOf(error)})`, {
      cause: error,
    });
  }
  return (Array.isArray(parsed) ? parsed : [parsed]).map((value, i) => asRow(value, i + 1));
}

async function readCsv(text: string): Promise<RowResult[]> {
  const { default: papa } = await import("papaparse");
  const { data } = papa.parse<string[]>(text, { skipEmptyLines: "greedy" });
  const [header = [], ...body] = data;
  return body.map((cells, i): RowResult => {
    const row = i + 1;
    if (cells.length > header.length) {
      return { row, issue: `has ${cells.length} cells, the header has ${header.length}` };
    }
    return { row, value: Object.fromEntries(cells.map((cell, at) => [header[at]!.trim(), cell])) };
  });
}

async function readParquet(blob: Blob, name: string): Promise<RowResult[]> {
  const out: RowResult[] = [];
  try {
    for await (const value of readParquetRows(blob, { maxRows: MAX_ROWS, isText: true })) {
      out.push(asRow(value, out.length + 1));
    }
  } catch (error) {
    throw new AppError(
      "input-invalid",
      `${name}: cannot be read as Parquet (${messageOf(error)})`,
      { cause: error },
    );
  }
  return out;
}

/** Whether the name is that of a table this reads. */
export function isTable(name: string): boolean {
  return /\.(jsonl|ndjson|json|csv|tsv|parquet)$/iu.test(name);
}

/**
 * Rows of a JSONL, JSON, CSV, TSV or Parquet file, each with its number or its error.
 *
 * @throws {AppError} input-invalid for a file that is broken as a whole.
 */
export async function readTable(blob: Blob, name: string): Promise<RowResult[]> {
  const extension = /\.([a-z]+)$/iu.exec(name)?.[1]?.toLowerCase();
  if (extension === "parquet") return await readParquet(blob, name);
  checkSize(blob, name);
  const rows =
    extension === "jsonl" || extension === "ndjson"
      ? await readJsonl(blob)
      : extension === "json"
        ? readJson(await textOf(blob), name)
        : await readCsv(await textOf(blob));
  if (rows.length > MAX_ROWS) {
    throw new AppError("input-invalid", `${name}: ${rows.length} rows are more than ${MAX_ROWS}`);
  }
  return rows;
}
