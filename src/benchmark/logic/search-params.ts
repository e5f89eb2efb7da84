import { DIRECTIONS, parseDirection, type Direction } from "@/domain/benchmark/task";
import { MAP_COLOURS, MAP_LAYOUTS, type MapColour, type MapLayout } from "./map-points";
import { QUERY_FILTERS, QUERY_SORTS, type QueryFilter, type QuerySort } from "./query-list";

export const MEASURE_SETS = ["recall", "order", "depth"] as const;
/** Which figures the table of /benchmark shows. */
export type MeasureSet = (typeof MEASURE_SETS)[number];

/** What a link to /search or /benchmark restores. */
export interface BenchSearch {
  /** A built-in data set, and the language of its titles and queries. */
  readonly data?: "demo";
  readonly language?: "en" | "zh";
  readonly direction?: Direction;
  readonly query?: string;
  readonly filter?: QueryFilter;
  /** Keys of the two encoders shown. */
  readonly a?: string;
  readonly b?: string;
  readonly sort?: QuerySort;
  /** Kind of the slices, and the one chosen. */
  readonly by?: string;
  readonly value?: string;
  /** Colour of the open map, how it is laid out, and the lasso on it. */
  readonly map?: MapColour;
  readonly layout?: MapLayout;
  readonly lasso?: string;
  /** The candidate whose "why" is open, and under which encoder. */
  readonly why?: string;
  readonly side?: "a" | "b";
  /** Words of a query of the user's own. */
  readonly ask?: string;
  /** What /benchmark measures: keys of encoders, directions, leading dimensions of the vectors. */
  readonly encoders?: readonly string[];
  readonly directions?: readonly Direction[];
  readonly width?: number;
  readonly measures?: MeasureSet;
  /** It was run: who follows the link wants to see the figures. */
  readonly run?: true;
}

const MAX_TEXT = 300;
/** Longer than any lasso that the map writes. */
const MAX_LASSO = 700;

function textOf(value: unknown, most = MAX_TEXT): string | undefined {
  // A link's reader turns what looks like a number or a truth value into one.
  const isParsed = typeof value === "number" || typeof value === "boolean";
  const text = isParsed ? String(value) : value;
  return typeof text === "string" && text !== "" ? text.slice(0, most) : undefined;
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((name) => name === value);
}

const MAX_ENCODERS = 20;
const MAX_WIDTH = 100_000;

/** A list as the link has it; undefined for anything that is not a list of texts. */
function listOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.slice(0, MAX_ENCODERS).map((entry) => textOf(entry));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function directionsOf(value: unknown): readonly Direction[] | undefined {
  const named = listOf(value)?.map(parseDirection);
  return named && DIRECTIONS.filter((direction) => named.includes(direction));
}

function widthOf(value: unknown): number | undefined {
  const isWidth = Number.isInteger(value) && (value as number) > 0 && (value as number) < MAX_WIDTH;
  return isWidth ? (value as number) : undefined;
}

/** Without the members that are undefined. */
function defined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, own]) => own !== undefined)) as T;
}

/** Reads the search part of a link; whatever is not understood is left out. */
export function parseBenchSearch(raw: Readonly<Record<string, unknown>>): BenchSearch {
  return defined<Required<BenchSearch>>({
    data: oneOf(["demo"], raw["data"]),
    language: oneOf(["en", "zh"], raw["language"]),
    direction: parseDirection(textOf(raw["direction"]) ?? ""),
    query: textOf(raw["query"]),
    filter: oneOf(QUERY_FILTERS, raw["filter"]),
    a: textOf(raw["a"]),
    b: textOf(raw["b"]),
    sort: oneOf(QUERY_SORTS, raw["sort"]),
    by: textOf(raw["by"]),
    // A query without language is a slice, too: the empty value counts.
    value: raw["value"] === "" ? "" : textOf(raw["value"]),
    map: oneOf(MAP_COLOURS, raw["map"]),
    layout: oneOf(MAP_LAYOUTS, raw["layout"]),
    lasso: textOf(raw["lasso"], MAX_LASSO),
    why: textOf(raw["why"]),
    side: oneOf(["a", "b"], raw["side"]),
    ask: textOf(raw["ask"]),
    encoders: listOf(raw["encoders"]),
    directions: directionsOf(raw["directions"]),
    width: widthOf(raw["width"]),
    measures: oneOf(MEASURE_SETS, raw["measures"]),
    run: raw["run"] === true ? true : undefined,
  });
}
