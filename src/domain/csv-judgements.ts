import type { Outcome } from "./statistics/comparison-graph";
import type { Rating } from "./statistics/rating-table";

/** A parsed table: cells as text, with the line each row starts on (1 = the header's line). */
export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

/** One row that could not be used. */
export interface RowError {
  readonly line: number;
  readonly column: string;
  readonly reason: string;
}

/** Texts that mean "no label", besides an empty cell. */
const MISSING_LABELS = new Set(["", "na", "nan", "null", "none"]);

export function isMissingLabel(text: string): boolean {
  return MISSING_LABELS.has(text.trim().toLowerCase());
}

/** Position of each named column, or what is missing. Names match without case and outer spaces. */
function locateColumns<Name extends string>(
  table: CsvTable,
  required: readonly Name[],
): { at: Record<Name, number> } | { error: RowError } {
  const names = table.header.map((name) => name.trim().toLowerCase());
  const absent = required.filter((name) => !names.includes(name));
  const twice = required.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (absent.length > 0 || twice.length > 0) {
    const problem = absent.length > 0 ? "missing" : "named twice";
    const columns = (absent.length > 0 ? absent : twice).join(", ");
    const reason = `column ${problem}; expected ${required.join(",")}, got ${table.header.join(",") || "an empty file"}`;
    return { error: { line: 1, column: columns, reason } };
  }
  const at = Object.fromEntries(required.map((name) => [name, names.indexOf(name)]));
  return { at: at as Record<Name, number> };
}

export interface ParsedRatings {
  readonly ratings: readonly Rating[];
  /** Rows without a label. */
  readonly missing: number;
  readonly errors: readonly RowError[];
}

/**
 * Reads `task,worker,label` rows.
 *
 * An empty label (or NA, NaN, null, None) is a missing value. Each worker labels a task once.
 *
 * @param table - the parsed file.
 * @param options - what labels are allowed.
 * @param options.numeric - labels must be numbers; 1, 1.0 and 01 are one label.
 * @param options.categories - labels must be among these, as written.
 * @returns ratings, and one error per unusable row.
 */
export function parseRatings(
  table: CsvTable,
  options: { readonly numeric?: boolean; readonly categories?: readonly string[] } = {},
): ParsedRatings {
  const located = locateColumns(table, ["task", "worker", "label"]);
  if ("error" in located) return { ratings: [], missing: 0, errors: [located.error] };
  const { at } = located;
  const ratings: Rating[] = [];
  const errors: RowError[] = [];
  const firstLine = new Map<string, number>();
  // Declared categories are matched as written; otherwise equal numbers are one label.
  const canonical = (label: string): string =>
    options.numeric && !options.categories ? String(Number(label)) : label;
  let missing = 0;
  for (const { line, cells } of table.rows) {
    const task = (cells[at.task] ?? "").trim();
    const worker = (cells[at.worker] ?? "").trim();
    const label = (cells[at.label] ?? "").trim();
    const fail = (column: string, reason: string): void => {
      errors.push({ line, column, reason });
    };
    if (cells.length > table.header.length) {
      fail(
        "",
        `expected ${table.header.length} cells, got ${cells.length}; quote cells that hold the separator`,
      );
    } else if (task === "") fail("task", "is empty");
    else if (worker === "") fail("worker", "is empty");
    else if (isMissingLabel(label)) missing++;
    else if (options.numeric && !Number.isFinite(Number(label))) {
      fail("label", `expected a number, got "${label}"`);
    } else if (options.categories && !options.categories.includes(label)) {
      fail("label", `expected ${options.categories.join(", ")}, got "${label}"`);
    } else {
      const key = JSON.stringify([task, worker]);
      const earlier = firstLine.get(key);
      if (earlier !== undefined) {
        fail("worker", `"${worker}" labelled task "${task}" already on line ${earlier}`);
        continue;
      }
      firstLine.set(key, line);
      ratings.push({ task, worker, label: canonical(label) });
    }
  }
  return { ratings, missing, errors };
}

/** One judged pair as a file states it. */
export interface NamedComparison {
  readonly left: string;
  readonly right: string;
  readonly outcome: Outcome;
  /** Null when the file has no worker column. */
  readonly worker: string | null;
}

export interface ParsedComparisons {
  readonly comparisons: readonly NamedComparison[];
  readonly missing: number;
  readonly errors: readonly RowError[];
}

/** left, right or tie; or the winner's name, as Crowd-Kit's pairwise files have it. */
function parseOutcome(text: string, left: string, right: string): Outcome | null {
  const lower = text.toLowerCase();
  if (lower === "left" || lower === "right" || lower === "tie") return lower;
  if (text === left) return "left";
  return text === right ? "right" : null;
}

/**
 * Reads `left,right,label[,worker]` rows, sides as they were shown.
 *
 * `label` is left, right or tie (any case), or else the winning item's own name. An empty label is a
 * missing value.
 *
 * @param table - the parsed file.
 * @returns comparisons, and one error per unusable row.
 */
export function parseComparisons(table: CsvTable): ParsedComparisons {
  const located = locateColumns(table, ["left", "right", "label"]);
  if ("error" in located) return { comparisons: [], missing: 0, errors: [located.error] };
  const { at } = located;
  const workerAt = table.header.findIndex((name) => name.trim().toLowerCase() === "worker");
  const comparisons: NamedComparison[] = [];
  const errors: RowError[] = [];
  let missing = 0;
  for (const { line, cells } of table.rows) {
    const left = (cells[at.left] ?? "").trim();
    const right = (cells[at.right] ?? "").trim();
    const label = (cells[at.label] ?? "").trim();
    const outcome = parseOutcome(label, left, right);
    if (cells.length > table.header.length) {
      const reason = `expected ${table.header.length} cells, got ${cells.length}; quote cells that hold the separator`;
      errors.push({ line, column: "", reason });
    } else if (left === "" || right === "") {
      errors.push({ line, column: left === "" ? "left" : "right", reason: "is empty" });
    } else if (left === right) {
      errors.push({ line, column: "right", reason: `"${right}" is compared with itself` });
    } else if (isMissingLabel(label)) missing++;
    else if (outcome === null) {
      const reason = `expected left, right or tie (or the name of one of the two), got "${label}"`;
      errors.push({ line, column: "label", reason });
    } else {
      const worker = workerAt < 0 ? null : (cells[workerAt] ?? "").trim();
      comparisons.push({ left, right, outcome, worker });
    }
  }
  return { comparisons, missing, errors };
}
