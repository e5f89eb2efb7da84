import { z } from "zod";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import { sha256Hex } from "@/shared/lib/sha256";
import type { BlobStore } from "@/shared/persistence/opfs";
import type { Judgements, Verdict } from "../logic/judgements";

/** Rows, not an object: a query may be called `__proto__`. */
const fileSchema = z.object({
  version: z.literal(1),
  judgements: z.array(z.tuple([z.string(), z.string(), z.literal([0, 1])])),
});

/**
 * Where judgements of a data set lie: the same candidates of the same preset are the same data set,
 * whatever the split or the language.
 */
export async function judgementPath(task: BenchmarkTask): Promise<string> {
  const ids = task.candidates.map(({ id }) => id).sort();
  const bytes = new TextEncoder().encode(JSON.stringify([task.preset, ids]));
  return `judgements/${(await sha256Hex(bytes)).slice(0, 32)}.json`;
}

/** What was judged before; nothing where no file lies, or one that cannot be understood. */
export async function loadJudgements(blobs: BlobStore, path: string): Promise<Judgements> {
  const file = await blobs.read(path);
  if (file === undefined) return new Map();
  let raw: unknown;
  try {
    raw = JSON.parse(await file.text());
  } catch {
    return new Map();
  }
  const parsed = fileSchema.safeParse(raw);
  if (!parsed.success) return new Map();
  const judgements = new Map<string, Map<string, Verdict>>();
  for (const [query, candidate, verdict] of parsed.data.judgements) {
    const own = judgements.get(query) ?? new Map<string, Verdict>();
    judgements.set(query, own.set(candidate, verdict));
  }
  return judgements;
}

export async function saveJudgements(
  blobs: BlobStore,
  path: string,
  judgements: Judgements,
): Promise<void> {
  const rows = [...judgements].flatMap(([query, own]) =>
    [...own].map(([candidate, verdict]) => [query, candidate, verdict]),
  );
  await blobs.write(path, new Blob([JSON.stringify({ version: 1, judgements: rows })]));
}
