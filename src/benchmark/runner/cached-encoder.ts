import type { BenchmarkEncoder, EncodeJob } from "@/domain/benchmark/encoder";
import { sha256Hex } from "@/shared/lib/sha256";
import type { VectorStore } from "@/shared/persistence/benchmark-vectors";
import type { DataFiles } from "../logic/read-data-set";

/** What a vector depends on besides the encoder: the image's bytes and the text. */
async function contentKey(job: EncodeJob, files: DataFiles): Promise<string | undefined> {
  // What cannot be fetched is reported by the encoder, with its reason.
  const image =
    job.image === undefined ? undefined : await files.open(job.image).catch(() => undefined);
  if (job.image !== undefined && image === undefined) return undefined;
  const imageHash = image === undefined ? "" : await sha256Hex(await image.arrayBuffer());
  const textHash =
    job.text === undefined ? "" : await sha256Hex(new TextEncoder().encode(`t${job.text}`));
  return `${imageHash}.${textHash}`;
}

/**
 * Keeps vectors on disk, so that a reload or a second run encodes only what is new or has changed.
 *
 * @param encoder - asked for vectors that are not kept yet.
 * @param store - of this encoder and revision.
 * @param files - where images lie; their bytes are part of the key.
 */
export function createCachedEncoder(
  encoder: BenchmarkEncoder,
  store: VectorStore,
  files: DataFiles,
): BenchmarkEncoder & { readonly flush: () => Promise<void> } {
  return {
    ...encoder,
    flush: () => store.flush(),
    async encode(jobs, signal) {
      const keys = await Promise.all(jobs.map((job) => contentKey(job, files)));
      const found: (Float32Array | undefined)[] = [];
      for (const key of keys) found.push(key === undefined ? undefined : await store.get(key));
      const missing = jobs.map((_, i) => i).filter((i) => found[i] === undefined);
      const failures: { index: number; reason: string }[] = [];
      if (missing.length > 0) {
        const block = await encoder.encode(
          missing.map((i) => jobs[i]!),
          signal,
        );
        const failed = new Map(block.failures.map(({ index, reason }) => [index, reason]));
        for (const [row, index] of missing.entries()) {
          const reason = failed.get(row);
          if (reason !== undefined) {
            failures.push({ index, reason });
            continue;
          }
          const { dimension } = block;
          const vector = block.vectors.slice(row * dimension, (row + 1) * dimension);
          found[index] = vector;
          const key = keys[index];
          if (key !== undefined) await store.put(key, vector);
        }
      }
      const dimension = found.find((vector) => vector !== undefined)?.length ?? 0;
      const vectors = new Float32Array(jobs.length * dimension);
      for (const [i, vector] of found.entries())
        if (vector !== undefined) vectors.set(vector, i * dimension);
      return { vectors, dimension, failures };
    },
  };
}
