/** What a link to /compare restores: never an image of the visitor's own. */
export interface CompareSearch {
  readonly title?: string;
  readonly queries?: readonly string[];
  /** Id of a built-in example set. */
  readonly example?: string;
}

/** Longer values are cut: a link is not the place for a document. */
const MAX_TEXT = 500;
const MAX_QUERIES = 10;

function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value).slice(0, MAX_TEXT);
  return text === "" ? undefined : text;
}

/** Reads the search part of a link; whatever is not understood is left out. */
export function parseCompareSearch(raw: Readonly<Record<string, unknown>>): CompareSearch {
  const title = textOf(raw["title"]);
  const example = textOf(raw["example"]);
  const given = Array.isArray(raw["queries"]) ? raw["queries"] : [raw["queries"]];
  const queries = given
    .map(textOf)
    .filter((query) => query !== undefined)
    .slice(0, MAX_QUERIES);
  return {
    ...(title === undefined ? {} : { title }),
    ...(queries.length === 0 ? {} : { queries }),
    ...(example === undefined ? {} : { example }),
  };
}
