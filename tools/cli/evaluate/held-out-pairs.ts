/** Held-out pairs of generated data sets (`npm run creatives -- dataset`), with what is true of them. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { protocolAnswersSchema } from "@/domain/creative-pair";
import type { ProtocolAnswers } from "@/domain/evaluation-protocol";
import { AppError, messageOf } from "@/shared/lib/errors";
import type { Factors } from "../../creatives/plan/types";
import { UsageError } from "../command";

const both = z.object({ en: z.string(), zh: z.string() });
const queries = z.object({ en: z.array(z.string()), zh: z.array(z.string()) });
const factors = z.custom<Factors>((value) => typeof value === "object" && value !== null);

const creativeSchema = z.object({ id: z.string(), file: z.string(), factors });
const pairSchema = z.object({
  id: z.string(),
  product_id: z.string(),
  split: z.enum(["train", "val", "test"]),
  source: z.enum(["drawn", "photo"]),
  unseen: z.boolean(),
  a: z.string(),
  b: z.string(),
  title: both,
  queries,
  context: z.object({
    kind: z.string(),
    color: z.string(),
    feature: z.string(),
    interests: z.array(z.string()),
    color_asked: z.boolean(),
    group: z.string(),
  }),
  p_a: z.number().min(0).max(1),
  label: z.enum(["A", "B"]),
  comparable: z.boolean().default(true),
  answers: protocolAnswersSchema.transform((answers) => answers as ProtocolAnswers),
});

export type HeldOutPair = z.infer<typeof pairSchema>;
/** `path`: its picture, from where the command runs. */
export type CreativeRow = z.infer<typeof creativeSchema> & { readonly path: string };

/** Parts of a data set, as `training/selector/evaluate.py` names them. */
export const SUBSETS = ["val", "test", "unseen", "photo-val"] as const;
export type Subset = (typeof SUBSETS)[number];

const IN_SUBSET: Readonly<Record<Subset, (pair: HeldOutPair) => boolean>> = {
  val: ({ split, source }) => split === "val" && source === "drawn",
  test: ({ split, source, unseen }) => split === "test" && source === "drawn" && !unseen,
  unseen: ({ split, unseen }) => split === "test" && unseen,
  "photo-val": ({ split, source }) => split === "val" && source === "photo",
};

async function readTable<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new AppError(
      "input-invalid",
      `${file}: ${messageOf(error)}; --data takes a folder that "npm run creatives -- dataset" wrote`,
      { cause: error },
    );
  }
  return text
    .split("\n")
    .flatMap((line, index) =>
      line.trim() === "" ? [] : [parseRow(file, index + 1, line, schema)],
    );
}

function parseRow<T>(file: string, row: number, line: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error);
    throw new AppError("input-invalid", `${file}:${row}: ${reason}`, { cause: error });
  }
}

export interface HeldOut {
  readonly pairs: readonly HeldOutPair[];
  readonly creatives: ReadonlyMap<string, CreativeRow>;
}

export interface Selection {
  readonly subset: Subset;
  /** How many pairs of the subset are left out at its beginning. */
  readonly skip?: number;
  /** At most so many pairs after them. */
  readonly limit?: number;
}

/**
 * The ids of a file as they are among all folders: sets may show the same products, so one that an
 * earlier folder has gets its folder's name in front.
 */
function idsAmongAll(
  file: string,
  rows: readonly { readonly id: string }[],
  taken: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { id } of rows) {
    if (names.has(id)) throw new AppError("input-invalid", `${file}: ${id} is there twice`);
    names.set(id, taken.has(id) ? `${basename(dirname(file))}/${id}` : id);
  }
  return names;
}

/**
 * The creatives given as A and B.
 *
 * @throws {AppError} input-invalid when there is none of that id.
 */
export function sidesOf(
  pair: HeldOutPair,
  creatives: ReadonlyMap<string, CreativeRow>,
): readonly [CreativeRow, CreativeRow] {
  const sideOf = (id: string) => {
    const creative = creatives.get(id);
    if (creative !== undefined) return creative;
    throw new AppError(
      "input-invalid",
      `pairs.jsonl: ${pair.id} names ${id}, not in creatives.jsonl`,
    );
  };
  return [sideOf(pair.a), sideOf(pair.b)];
}

/** The parts that hold pairs, with how many: "train (400), val (12)". */
function partsOf(pairs: readonly HeldOutPair[]): string {
  const counts = [
    ["train", pairs.filter(({ split }) => split === "train").length] as const,
    ...SUBSETS.map((name) => [name, pairs.filter(IN_SUBSET[name]).length] as const),
  ];
  const filled = counts.filter(([, count]) => count > 0);
  return filled.map(([name, count]) => `${name} (${count})`).join(", ") || "no pairs at all";
}

/**
 * Reads several folders as one set, as `training/selector/data.py` does: pairs in the order of the
 * folders and of their files.
 *
 * @param folders - each with creatives.jsonl, pairs.jsonl and the pictures.
 * @throws {AppError} input-invalid, naming file and row, for an id that a file has twice, or for a
 *   chosen pair without its creatives.
 * @throws {UsageError} when a folder is given twice or no pair is chosen.
 */
export async function readHeldOut(
  folders: readonly string[],
  { subset, skip = 0, limit }: Selection,
): Promise<HeldOut> {
  if (new Set(folders).size < folders.length) {
    throw new UsageError(`--data ${folders.join(", ")}: a folder comes twice; name each once`);
  }
  const creatives = new Map<string, CreativeRow>();
  const pairs: HeldOutPair[] = [];
  for (const folder of folders) {
    const creativeFile = join(folder, "creatives.jsonl");
    const rows = await readTable(creativeFile, creativeSchema);
    const creativeIds = idsAmongAll(creativeFile, rows, new Set(creatives.keys()));
    for (const row of rows) {
      const id = creativeIds.get(row.id)!;
      creatives.set(id, { ...row, id, path: join(folder, row.file) });
    }
    const pairFile = join(folder, "pairs.jsonl");
    const own = await readTable(pairFile, pairSchema);
    const pairIds = idsAmongAll(pairFile, own, new Set(pairs.map(({ id }) => id)));
    for (const pair of own) {
      const [a, b] = [pair.a, pair.b].map((id) => creativeIds.get(id) ?? id) as [string, string];
      pairs.push({ ...pair, id: pairIds.get(pair.id)!, a, b });
    }
  }
  const found = pairs.filter(IN_SUBSET[subset]);
  if (found.length === 0) {
    throw new UsageError(
      `--subset ${subset}: no such pairs in ${folders.join(", ")}; there are ${partsOf(pairs)}`,
    );
  }
  const chosen = found.slice(skip).slice(0, limit);
  if (chosen.length === 0) {
    throw new UsageError(`--skip ${skip}: the subset ${subset} has only ${found.length} pairs`);
  }
  for (const pair of chosen) sidesOf(pair, creatives);
  return { pairs: chosen, creatives };
}
