/** Reading rows of hostile tables: every bad row becomes a problem with file, row, column and reason. */
import type { z } from "zod";
import type { RowProblem } from "./task";

export type TableRow = Readonly<Record<string, unknown>>;

/** A row that could be read, or why not. Rows count from 1. */
export type RowResult =
  | { readonly row: number; readonly value: TableRow }
  | { readonly row: number; readonly issue: string };

/** More problems are only counted. */
const KEPT_PROBLEMS = 10_000;
const MAX_TEXT = 4000;
// Controls, and the marks that turn text around or hide it.
const UNSAFE = /(?![\t\n])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text as it may be kept and shown. */
export function cleanText(text: string): string {
  return text.replace(UNSAFE, "").trim().slice(0, MAX_TEXT);
}

/** A relative path without `..`; undefined when it leaves its folder. */
export function safePath(value: string): string | undefined {
  const path = cleanText(value).replaceAll("\\", "/");
  if (path === "" || path.startsWith("/") || /^[a-z][a-z0-9+.-]*:/iu.test(path)) return undefined;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
}

/**
 * Where an image is: a path inside the folder, or a web address over https. Other addresses and paths
 * out of the folder are none.
 */
export function imagePlace(value: string): string | undefined {
  const text = cleanText(value);
  if (!/^https?:/iu.test(text)) return safePath(text);
  try {
    const { protocol, username, href } = new URL(text);
    return protocol === "https:" && username === "" ? href : undefined;
  } catch {
    return undefined;
  }
}

/** The file name that a web address ends in; undefined for a path. */
export function nameInAddress(place: string): string | undefined {
  if (!place.startsWith("https:")) return undefined;
  const name = new URL(place).pathname.split("/").at(-1) ?? "";
  try {
    return safePath(decodeURIComponent(name));
  } catch {
    return safePath(name);
  }
}

export interface ProblemList {
  readonly list: RowProblem[];
  add(file: string, row: number, column: string, reason: string): void;
}

export function createProblems(): ProblemList {
  const list: RowProblem[] = [];
  return {
    list,
    add(file, row, column, reason) {
      if (list.length < KEPT_PROBLEMS) list.push({ file, row, column, reason });
    },
  };
}

/**
 * Checks each row against a schema and collects the complaints of those that do not fit.
 *
 * @returns the rows that fit, with their row numbers.
 */
export function checkRows<T>(
  file: string,
  rows: readonly RowResult[],
  schema: z.ZodType<T>,
  problems: ProblemList,
): { readonly row: number; readonly value: T }[] {
  const kept: { row: number; value: T }[] = [];
  for (const result of rows) {
    if ("issue" in result) {
      problems.add(file, result.row, "", result.issue);
      continue;
    }
    const parsed = schema.safeParse(result.value);
    if (parsed.success) {
      kept.push({ row: result.row, value: parsed.data });
      continue;
    }
    const [issue] = parsed.error.issues;
    problems.add(file, result.row, issue?.path.join(".") ?? "", issue?.message ?? "does not fit");
  }
  return kept;
}

/** Leaves out and reports entries whose id came before. */
export function uniqueIds<T extends { readonly id: string }>(
  file: string,
  entries: readonly { readonly row: number; readonly value: T }[],
  problems: ProblemList,
): T[] {
  const seen = new Set<string>();
  return entries.flatMap(({ row, value }) => {
    if (seen.has(value.id)) {
      problems.add(file, row, "id", `"${value.id}" was given before`);
      return [];
    }
    seen.add(value.id);
    return [value];
  });
}
