import type { OpCase } from "../op-case";
import { f32Weight, floats } from "./values";

interface Size {
  readonly queries: number;
  readonly rows: number;
  readonly columns: number;
  readonly k: number;
}

/** Whole numbers in [−2, 2] without pattern: sums are exact in any order, and many scores tie. */
function whole(count: number, phase: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Math.round(2 * Math.sin(i * 1.7 + phase + (i % 7))),
  );
}

/** Sorting all scores, the plain way: [score, row] of the first k per query. */
function ranked(x: readonly number[], table: readonly number[], size: Size): [number, number][][] {
  const { queries, rows, columns, k } = size;
  return Array.from({ length: queries }, (_, query) =>
    Array.from({ length: rows }, (__, row): [number, number] => {
      let score = 0;
      for (let i = 0; i < columns; i++)
        score += x[query * columns + i]! * table[row * columns + i]!;
      return [score, row];
    })
      .sort((a, b) => b[0] - a[0] || a[1] - b[1])
      .slice(0, k),
  );
}

function matchCase(
  what: string,
  size: Size,
  emit: "values" | "indices",
  isInSelfTest = false,
): OpCase {
  const { queries, rows, columns, k } = size;
  const x = whole(queries * columns, 0.3);
  const table = whole(rows * columns, 1.1);
  const found = ranked(x, table, size).flat();
  return {
    name: `topMatches: ${what}, ${emit}`,
    inputs: { x: floats([queries, columns], x) },
    weights: { table: f32Weight(floats([rows, columns], table)) },
    build: (ops, weights, i) => ops.topMatches(i["x"]!, weights.matrix("table"), k)[emit],
    expected: {
      dtype: emit === "values" ? "float32" : "int32",
      shape: [queries, k],
      data: found.map(([score, row]) => (emit === "values" ? score : row)),
    },
    isInSelfTest,
  };
}

const SMALL = { queries: 3, rows: 70, columns: 8, k: 5 };
/** Two tiles of queries, two chunks of candidates, and a width that fills no whole step. */
const CHUNKED = { queries: 18, rows: 1100, columns: 20, k: 9 };

export const SEARCH_CASES: readonly OpCase[] = [
  matchCase("one tile and a bit", SMALL, "indices", true),
  matchCase("one tile and a bit", SMALL, "values"),
  matchCase("several tiles and chunks", CHUNKED, "indices"),
  matchCase("several tiles and chunks", CHUNKED, "values"),
  matchCase("all rows asked for", { queries: 2, rows: 12, columns: 4, k: 12 }, "indices"),
  matchCase("one query, one row", { queries: 1, rows: 1, columns: 4, k: 1 }, "values"),
  matchCase("the longest fused list", { queries: 2, rows: 90, columns: 4, k: 40 }, "indices"),
  matchCase("a list too long to fuse", { queries: 2, rows: 90, columns: 4, k: 41 }, "indices"),
  matchCase(
    "a width that is no multiple of 4",
    { queries: 2, rows: 30, columns: 6, k: 4 },
    "indices",
  ),
];
