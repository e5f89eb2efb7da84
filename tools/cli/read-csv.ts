import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import Papa from "papaparse";
import { AppError, messageOf } from "@/shared/lib/errors";
import type { CsvTable, RowError } from "@/domain/csv-judgements";
import type { CliIo } from "./command";

/** Separators that a header line may use, the most common first. */
const DELIMITERS = [",", "\t", ";"] as const;

/** The separator that splits the header into most columns; the comma when none does. */
function guessDelimiter(csv: string): string {
  const header = csv.slice(0, csv.search(/\r|\n|$/u));
  let best: string = DELIMITERS[0];
  for (const delimiter of DELIMITERS) {
    if (header.split(delimiter).length > header.split(best).length) best = delimiter;
  }
  return best;
}

function newlinesIn(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/gu)?.length ?? 0), 0);
}

/**
 * Parses CSV, TSV or semicolon-separated text (RFC 4180 quoting, optional byte order mark).
 *
 * @param csv - the whole text; blank lines are skipped.
 * @returns header and rows with their line numbers.
 * @throws {AppError} input-decode for quotes that are never closed.
 */
export function parseCsv(csv: string): CsvTable {
  const content = csv.replace(/^\u{FEFF}/u, "");
  const result = Papa.parse<string[]>(content, {
    delimiter: guessDelimiter(content),
    skipEmptyLines: false,
  });
  const rows: { line: number; cells: string[] }[] = [];
  let line = 1;
  const lines: number[] = [];
  for (const cells of result.data) {
    lines.push(line);
    if (cells.length > 1 || (cells[0] ?? "") !== "") rows.push({ line, cells });
    line += 1 + newlinesIn(cells);
  }
  const [problem] = result.errors;
  if (problem !== undefined) {
    const at = lines[problem.row ?? 0] ?? 1;
    throw new AppError(
      "input-decode",
      `line ${at}: ${problem.message}; close or double the quotes`,
    );
  }
  const [header, ...body] = rows;
  return { header: header?.cells ?? [], rows: body };
}

/**
 * Reads a file, or standard input for "-", as UTF-8 text.
 *
 * @throws {AppError} input-invalid when it cannot be read.
 */
export async function readText(path: string): Promise<string> {
  try {
    return path === "-" ? await text(process.stdin) : await readFile(path, "utf8");
  } catch (error: unknown) {
    throw new AppError("input-invalid", `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** How many row errors are printed before the rest is only counted. */
const SHOWN_ERRORS = 50;

/**
 * Reports unusable rows on stderr.
 *
 * @returns whether the command should stop: there are errors and they are not to be skipped.
 */
export function reportRowErrors(
  path: string,
  errors: readonly RowError[],
  skip: boolean,
  io: Pick<CliIo, "stderr">,
): boolean {
  for (const { line, column, reason } of errors.slice(0, SHOWN_ERRORS)) {
    io.stderr.write(`${path}:${line}: ${column === "" ? "" : `${column}: `}${reason}\n`);
  }
  if (errors.length > SHOWN_ERRORS) {
    io.stderr.write(`${path}: ${errors.length - SHOWN_ERRORS} more rows with errors\n`);
  }
  if (errors.length === 0) return false;
  const count = errors.length === 1 ? "1 row cannot" : `${errors.length} rows cannot`;
  const next = skip ? "left out" : "correct the file, or leave such rows out with --skip-bad-rows";
  io.stderr.write(`${path}: ${count} be used: ${next}\n`);
  return !skip;
}
