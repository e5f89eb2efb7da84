import { cleanText } from "./limits";
import type { TableRow } from "./read-table";

/** Properties of a creative by name: covariates of the ranking. */
export type Factors = Readonly<Record<string, number | boolean | string>>;

const MAX_FACTORS = 50;
const MAX_NAME = 100;
const YES = new Set(["true", "yes", "是"]);
const NO = new Set(["false", "no", "否"]);

/** Columns of tables that are numbers or flags, yet no property of a creative. */
const NOT_FACTORS = new Set(
  (
    "id row index date day rank position year month width height w h size bytes sizebytes ctr seed " +
    "strength shown_left is_repeat suggestion decided_at created_at active_ms split perigee"
  ).split(" "),
);
const SIDE = /^(?:(?<base>.+)_(?<side>[ab])|(?<side>[ab])_(?<base>.+))$/iu;

/** A cell as a property: a number, a flag, or a word; undefined when it is empty. */
function factorOf(value: unknown): number | boolean | string | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  const text = cleanText(value, 200);
  if (text === "") return undefined;
  const lower = text.toLowerCase();
  if (YES.has(lower)) return true;
  if (NO.has(lower)) return false;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function sideColumn(row: TableRow, name: string, side: "a" | "b"): unknown {
  return row[`${name}_${side}`] ?? row[`${side}_${name}`];
}

/** The object `factors` of a JSON row, of one side where the row holds two creatives. */
function nested(row: TableRow, side: "a" | "b" | undefined): TableRow {
  const value = row[side === undefined ? "factors" : `factors_${side}`];
  return value !== null && typeof value === "object" ? (value as TableRow) : {};
}

/**
 * The properties of a row's creative.
 *
 * @param names - the columns to read; of pairs, without their `_a` or `_b`.
 * @param side - the creative of a row that holds two.
 * @returns undefined when the row has none.
 */
export function factorsOf(
  row: TableRow,
  names: readonly string[],
  side?: "a" | "b",
): Factors | undefined {
  const cells = [
    ...Object.entries(nested(row, side)),
    ...names.map((name) => [name, side ? sideColumn(row, name, side) : row[name]] as const),
  ];
  const entries = cells.flatMap(([name, cell]) => {
    const value = factorOf(cell);
    return value === undefined ? [] : [[name.slice(0, MAX_NAME), value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries.slice(0, MAX_FACTORS));
}

/** Names that can be chosen as properties: columns, or of pairs what stands once per side. */
export function factorColumns(columns: readonly string[], isPairTable: boolean): string[] {
  if (!isPairTable) return columns.filter((name) => name !== "factors");
  const sides = new Map<string, Set<string>>();
  for (const column of columns) {
    const { base, side } = SIDE.exec(column)?.groups ?? {};
    if (base === undefined || side === undefined) continue;
    sides.set(base, (sides.get(base) ?? new Set()).add(side.toLowerCase()));
  }
  return [...sides].filter(([, found]) => found.size === 2).map(([name]) => name);
}

/** Columns that are most probably properties: no field's column, and numbers or flags throughout. */
export function guessFactors(
  columns: readonly string[],
  rows: readonly TableRow[],
  fields: Readonly<Record<string, string | null>>,
): string[] {
  const isPairTable = fields["imageA"] !== null && fields["imageB"] !== null;
  const taken = new Set(Object.values(fields));
  return factorColumns(columns, isPairTable)
    .filter((name) => !taken.has(name) && !/(?:^|_)id$/iu.test(name))
    .filter((name) => !NOT_FACTORS.has(name.toLowerCase()))
    .filter((name) => {
      const cells = rows.flatMap((row) =>
        isPairTable ? [sideColumn(row, name, "a"), sideColumn(row, name, "b")] : [row[name]],
      );
      const values = cells.map(factorOf).filter((value) => value !== undefined);
      return values.length > 0 && values.every((value) => typeof value !== "string");
    })
    .slice(0, MAX_FACTORS);
}
