import type { BenchmarkEncoder, EncodeJob } from "@/domain/benchmark/encoder";
import { normalise } from "@/domain/benchmark/vectors";
import { readNpy } from "@/domain/npy";
import { AppError } from "@/shared/lib/errors";

/**
 * Vectors made elsewhere, as an encoder of their own.
 *
 * @param id - shown as the encoder's name.
 * @param npy - a float32 array [rows × dimension].
 * @param keys - the key (`role:view:id`) of each row, in order.
 * @throws {AppError} input-invalid when rows and keys do not fit.
 */
export function createImportedEncoder(
  id: string,
  npy: Uint8Array,
  keys: readonly string[],
): BenchmarkEncoder {
  const { shape, data, dtype } = readNpy(npy);
  const [count = 0, dimension = 0] = shape;
  if (dtype !== "float32" || shape.length !== 2 || count !== keys.length) {
    throw new AppError(
      "input-invalid",
      `${id}: expected a float32 array of ${keys.length} rows (one per item, in the order of the item list), got ${dtype} (${shape.join(", ")}). Write the item list, encode it in its order, and try again.`,
    );
  }
  const rows = new Map(keys.map((key, row) => [key, row]));
  const views = (["t", "i", "mm"] as const).filter((view) =>
    keys.some((key) => key.split(":")[1] === view),
  );
  const vectorOf = (row: number): Float32Array =>
    normalise(data.slice(row * dimension, (row + 1) * dimension) as Float32Array);
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
        const vector = row === undefined ? undefined : vectorOf(row);
        if (vector !== undefined && vector.every(Number.isFinite)) {
          vectors.set(vector, index * dimension);
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
