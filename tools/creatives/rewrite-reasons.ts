import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { flipAnswers, type ProtocolAnswers } from "@/domain/evaluation-protocol";
import { createRng } from "@/shared/lib/rng";
import type { PairContext } from "./plan/aspects";
import type { Factors } from "./plan/types";
import type { Language } from "./plan/words";
import { factsOf, writeReasons } from "./reasoning/grammar";

interface PairRecord {
  readonly id: string;
  readonly a: string;
  readonly b: string;
  readonly context: PairContext;
  readonly answers: ProtocolAnswers;
}

async function* recordsOf(path: string): AsyncGenerator<unknown> {
  const file = await open(path);
  for await (const line of file.readLines()) if (line !== "") yield JSON.parse(line);
}

/**
 * Copies the pairs of a data set with `variants` freshly written reasons per order and language:
 * more wordings for training, from the same pictures, facts and answers.
 *
 * @param folder - a data set; its creatives.jsonl and pairs.jsonl are read.
 * @param output - the file to write, which may be one of those; it stays as it is when writing fails.
 * @returns the number of pairs.
 */
export async function rewriteReasons(
  folder: string,
  output: string,
  variants: number,
  seed: number,
): Promise<number> {
  const factors = new Map<string, Factors>();
  for await (const row of recordsOf(join(folder, "creatives.jsonl"))) {
    const creative = row as { id: string; factors: Factors };
    factors.set(creative.id, creative.factors);
  }
  const factorsOf = (pair: PairRecord, id: string) => {
    const found = factors.get(id);
    if (found === undefined)
      throw new Error(`${folder}: pair ${pair.id} names a creative that creatives.jsonl lacks`);
    return found;
  };
  const rng = createRng(seed);
  let pairs = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const row of recordsOf(join(folder, "pairs.jsonl"))) {
      const pair = row as PairRecord;
      const write = (language: Language, order: "AB" | "BA") => {
        const [left, right] = order === "AB" ? [pair.a, pair.b] : [pair.b, pair.a];
        const answers = order === "AB" ? pair.answers : flipAnswers(pair.answers);
        const [a, b] = [factorsOf(pair, left), factorsOf(pair, right)];
        const facts = factsOf(a, b, pair.context, answers);
        return Array.from({ length: variants }, () => writeReasons(answers, language, facts, rng));
      };
      const reasons = {
        AB: { en: write("en", "AB"), zh: write("zh", "AB") },
        BA: { en: write("en", "BA"), zh: write("zh", "BA") },
      };
      yield `${JSON.stringify({ ...pair, reasons })}\n`;
      pairs++;
    }
  }
  const unfinished = `${output}.${process.pid}.part`;
  try {
    await pipeline(lines, createWriteStream(unfinished));
    await rename(unfinished, output);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return pairs;
}
