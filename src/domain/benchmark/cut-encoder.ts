import { AppError } from "@/shared/lib/errors";
import type { BenchmarkEncoder } from "./encoder";
import { normalise } from "./vectors";

/**
 * An encoder that gives only the first `width` values of each vector, made a unit vector again
 * (Matryoshka, Kusupati et al. 2022, arXiv:2205.13147).
 *
 * @param encoder - must offer the width.
 * @param width - one of its dimensions.
 * @throws {AppError} input-invalid for a width that the encoder does not offer.
 */
export function cutEncoder<E extends BenchmarkEncoder>(encoder: E, width: number): E {
  const { dimensions = [] } = encoder;
  if (!dimensions.includes(width)) {
    const offer = dimensions.length === 0 ? "cannot be cut" : `offers ${dimensions.join(", ")}`;
    throw new AppError(
      "input-invalid",
      `${encoder.id} ${offer}; ${width} dimensions are not among them`,
    );
  }
  if (width === dimensions.at(-1)) return encoder;
  return {
    ...encoder,
    width,
    dimensions: dimensions.filter((own) => own <= width),
    async encode(jobs, signal) {
      const { vectors, dimension, failures } = await encoder.encode(jobs, signal);
      // A block in which everything failed may have no width at all.
      if (dimension < width) return { vectors, dimension, failures };
      const cut = new Float32Array(jobs.length * width);
      for (let row = 0; row < jobs.length; row++) {
        const own = vectors.slice(row * dimension, row * dimension + width);
        cut.set(normalise(own), row * width);
      }
      return { vectors: cut, dimension: width, failures };
    },
  };
}
