import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { writeNpy, writeNpyTexts } from "@/domain/npy";
import { AppError } from "@/shared/lib/errors";

/**
 * The vectors of a run as .npz: `vectors` float32 [rows, dimension] and `keys` [rows], each key
 * `role:view:id`. Rows that could not be encoded are left out.
 *
 * @throws {AppError} input-invalid when nothing was encoded.
 */
export async function vectorsNpz(run: BenchmarkRun): Promise<Blob> {
  const tables = [
    ...[...run.candidates].map(([view, table]) => ({ role: "candidate", view, table })),
    ...[...run.queries].map(([view, table]) => ({ role: "query", view, table })),
  ].filter(({ table }) => table.size > 0);
  const dimension = tables[0]?.table.dimension;
  if (dimension === undefined) {
    throw new AppError("input-invalid", `${run.encoder.id}: no vector was made; run it first.`);
  }
  const keys = tables.flatMap(({ role, view, table }) =>
    table.ids.map((id) => `${role}:${view}:${id}`),
  );
  const data = new Float32Array(keys.length * dimension);
  let at = 0;
  for (const { table } of tables) {
    data.set(table.matrix(), at);
    at += table.matrix().length;
  }
  const { BlobWriter, Uint8ArrayReader, ZipWriter } = await import("@zip.js/zip.js");
  const zip = new ZipWriter(new BlobWriter("application/zip"));
  const arrays = {
    "vectors.npy": writeNpy({ dtype: "float32", shape: [keys.length, dimension], data }),
    "keys.npy": writeNpyTexts(keys),
  };
  // Stored as they are: vectors do not shrink.
  for (const [name, bytes] of Object.entries(arrays)) {
    await zip.add(name, new Uint8ArrayReader(bytes), { level: 0 });
  }
  return await zip.close();
}
