import { AppError } from "@/shared/lib/errors";

/** What an import accepts. Beyond it a file is refused with a reason rather than read into memory. */
export const IMPORT_LIMITS = {
  /** One image. */
  imageBytes: 50_000_000,
  /** One table that has to be read whole (JSON); CSV and JSONL are streamed. */
  wholeFileBytes: 500_000_000,
  /** One line of CSV or JSONL. */
  lineCharacters: 2_000_000,
  rows: 1_000_000,
  zipEntries: 200_000,
  zipTotalBytes: 40_000_000_000,
  /** Uncompressed ÷ compressed; photographs are near 1, a zip bomb is above 1,000. */
  zipRatio: 200,
  issuesKept: 10_000,
} as const;

/** A place in a source and what is wrong there. */
export interface ImportIssue {
  /** File, and row counted from 1 (a table's header is not counted). */
  readonly source: string;
  readonly row?: number;
  readonly reason: string;
}

// Controls, and the marks that turn text around or hide it.
const UNSAFE = /(?![\t\n])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const MAX_TEXT = 4000;

/**
 * Text as it may be kept and shown. Markup stays as characters: nothing in the interface renders it.
 */
export function cleanText(value: unknown, max = MAX_TEXT): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
    return typeof value === "bigint" ? String(value) : "";
  }
  const text = String(value).replace(UNSAFE, "").trim();
  return text.length <= max ? text : text.slice(0, max);
}

/**
 * A relative path with `/`, without `.`, `..`, drive letters or empty parts; undefined when the
 * path leaves its folder or is an address.
 */
export function safePath(value: string): string | undefined {
  const path = cleanText(value, 1000).replaceAll("\\", "/");
  if (path === "" || path.startsWith("/") || /^[a-z][a-z0-9+.-]*:/iu.test(path)) return undefined;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0 || parts.includes("..")) return undefined;
  return parts.join("/");
}

/** Whole number ≥ 0 from a cell, or undefined when the cell is empty. @throws for anything else. */
export function countOf(value: unknown, column: string): number | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  const number = typeof value === "bigint" ? Number(value) : Number(cleanText(value));
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new AppError(
      "input-invalid",
      `${column}: expected a whole number of 0 or more, got "${cleanText(value, 40)}"`,
    );
  }
  return number;
}

/** Errors of an import as a CSV to save. */
export function issuesToCsv(issues: readonly ImportIssue[]): string {
  const quote = (text: string) => {
    // A leading = + - @ would be run as a formula by a spreadsheet.
    const inert = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
    return `"${inert.replaceAll('"', '""')}"`;
  };
  const lines = issues.map(({ source, row, reason }) =>
    [quote(source), row ?? "", quote(reason)].join(","),
  );
  return ["source,row,reason", ...lines].join("\r\n") + "\r\n";
}
