/**
 * A benchmark task: queries and candidates in the views t (text), i (image) and mm (both), what is
 * relevant to what, class labels on levels and attributes.
 */

export type View = "t" | "i" | "mm";

/** Query view, dash, candidate view; `search` is MOON's image-based search recall. */
export const DIRECTIONS = ["t-mm", "i-mm", "mm-mm", "t-i", "i-t", "search"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface DirectionViews {
  readonly query: View;
  readonly candidate: View;
}

/** The views a direction compares. */
export function viewsOf(direction: Direction): DirectionViews {
  if (direction === "search") return { query: "i", candidate: "mm" };
  const [query, candidate] = direction.split("-") as [View, View];
  return { query, candidate };
}

/** A direction as people and papers write it: t→mm, t->mm, t2mm and t-mm are the same. */
export function parseDirection(text: string): Direction | undefined {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/→|->|2/u, "-");
  return DIRECTIONS.find((direction) => direction === plain);
}

const VIEW_WORDS: Readonly<Record<View, string>> = {
  t: "text",
  i: "image",
  mm: "image and text",
};

/** What a direction measures, in English, for reports and the command line. */
export function directionDefinition(direction: Direction): string {
  if (direction === "search") {
    return "Image-based search recall: the query's image against the image and text of every candidate; relevant are the items that shoppers bought or clicked after this query.";
  }
  const { query, candidate } = viewsOf(direction);
  return `The query's ${VIEW_WORDS[query]} against the ${VIEW_WORDS[candidate]} of every candidate; relevant are the query's true items.`;
}

/** Something with content: a product, a photo, a query. */
export interface BenchmarkEntry {
  readonly id: string;
  /** File name inside the data set. */
  readonly image?: string;
  readonly text?: string;
  /** Class label per level, most general first; may be shorter than the task's levels. */
  readonly classes?: readonly string[];
  /** Values per attribute name. */
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}

export interface Relevance {
  readonly id: string;
  /** Graded, > 0. */
  readonly gain: number;
}

export interface BenchmarkQuery extends BenchmarkEntry {
  readonly language?: string;
  readonly relevant: readonly Relevance[];
  /** Directions this query takes part in; absent: all whose view it has. */
  readonly directions?: readonly Direction[];
  /** Candidates that do not take part for this query (its own photo, near duplicates). */
  readonly excluded?: readonly string[];
}

/** One row of a file that could not be used. */
export interface RowProblem {
  readonly file: string;
  /** Counted from 1; 0 for the file as a whole. */
  readonly row: number;
  readonly column: string;
  readonly reason: string;
}

export interface BenchmarkTask {
  readonly name: string;
  readonly preset: Preset;
  readonly split: Split;
  readonly queries: readonly BenchmarkQuery[];
  readonly candidates: readonly BenchmarkEntry[];
  /** Names of the class levels, most general first. */
  readonly levels: readonly string[];
  /** Whose class and attributes are predicted, and from which view. */
  readonly subjects: "queries" | "candidates";
  /** Lowest gain that counts as the true item; the direction `search` counts every gain. */
  readonly trueGain: number;
  /** What "relevant" means in this data set. */
  readonly relevance: string;
  readonly problems: readonly RowProblem[];
}

export const PRESETS = ["demo", "grocery", "luma", "mbe", "fashion200k", "custom"] as const;
export type Preset = (typeof PRESETS)[number];

export const SPLITS = ["all", "train", "val"] as const;
export type Split = (typeof SPLITS)[number];

/** Whether an entry has what a view shows. */
export function hasView(entry: BenchmarkEntry, view: View): boolean {
  const hasText = entry.text !== undefined && entry.text !== "";
  if (view === "t") return hasText;
  return entry.image !== undefined && (view === "i" || hasText);
}

/** The query takes part in the direction. */
export function takesPart(query: BenchmarkQuery, direction: Direction): boolean {
  return query.directions?.includes(direction) ?? true;
}

/** Directions for which at least one query and one candidate have the views. */
export function possibleDirections(task: BenchmarkTask): Direction[] {
  return DIRECTIONS.filter((direction) => {
    const views = viewsOf(direction);
    const least = direction === "search" ? 0 : task.trueGain;
    return (
      task.candidates.some((entry) => hasView(entry, views.candidate)) &&
      task.queries.some(
        (query) =>
          takesPart(query, direction) &&
          hasView(query, views.query) &&
          query.relevant.some(({ gain }) => gain >= least),
      )
    );
  });
}
