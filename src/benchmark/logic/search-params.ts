import { parseDirection, type Direction } from "@/domain/benchmark/task";

export const QUERY_FILTERS = ["all", "miss", "gain", "loss"] as const;
export type QueryFilter = (typeof QUERY_FILTERS)[number];

/** What a link to /search or /benchmark restores. */
export interface BenchSearch {
  /** A built-in data set. */
  readonly data?: "demo";
  readonly direction?: Direction;
  readonly query?: string;
  readonly filter?: QueryFilter;
  /** Keys of the two encoders shown. */
  readonly a?: string;
  readonly b?: string;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 300) : undefined;
}

/** Reads the search part of a link; whatever is not understood is left out. */
export function parseBenchSearch(raw: Readonly<Record<string, unknown>>): BenchSearch {
  const direction = parseDirection(textOf(raw["direction"]) ?? "");
  const filter = QUERY_FILTERS.find((name) => name === raw["filter"]);
  const [query, a, b] = [textOf(raw["query"]), textOf(raw["a"]), textOf(raw["b"])];
  return {
    ...(raw["data"] === "demo" ? { data: "demo" as const } : {}),
    ...(direction === undefined ? {} : { direction }),
    ...(query === undefined ? {} : { query }),
    ...(filter === undefined ? {} : { filter }),
    ...(a === undefined ? {} : { a }),
    ...(b === undefined ? {} : { b }),
  };
}
