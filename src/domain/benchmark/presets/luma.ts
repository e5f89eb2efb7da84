/** Luma outdoor catalogue (Magento 2 sample data): another view of a product looks for the product. */
import { z } from "zod";
import { checkRows, cleanText, createProblems, safePath, uniqueIds, type RowResult } from "../rows";
import { inSplit } from "../split";
import type { BenchmarkEntry, BenchmarkQuery, BenchmarkTask, Split } from "../task";

const schema = z.object({
  id: z.string().min(1),
  title: z.string().min(1),
  categories: z.array(z.array(z.string())).default([]),
  attributes: z.record(z.string(), z.array(z.string())).default({}),
  images: z
    .array(
      z.object({
        file: z.string().refine((value) => safePath(value) !== undefined, "is not a relative path"),
        view: z.string(),
      }),
    )
    .min(1),
});

/**
 * @param rows - rows of products.jsonl.
 * @param split - whose views are queries, by product; candidates are always all products.
 */
export async function readLuma(rows: readonly RowResult[], split: Split): Promise<BenchmarkTask> {
  const problems = createProblems();
  const file = "products.jsonl";
  const products = uniqueIds(file, checkRows(file, rows, schema, problems), problems);
  const candidates: BenchmarkEntry[] = [];
  const queries: BenchmarkQuery[] = [];
  for (const { id, title, categories, attributes, images } of products) {
    const main = images.find(({ view }) => view === "main") ?? images[0]!;
    const text = cleanText(title);
    candidates.push({ id, image: main.file, text, classes: categories[0] ?? [], attributes });
    if (!(await inSplit(`luma:${id}`, split))) continue;
    const relevant = [{ id, gain: 1 }];
    for (const image of images) {
      if (image === main) continue;
      queries.push({
        id: image.file,
        image: image.file,
        relevant,
        classes: categories[0] ?? [],
        directions: ["i-mm", "i-t", "search"],
      });
    }
    queries.push({ id: `title-${id}`, text, language: "en", relevant, directions: ["t-i"] });
  }
  const depth = Math.max(0, ...candidates.map(({ classes = [] }) => classes.length));
  return {
    name: "Luma: other view → product",
    preset: "luma",
    split,
    queries,
    candidates,
    levels: Array.from({ length: depth }, (_, i) => `level ${i + 1}`),
    subjects: "candidates",
    trueGain: 1,
    relevance:
      "A photo that is not the main one (other view, or other colour) looks for its product, shown by the main photo and the title. Title queries take part in t→i only, because the candidates' text is the title.",
    problems: problems.list,
  };
}

/**
 * The same queries among the products that they ask for alone: of split `val` the held-out products,
 * each of which has its title as a query.
 */
export function askedProducts(task: BenchmarkTask): BenchmarkTask {
  const asked = new Set(task.queries.flatMap(({ relevant }) => relevant.map(({ id }) => id)));
  return { ...task, candidates: task.candidates.filter(({ id }) => asked.has(id)) };
}
