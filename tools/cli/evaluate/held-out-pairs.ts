/** Held-out pairs of a generated data set (`npm run creatives -- dataset`), with what is true of them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { protocolAnswersSchema } from "@/domain/creative-pair";
import type { ProtocolAnswers } from "@/domain/evaluation-protocol";
import { AppError, messageOf } from "@/shared/lib/errors";
import type { Factors } from "../../creatives/plan/types";

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
export type CreativeRow = z.infer<typeof creativeSchema>;

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

/**
 * @param folder - with creatives.jsonl, pairs.jsonl and the pictures.
 * @param limit - the first so many pairs, in the file's order.
 * @throws {AppError} input-invalid, naming file and row.
 */
export async function readHeldOut(folder: string, subset: Subset, limit: number): Promise<HeldOut> {
  const creatives = await readTable(join(folder, "creatives.jsonl"), creativeSchema);
  const pairs = await readTable(join(folder, "pairs.jsonl"), pairSchema);
  return {
    pairs: pairs.filter(IN_SUBSET[subset]).slice(0, limit),
    creatives: new Map(creatives.map((row) => [row.id, row])),
  };
}
