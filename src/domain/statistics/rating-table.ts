import { AppError } from "@/shared/lib/errors";

/** What the distance between two labels means (Stevens 1946). */
export type MeasurementLevel = "nominal" | "ordinal" | "interval" | "ratio";
export const MEASUREMENT_LEVELS = [
  "nominal",
  "ordinal",
  "interval",
  "ratio",
] as const satisfies readonly MeasurementLevel[];

/** One worker's label for one task. */
export interface Rating {
  readonly task: string;
  readonly worker: string;
  readonly label: string;
}

/** One task's labels, as indices; sorted by worker. */
export interface RatedItem {
  readonly workers: readonly number[];
  readonly labels: readonly number[];
}

/**
 * Ratings with everything as an index. A missing label is simply not there.
 */
export interface RatingTable {
  readonly tasks: readonly string[];
  readonly workers: readonly string[];
  /** Every label that can occur, in the order of the scale. */
  readonly categories: readonly string[];
  /** Number of each category: its value where labels are numbers, else 1, 2, 3… */
  readonly scale: readonly number[];
  readonly items: readonly RatedItem[];
  readonly ratings: number;
}

/** True for labels such as 3, -1.5 or 2e3. */
function isNumeric(label: string): boolean {
  return label.trim() !== "" && Number.isFinite(Number(label));
}

/** Numbers by value, other labels by code point: the same on every platform and locale. */
function compareLabels(a: string, b: string): number {
  if (isNumeric(a) && isNumeric(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Coefficients work on tables of categories squared; more labels than this are not categories. */
export const MAX_CATEGORIES = 1000;

/**
 * Indexes ratings for the agreement coefficients.
 *
 * @param ratings - one entry per task and worker; order does not matter to the result, except that
 *   tasks and workers keep the order of first appearance.
 * @param categories - all possible labels in scale order; default: those that occur, numbers by
 *   value, texts by code point.
 * @returns the table.
 * @throws {AppError} input-invalid when a worker labels a task twice, a label is not a category, or
 *   there are more than {@link MAX_CATEGORIES}.
 */
export function createRatingTable(
  ratings: readonly Rating[],
  categories?: readonly string[],
): RatingTable {
  const labels = categories ?? [...new Set(ratings.map(({ label }) => label))].sort(compareLabels);
  if (labels.length > MAX_CATEGORIES) {
    throw new AppError(
      "input-invalid",
      `createRatingTable: ${labels.length} different labels, at most ${MAX_CATEGORIES} are supported; round or group them`,
    );
  }
  const labelIndex = new Map(labels.map((label, i) => [label, i]));
  const workerIndex = new Map<string, number>();
  const tasks = new Map<string, Map<number, number>>();
  for (const { task, worker, label } of ratings) {
    const code = labelIndex.get(label);
    if (code === undefined) {
      throw new AppError(
        "input-invalid",
        `createRatingTable: label "${label}" of task "${task}" is not one of ${labels.join(", ")}`,
      );
    }
    const w = workerIndex.get(worker) ?? workerIndex.size;
    workerIndex.set(worker, w);
    const given = tasks.get(task) ?? new Map<number, number>();
    if (given.has(w)) {
      throw new AppError(
        "input-invalid",
        `createRatingTable: worker "${worker}" labelled task "${task}" twice; keep one label`,
      );
    }
    given.set(w, code);
    tasks.set(task, given);
  }
  const numeric = labels.every(isNumeric);
  return {
    tasks: [...tasks.keys()],
    workers: [...workerIndex.keys()],
    categories: labels,
    scale: labels.map((label, i) => (numeric ? Number(label) : i + 1)),
    items: [...tasks.values()].map((given) => {
      const sorted = [...given].sort(([a], [b]) => a - b);
      return { workers: sorted.map(([w]) => w), labels: sorted.map(([, code]) => code) };
    }),
    ratings: ratings.length,
  };
}

/** Whether every category is a number, as interval and ratio levels require. */
export function hasNumericScale(table: RatingTable): boolean {
  return table.categories.every(isNumeric);
}

/** Items that no coefficient can tell apart, counted together. */
export interface RatingPatterns {
  readonly patterns: readonly RatedItem[];
  /** Pattern of each item. */
  readonly patternOf: Int32Array;
  /** Number of items of each pattern. */
  readonly counts: Float64Array;
}

/** Groups items with equal workers and labels, which keeps a bootstrap over 100,000 items fast. */
export function groupPatterns(table: RatingTable): RatingPatterns {
  const numbers = new Map<string, number>();
  const patterns: RatedItem[] = [];
  const patternOf = Int32Array.from(table.items, (item) => {
    const key = `${item.workers.join(",")}|${item.labels.join(",")}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = patterns.length;
      numbers.set(key, number);
      patterns.push(item);
    }
    return number;
  });
  const counts = new Float64Array(patterns.length);
  for (const pattern of patternOf) counts[pattern] = (counts[pattern] as number) + 1;
  return { patterns, patternOf, counts };
}
