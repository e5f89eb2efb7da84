import { parseDirection, type Direction } from "@/domain/benchmark/task";
import { MAP_COLOURS, type MapColour } from "./map-points";
import { QUERY_FILTERS, QUERY_SORTS, type QueryFilter, type QuerySort } from "./query-list";

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
  readonly sort?: QuerySort;
  /** Colour of the open map. */
  readonly map?: MapColour;
  /** The candidate whose "why" is open, and under which encoder. */
  readonly why?: string;
  readonly side?: "a" | "b";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, 300) : undefined;
}

/** Reads the search part of a link; whatever is not understood is left out. */
export function parseBenchSearch(raw: Readonly<Record<string, unknown>>): BenchSearch {
  const direction = parseDirection(textOf(raw["direction"]) ?? "");
  const filter = QUERY_FILTERS.find((name) => name === raw["filter"]);
  const sort = QUERY_SORTS.find((name) => name === raw["sort"]);
  const map = MAP_COLOURS.find((name) => name === raw["map"]);
  const why = textOf(raw["why"]);
  const [query, a, b] = [textOf(raw["query"]), textOf(raw["a"]), textOf(raw["b"])];
  return {
    ...(raw["data"] === "demo" ? { data: "demo" as const } : {}),
    ...(direction === undefined ? {} : { direction }),
    ...(query === undefined ? {} : { query }),
    ...(filter === undefined ? {} : { filter }),
    ...(a === undefined ? {} : { a }),
    ...(b === undefined ? {} : { b }),
    ...(sort === undefined ? {} : { sort }),
    ...(map === undefined ? {} : { map }),
    ...(why === undefined ? {} : { why }),
    ...(raw["side"] === "a" || raw["side"] === "b" ? { side: raw["side"] } : {}),
  };
}
