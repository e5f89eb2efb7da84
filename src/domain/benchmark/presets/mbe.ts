/**
 * MM-Bench-E-Commerce (MBE) rows: `id, doc_title, doc_image, doc_industry_name,
 * doc_cate1_name … doc_cate4_name, doc_attributes`. Names of query columns are not published;
 * `query_id, query, query_image, relevance` are ours, others are named by a mapping.
 */
import { z } from "zod";
import { checkRows, cleanText, createProblems, imagePlace, type RowResult } from "../rows";
import type { BenchmarkEntry, BenchmarkQuery, BenchmarkTask } from "../task";

const text = z
  .union([z.string(), z.number(), z.bigint()])
  .transform((value) => cleanText(String(value)));
const optional = text
  .nullish()
  .transform((value) => (value === "" ? undefined : (value ?? undefined)));

const schema = z.object({
  id: text.refine((value) => value !== "", "is empty"),
  doc_title: optional,
  doc_image: optional,
  doc_industry_name: optional,
  doc_cate1_name: optional,
  doc_cate2_name: optional,
  doc_cate3_name: optional,
  doc_cate4_name: optional,
  doc_attributes: optional,
  query_id: optional,
  query: optional,
  query_image: optional,
  relevance: z.coerce.number().positive().nullish(),
});

/**
 * Attributes as MBE writes them: pairs joined by `,,`, key and value by the first `:`, several values
 * by `!!!`.
 *
 * @returns values per name, and what could not be read.
 */
export function parseMbeAttributes(value: string): {
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly unread: readonly string[];
} {
  const attributes = new Map<string, Set<string>>();
  const unread: string[] = [];
  for (const pair of value.split(",,")) {
    if (pair.trim() === "") continue;
    const at = pair.indexOf(":");
    const name = pair.slice(0, Math.max(0, at)).trim();
    const values = pair
      .slice(at + 1)
      .split("!!!")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== "");
    if (at < 0 || name === "" || values.length === 0) {
      unread.push(pair);
      continue;
    }
    const set = attributes.get(name) ?? new Set();
    for (const entry of values) set.add(entry);
    attributes.set(name, set);
  }
  return {
    attributes: Object.fromEntries([...attributes].map(([name, set]) => [name, [...set]])),
    unread,
  };
}

/**
 * @param file - name for problems.
 * @param rows - one row per query-item pair, or per item.
 */
export function readMbe(file: string, rows: readonly RowResult[]): BenchmarkTask {
  const problems = createProblems();
  const candidates = new Map<string, BenchmarkEntry>();
  const queries = new Map<string, BenchmarkQuery>();
  for (const { row, value } of checkRows(file, rows, schema, problems)) {
    const { attributes, unread } = parseMbeAttributes(value.doc_attributes ?? "");
    for (const pair of unread) {
      problems.add(file, row, "doc_attributes", `"${pair.slice(0, 80)}" is not name:value`);
    }
    const image = value.doc_image === undefined ? undefined : imagePlace(value.doc_image);
    if (value.doc_image !== undefined && image === undefined) {
      problems.add(file, row, "doc_image", "is no path inside the folder and no https address");
    }
    const classes = [
      value.doc_industry_name,
      value.doc_cate1_name,
      value.doc_cate2_name,
      value.doc_cate3_name,
      value.doc_cate4_name,
    ];
    const depth = classes.indexOf(undefined);
    if (!candidates.has(value.id)) {
      candidates.set(value.id, {
        id: value.id,
        ...(value.doc_title === undefined ? {} : { text: value.doc_title }),
        ...(image === undefined ? {} : { image }),
        classes: (depth < 0 ? classes : classes.slice(0, depth)) as string[],
        attributes,
      });
    }
    if (value.query === undefined && value.query_image === undefined) continue;
    const queryImage = value.query_image === undefined ? undefined : imagePlace(value.query_image);
    const id = value.query_id ?? `${value.query ?? ""}|${queryImage ?? ""}`;
    const before = queries.get(id);
    queries.set(id, {
      id,
      ...(value.query === undefined ? {} : { text: value.query }),
      ...(queryImage === undefined ? {} : { image: queryImage }),
      relevant: [
        ...(before?.relevant ?? []).filter((entry) => entry.id !== value.id),
        { id: value.id, gain: value.relevance ?? 1 },
      ],
    });
  }
  return {
    name: "MBE",
    preset: "mbe",
    split: "all",
    queries: [...queries.values()],
    candidates: [...candidates.values()],
    levels: ["industry", "level 1", "level 2", "level 3", "level 4"],
    subjects: "candidates",
    trueGain: 0,
    relevance:
      "A query's true items are those it was paired with (purchases, as MBE defines them).",
    problems: problems.list,
  };
}
