/**
 * Grocery Store Dataset (M. Klasson, C. Zhang, H. Kjellström, WACV 2019): a photo taken in a shop
 * looks for its item among the catalogue entries.
 */
import { z } from "zod";
import { checkRows, cleanText, createProblems, safePath, type RowResult } from "../rows";
import { lastFifth } from "../split";
import type { BenchmarkEntry, BenchmarkQuery, BenchmarkTask, Split } from "../task";

const path = z.string().refine((value) => safePath(value) !== undefined, "is not a relative path");

const classSchema = z.object({
  id: z.int(),
  title: z.string().min(1),
  coarse: z.string().min(1),
  description: z.string().default(""),
  image: path,
});
const photoSchema = z.object({ image: path, class_id: z.int() });

export interface GroceryTables {
  readonly classes: readonly RowResult[];
  readonly photos: readonly RowResult[];
}

/** The validation photos of all items. */
function heldOut(photos: readonly z.infer<typeof photoSchema>[]): ReadonlySet<string> {
  const byItem = Map.groupBy(photos, ({ class_id }) => class_id);
  return new Set([...byItem.values()].flatMap((own) => [...lastFifth(own.map((p) => p.image))]));
}

/**
 * @param tables - rows of classes.json and train.jsonl.
 * @param split - whose photos are queries: the last fifth of every item's are validation; the catalogue
 *   is always whole.
 */
export function readGrocery(tables: GroceryTables, split: Split): BenchmarkTask {
  const problems = createProblems();
  const items = checkRows("classes.json", tables.classes, classSchema, problems);
  const byId = new Map(items.map(({ value }) => [value.id, value]));
  const candidates = [...byId.values()].map((item): BenchmarkEntry => ({
    id: `item-${item.id}`,
    image: item.image,
    text: cleanText(`${item.title}. ${item.description}`),
    classes: [item.coarse, item.title],
  }));
  const queries: BenchmarkQuery[] = [];
  const photos = checkRows("train.jsonl", tables.photos, photoSchema, problems);
  const held = heldOut(photos.map(({ value }) => value));
  for (const { row, value } of photos) {
    const item = byId.get(value.class_id);
    if (item === undefined) {
      problems.add("train.jsonl", row, "class_id", `no item ${value.class_id} in classes.json`);
      continue;
    }
    if (split !== "all" && held.has(value.image) !== (split === "val")) continue;
    queries.push({
      id: value.image,
      image: value.image,
      relevant: [{ id: `item-${item.id}`, gain: 1 }],
      classes: [item.coarse, item.title],
      directions: ["i-mm", "i-t", "search"],
    });
  }
  for (const item of byId.values()) {
    queries.push({
      id: `title-${item.id}`,
      text: item.title,
      language: "en",
      relevant: [{ id: `item-${item.id}`, gain: 1 }],
      directions: ["t-i"],
    });
  }
  return {
    name: "Grocery: shop photo → catalogue item",
    preset: "grocery",
    split,
    queries,
    candidates,
    levels: ["coarse", "item"],
    subjects: "queries",
    trueGain: 1,
    relevance:
      "A photo's true item is the catalogue entry of its class (picture, title and description). Title queries take part in t→i only, because the catalogue text contains them.",
    problems: problems.list,
  };
}
