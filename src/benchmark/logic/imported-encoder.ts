import type { BenchmarkEncoder, EncodeJob } from "@/domain/benchmark/encoder";
import { normalise } from "@/domain/benchmark/vectors";
import { AppError } from "@/shared/lib/errors";
import { createTurns } from "@/shared/lib/turn";
import type { VectorFile } from "./read-vectors";

/**
 * Vectors made elsewhere, as an encoder of their own.
 *
 * @param id - shown as the encoder's name.
 * @param file - a matrix [rows × dimension], with or without keys.
 * @param order - the key (`role:view:id`) of each row where the file has no keys of its own.
 * @throws {AppError} input-invalid when rows and keys do not fit.
 */
export async function createImportedEncoder(
  id: string,
  file: VectorFile,
  order: readonly string[],
): Promise<BenchmarkEncoder> {
  const { rows: count, dimension, data } = file;
  const keys = file.keys ?? order;
  if (count !== keys.length) {
    throw new AppError(
      "input-invalid",
      `${id}: expected ${keys.length} rows (one per item, in the order of the item list), got ${count} × ${dimension}. Write the item list, encode it in its order, and try again.`,
    );
  }
  const rows = new Map<string, number>();
  const named = new Set<string>();
  const turns = createTurns();
  for (const [row, key] of keys.entries()) {
    if (row % 1000 === 0) await turns();
    rows.set(key, row);
    const from = key.indexOf(":") + 1;
    named.add(key.slice(from, key.indexOf(":", from)));
  }
  const views = (["t", "i", "mm"] as const).filter((view) => named.has(view));
  return {
    id,
    revision: "imported",
    views,
    fusion: "imported",
    encode(jobs) {
      const vectors = new Float32Array(jobs.length * dimension);
      const failures: { index: number; reason: string }[] = [];
      for (const [index, job] of jobs.entries()) {
        const row = rows.get(job.key);
        const vector =
          row === undefined ? undefined : data.slice(row * dimension, (row + 1) * dimension);
        if (vector !== undefined && vector.every(Number.isFinite)) {
          vectors.set(normalise(vector), index * dimension);
        } else {
          const reason = row === undefined ? "the file has no row for it" : "is not finite";
          failures.push({ index, reason });
        }
      }
      return Promise.resolve({ vectors, dimension, failures });
    },
  };
}

/** The item list as JSONL, in the order of the rows of imported vectors. */
export function formatItemList(jobs: readonly EncodeJob[]): string {
  return jobs.map(({ key, image, text }) => `${JSON.stringify({ key, image, text })}\n`).join("");
}
