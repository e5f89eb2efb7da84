/** Lays out token sequences with image tokens: padding, positions and where each vector comes from. */
import { AppError } from "@/shared/lib/errors";
import type { HostTensor } from "../../ops/ops";

export interface ImageSequence {
  readonly ids: readonly number[];
  /** Indices of the images that the runs of image tokens stand for, in order. */
  readonly images: readonly number[];
}

export interface SequenceLayout {
  readonly imageTokenId: number;
  readonly padId: number;
  /** Image tokens per image. */
  readonly perImage: number;
  /** Images that `source` may refer to. */
  readonly imageCount: number;
  /** S, at least the longest sequence. */
  readonly tokens: number;
  readonly padSide: "left" | "right";
}

export interface PackedSequences {
  /** int32 [B, S] */
  readonly ids: HostTensor;
  /** int32 [B, S], see `runEmbeddings`. */
  readonly source: HostTensor;
  /** float32 [B, S], 1 = a real token. */
  readonly valid: HostTensor;
}

/** @throws AppError `input-invalid` when image tokens and images do not match. */
export function packSequences(
  sequences: readonly ImageSequence[],
  layout: SequenceLayout,
): PackedSequences {
  const { tokens, padSide, imageTokenId, perImage } = layout;
  const batch = sequences.length;
  const ids = new Int32Array(batch * tokens).fill(layout.padId);
  const source = new Int32Array(batch * tokens);
  const valid = new Float32Array(batch * tokens);
  for (const [row, sequence] of sequences.entries()) {
    assertImages(sequence, layout);
    const offset = padSide === "left" ? tokens - sequence.ids.length : 0;
    for (let s = 0; s < tokens; s++) source[row * tokens + s] = row * tokens + s;
    let seen = 0;
    for (const [index, id] of sequence.ids.entries()) {
      const at = row * tokens + offset + index;
      valid[at] = 1;
      if (id !== imageTokenId) {
        ids[at] = id;
        continue;
      }
      const image = sequence.images[Math.floor(seen / perImage)]!;
      source[at] = batch * tokens + image * perImage + (seen % perImage);
      seen += 1;
    }
  }
  const shape = [batch, tokens];
  return {
    ids: { dtype: "int32", shape, data: ids },
    source: { dtype: "int32", shape, data: source },
    valid: { dtype: "float32", shape, data: valid },
  };
}

function assertImages(sequence: ImageSequence, layout: SequenceLayout): void {
  const found = sequence.ids.filter((id) => id === layout.imageTokenId).length;
  const expected = sequence.images.length * layout.perImage;
  if (found !== expected) {
    throw new AppError(
      "input-invalid",
      `The prompt holds ${found} image tokens for ${sequence.images.length} images; ` +
        `expected ${layout.perImage} per image.`,
    );
  }
  const unknown = sequence.images.find((image) => image < 0 || image >= layout.imageCount);
  if (unknown !== undefined) {
    throw new AppError(
      "input-invalid",
      `The prompt refers to image ${unknown}, but ${layout.imageCount} images were given.`,
    );
  }
}

/** The next length at which programs are made, so that few distinct sizes occur: 16, 32, 64, then steps of 64. */
export function bucketLength(length: number): number {
  if (length <= 16) return 16;
  if (length <= 32) return 32;
  return Math.ceil(length / 64) * 64;
}

/** Several images [height × width × 3] as one tensor [N, size, size, 3]. */
export function stackPixels(images: readonly Float32Array[], size: number): HostTensor {
  const each = size * size * 3;
  const data = new Float32Array(images.length * each);
  for (const [index, pixels] of images.entries()) {
    if (pixels.length !== each) {
      throw new AppError(
        "shape-mismatch",
        `Image ${index}: expected ${size} × ${size} × 3 = ${each} values, got ${pixels.length}.`,
      );
    }
    data.set(pixels, index * each);
  }
  return { dtype: "float32", shape: [images.length, size, size, 3], data };
}
