/** Any table, by a mapping of its columns. */
import { z } from "zod";
import { cleanText, createProblems, imagePlace, type ProblemList, type RowResult } from "../rows";
import type { BenchmarkEntry, BenchmarkQuery, BenchmarkTask, Relevance } from "../task";

/** Which column holds what. Levels go from general to special. */
export const mappingSchema = z.strictObject({
  items: z.strictObject({
    id: z.string(),
    text: z.array(z.string()).default([]),
    image: z.string().optional(),
    classes: z.array(z.string()).default([]),
    attributes: z.array(z.string()).default([]),
  }),
  queries: z
    .strictObject({
      id: z.string(),
      text: z.string().optional(),
      image: z.string().optional(),
      /** Ids of relevant items: a list, or text separated by white space, comma, semicolon or bar. */
      relevant: z.string().optional(),
      language: z.string().optional(),
    })
    .optional(),
});
export type ColumnMapping = z.infer<typeof mappingSchema>;

const GUESSES = {
  id: ["id", "item_id", "product_id", "doc_id", "sku"],
  text: ["title", "text", "name", "doc_title", "caption"],
  image: ["image", "file_name", "img", "doc_image", "image_path", "image_url", "url"],
  classes: ["category", "class", "label", "coarse", "doc_industry_name", "doc_cate1_name"],
  queryId: ["query_id", "qid", "id"],
  queryText: ["query", "text", "query_text"],
  queryImage: ["query_image", "image", "file_name"],
  relevant: ["relevant", "purchased", "positive", "pos_cand_list", "item_id", "product_id"],
  language: ["language", "lang"],
} as const;

/** A first mapping from column names; the user corrects it. */
export function guessMapping(
  itemColumns: readonly string[],
  queryColumns: readonly string[] = [],
): ColumnMapping {
  const find = (columns: readonly string[], names: readonly string[]) =>
    names
      .map((name) => columns.find((column) => column.toLowerCase() === name))
      .find((column) => column !== undefined);
  const optional = <K extends string>(key: K, value: string | undefined) =>
    (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
  const text = find(itemColumns, GUESSES.text);
  return {
    items: {
      id: find(itemColumns, GUESSES.id) ?? itemColumns[0] ?? "id",
      text: text === undefined ? [] : [text],
      ...optional("image", find(itemColumns, GUESSES.image)),
      classes: itemColumns.filter((column) =>
        (GUESSES.classes as readonly string[]).includes(column.toLowerCase()),
      ),
      attributes: [],
    },
    ...(queryColumns.length === 0
      ? {}
      : {
          queries: {
            id: find(queryColumns, GUESSES.queryId) ?? queryColumns[0]!,
            ...optional("text", find(queryColumns, GUESSES.queryText)),
            ...optional("image", find(queryColumns, GUESSES.queryImage)),
            ...optional("relevant", find(queryColumns, GUESSES.relevant)),
            ...optional("language", find(queryColumns, GUESSES.language)),
          },
        }),
  };
}

function textOf(value: unknown): string | undefined {
  const isPlain =
    typeof value === "string" || typeof value === "number" || typeof value === "bigint";
  const text = isPlain ? cleanText(String(value)) : "";
  return text === "" ? undefined : text;
}

function listOf(value: unknown): string[] {
  const list = Array.isArray(value) ? value : (textOf(value)?.split(/[\s,;|]+/u) ?? []);
  return list.flatMap((entry) => textOf(entry) ?? []);
}

interface RowContext {
  readonly file: string;
  readonly row: number;
  readonly problems: ProblemList;
}

function imageOf(value: unknown, column: string, context: RowContext): { image?: string } {
  const text = textOf(value);
  if (text === undefined) return {};
  const path = imagePlace(text);
  if (path !== undefined) return { image: path };
  context.problems.add(
    context.file,
    context.row,
    column,
    "is no path inside the folder and no https address",
  );
  return {};
}

function readItems(
  rows: readonly RowResult[],
  mapping: ColumnMapping["items"],
  problems: ProblemList,
): Map<string, BenchmarkEntry> {
  const items = new Map<string, BenchmarkEntry>();
  const file = "items";
  for (const result of rows) {
    const { row } = result;
    if ("issue" in result) {
      problems.add(file, row, "", result.issue);
      continue;
    }
    const { value } = result;
    const id = textOf(value[mapping.id]);
    if (id === undefined || items.has(id)) {
      problems.add(file, row, mapping.id, id === undefined ? "is empty" : `"${id}" came before`);
      continue;
    }
    const text = mapping.text.flatMap((column) => textOf(value[column]) ?? []).join(". ");
    const image =
      mapping.image === undefined
        ? {}
        : imageOf(value[mapping.image], mapping.image, { file, row, problems });
    if (text === "" && !("image" in image)) {
      problems.add(file, row, mapping.text.join(", "), "has neither text nor image");
      continue;
    }
    const classes = mapping.classes.map((column) => textOf(value[column]));
    const depth = classes.indexOf(undefined);
    items.set(id, {
      id,
      ...image,
      ...(text === "" ? {} : { text }),
      classes: (depth < 0 ? classes : classes.slice(0, depth)) as string[],
      attributes: Object.fromEntries(
        mapping.attributes
          .map((column) => [column, listOf(value[column])] as const)
          .filter(([, values]) => values.length > 0),
      ),
    });
  }
  return items;
}

export interface CustomTables {
  readonly items: readonly RowResult[];
  readonly queries?: readonly RowResult[];
  readonly qrels?: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * @param tables - items, and queries with their relevant items or TREC judgements.
 * @param mapping - which column holds what.
 */
export function readCustom(tables: CustomTables, mapping: ColumnMapping): BenchmarkTask {
  const problems = createProblems();
  const items = readItems(tables.items, mapping.items, problems);
  const queries = new Map<string, BenchmarkQuery>();
  const columns = mapping.queries;
  for (const result of columns === undefined ? [] : (tables.queries ?? [])) {
    const { row } = result;
    const context = { file: "queries", row, problems };
    if ("issue" in result) {
      problems.add("queries", row, "", result.issue);
      continue;
    }
    const { value } = result;
    const id = textOf(value[columns!.id]);
    if (id === undefined || queries.has(id)) {
      problems.add("queries", row, columns!.id, id === undefined ? "is empty" : "came before");
      continue;
    }
    const given = columns!.relevant === undefined ? [] : listOf(value[columns!.relevant]);
    const judged = [...(tables.qrels?.get(id) ?? [])].filter(([, gain]) => gain > 0);
    const gains = new Map([...given.map((item) => [item, 1] as const), ...judged]);
    const unknown = [...gains.keys()].filter((item) => !items.has(item));
    if (unknown.length > 0) {
      const shown = unknown.slice(0, 5).join(", ");
      problems.add("queries", row, columns!.relevant ?? "qrels", `unknown items: ${shown}`);
    }
    const relevant: Relevance[] = [...gains]
      .filter(([item]) => items.has(item))
      .map(([item, gain]) => ({ id: item, gain }));
    const classes = items.get(relevant[0]?.id ?? "")?.classes;
    const text = columns!.text === undefined ? undefined : textOf(value[columns!.text]);
    const language = columns!.language === undefined ? undefined : textOf(value[columns!.language]);
    queries.set(id, {
      id,
      relevant,
      ...(text === undefined ? {} : { text }),
      ...(columns!.image === undefined
        ? {}
        : imageOf(value[columns!.image], columns!.image, context)),
      ...(language === undefined ? {} : { language }),
      ...(classes === undefined ? {} : { classes }),
    });
  }
  return {
    name: "Imported",
    preset: "custom",
    split: "all",
    queries: [...queries.values()],
    candidates: [...items.values()],
    levels: mapping.items.classes,
    subjects: "candidates",
    trueGain: 0,
    relevance: "A query's true items are those the imported table or the qrels name.",
    problems: problems.list,
  };
}
