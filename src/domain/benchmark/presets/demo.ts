/** Perigee's drawn demo catalogue: text and image queries with purchases and clicks. */
import { z } from "zod";
import { checkRows, cleanText, createProblems, safePath, uniqueIds, type RowResult } from "../rows";
import type { BenchmarkTask } from "../task";

const path = z.string().refine((value) => safePath(value) !== undefined, "is not a relative path");
const both = z.object({ en: z.string(), zh: z.string() });
const productSchema = z.object({
  id: z.string().min(1),
  categories: z.array(z.string()),
  title: both,
  attributes: z.record(z.string(), z.string()).default({}),
  views: z.array(z.object({ file: path, view: z.string() })).min(1),
});
const querySchema = z
  .object({
    id: z.string().min(1),
    text: both.optional(),
    image: path.optional(),
    purchased: z.array(z.string()).default([]),
    clicked: z.array(z.string()).default([]),
  })
  .refine(({ text, image }) => text !== undefined || image !== undefined, "needs text or image");

export interface DemoTables {
  readonly products: readonly RowResult[];
  readonly queries: readonly RowResult[];
}

/**
 * @param tables - rows of catalogue.jsonl and queries.jsonl.
 * @param language - of titles and queries.
 */
export function readDemo(tables: DemoTables, language: "en" | "zh" = "en"): BenchmarkTask {
  const problems = createProblems();
  const products = uniqueIds(
    "catalogue.jsonl",
    checkRows("catalogue.jsonl", tables.products, productSchema, problems),
    problems,
  );
  const known = new Map(products.map((product) => [product.id, product]));
  const queries = checkRows("queries.jsonl", tables.queries, querySchema, problems).map(
    ({ row, value: { id, text, image, purchased, clicked } }) => {
      const missing = [...purchased, ...clicked].filter((item) => !known.has(item));
      if (missing.length > 0) {
        problems.add("queries.jsonl", row, "purchased", `unknown items: ${missing.join(", ")}`);
      }
      const bought = new Set(purchased);
      const relevant = [
        ...purchased.map((item) => ({ id: item, gain: 2 })),
        ...clicked.filter((item) => !bought.has(item)).map((item) => ({ id: item, gain: 1 })),
      ].filter((entry) => known.has(entry.id));
      const classes = known.get(relevant[0]?.id ?? "")?.categories;
      return {
        row,
        value: {
          id,
          relevant,
          ...(text === undefined ? {} : { text: cleanText(text[language]), language }),
          ...(image === undefined ? {} : { image }),
          ...(classes === undefined ? {} : { classes }),
        },
      };
    },
  );
  return {
    name: "Demo catalogue",
    preset: "demo",
    split: "all",
    queries: uniqueIds("queries.jsonl", queries, problems),
    candidates: products.map(({ id, categories, title, attributes, views }) => ({
      id,
      image: (views.find(({ view }) => view === "main") ?? views[0]!).file,
      text: cleanText(title[language]),
      classes: categories,
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, value]) => [name, [value]]),
      ),
    })),
    levels: ["level 1", "level 2", "level 3"],
    subjects: "candidates",
    trueGain: 2,
    relevance:
      "A query's true item is the one bought after it; image-based search recall also counts clicked items. Drawn products and simulated shoppers.",
    problems: problems.list,
  };
}
