import {
  BASELINE_REVISION,
  BASELINE_VIEWS,
  baselineVector,
  colourVector,
  wordVector,
  type BaselineId,
} from "@/domain/benchmark/baselines";
import type { BenchmarkEncoder } from "@/domain/benchmark/encoder";
import { messageOf } from "@/shared/lib/errors";

/** Decoded pixels; transparent ones keep their opacity. */
export interface Pixels {
  readonly data: ArrayLike<number>;
  readonly channels: 3 | 4;
}

/**
 * A trivial encoder. An image used in two views is decoded once per batch.
 *
 * @param id - which.
 * @param readPixels - decodes an image of the data set by its file name.
 */
export function createBaselineEncoder(
  id: BaselineId,
  readPixels: (image: string) => Promise<Pixels>,
): BenchmarkEncoder {
  return {
    id,
    revision: BASELINE_REVISION,
    views: BASELINE_VIEWS[id],
    fusion: "side-by-side",
    async encode(jobs, signal) {
      const failures: { index: number; reason: string }[] = [];
      const colours = new Map<string, Promise<Float32Array>>();
      const read = (image: string): Promise<Float32Array> => {
        const known = colours.get(image);
        if (known !== undefined) return known;
        const made = readPixels(image).then(({ data, channels }) => colourVector(data, channels));
        colours.set(image, made);
        return made;
      };
      // All images of the batch are read at once; a broken one is reported below, with its job.
      if (id !== "baseline-words") {
        for (const { image } of jobs) if (image !== undefined) read(image).catch(() => undefined);
      }
      const rows: Float32Array[] = [];
      for (const [index, job] of jobs.entries()) {
        signal.throwIfAborted();
        const words =
          job.text === undefined || id === "baseline-color" ? undefined : wordVector(job.text);
        let pixels: Float32Array | undefined;
        try {
          if (job.image !== undefined && id !== "baseline-words") pixels = await read(job.image);
        } catch (error) {
          failures.push({ index, reason: messageOf(error) });
        }
        rows.push(baselineVector(id, words, pixels));
      }
      const dimension = rows[0]?.length ?? 0;
      const vectors = new Float32Array(rows.length * dimension);
      for (const [i, row] of rows.entries()) vectors.set(row, i * dimension);
      return { vectors, dimension, failures };
    },
  };
}
