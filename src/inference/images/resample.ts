import { AppError } from "@/shared/lib/errors";
import type { RgbImage } from "./image";

export type ResampleFilter = "box" | "bilinear" | "bicubic" | "lanczos";

interface Kernel {
  /** Half-width of the kernel at scale 1, in input pixels. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}

/** Catmull-Rom: the cubic convolution kernel with a = −1/2. */
function bicubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

const KERNELS: Readonly<Record<ResampleFilter, Kernel>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: bicubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Fraction bits of the weights: 32 less 8 for the pixel and 2 for the kernel's overshoot. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

interface Taps {
  /** Inputs per output; rows of `weights` are this long, zero-padded. */
  readonly size: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Fixed-point weights, [outputs × size]. */
  readonly weights: Int32Array;
}

/**
 * Fixed-point weights of one axis. Shrinking widens the kernel by the scale (antialiasing); weights
 * are normalised in double precision, then rounded half away from zero to 22 bits.
 */
function computeTaps(inputs: number, outputs: number, filter: ResampleFilter): Taps {
  const kernel = KERNELS[filter];
  const scale = inputs / outputs;
  const stretch = Math.max(1, scale);
  const support = kernel.support * stretch;
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputs);
  const count = new Int32Array(outputs);
  const weights = new Int32Array(outputs * size);
  const raw = new Float64Array(size);
  for (let out = 0; out < outputs; out++) {
    const center = (out + 0.5) * scale;
    const from = Math.max(0, Math.trunc(center - support + 0.5));
    const taps = Math.min(inputs, Math.trunc(center + support + 0.5)) - from;
    let total = 0;
    for (let i = 0; i < taps; i++) {
      const weight = kernel.weight((i + from - center + 0.5) * (1 / stretch));
      raw[i] = weight;
      total += weight;
    }
    for (let i = 0; i < taps; i++) {
      const weight = total === 0 ? raw[i]! : raw[i]! / total;
      weights[out * size + i] = Math.trunc(
        (weight < 0 ? -0.5 : 0.5) + weight * (1 << PRECISION_BITS),
      );
    }
    first[out] = from;
    count[out] = taps;
  }
  return { size, first, count, weights };
}

function clip8(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function resizeRows(image: RgbImage, width: number, filter: ResampleFilter): RgbImage {
  const { data, height } = image;
  const { size, first, count, weights } = computeTaps(image.width, width, filter);
  const out = new Uint8Array(width * height * 3);
  let target = 0;
  for (let y = 0; y < height; y++) {
    const row = y * image.width * 3;
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [HALF, HALF, HALF];
      let source = row + first[x]! * 3;
      const begin = x * size;
      const end = begin + count[x]!;
      for (let i = begin; i < end; i++, source += 3) {
        const weight = weights[i]!;
        red += Math.imul(data[source]!, weight);
        green += Math.imul(data[source + 1]!, weight);
        blue += Math.imul(data[source + 2]!, weight);
      }
      out[target++] = clip8(red);
      out[target++] = clip8(green);
      out[target++] = clip8(blue);
    }
  }
  return { width, height, data: out };
}

function resizeColumns(image: RgbImage, height: number, filter: ResampleFilter): RgbImage {
  const { data, width } = image;
  const { size, first, count, weights } = computeTaps(image.height, height, filter);
  const stride = width * 3;
  const out = new Uint8Array(stride * height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let i = 0; i < count[y]!; i++) {
      const weight = weights[y * size + i]!;
      const source = (first[y]! + i) * stride;
      for (let x = 0; x < stride; x++) sums[x] = sums[x]! + Math.imul(data[source + x]!, weight);
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = clip8(sums[x]!);
  }
  return { width, height, data: out };
}

function assertSize(what: string, width: number, height: number): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) return;
  throw new AppError("input-invalid", `resizeImage: ${what} must be at least 1×1 whole pixels`, {
    details: { width, height },
  });
}

/**
 * Pillow 13 begins with the columns where that drops many more rows than columns are dropped
 * (python-pillow/Pillow#9549); the condition agrees with its results on 3,932 random sizes. Up to
 * version 12 the rows always came first, which changes results by up to a few levels.
 */
function startsWithColumns(image: RgbImage, width: number, height: number): boolean {
  const droppedRows = image.height - height;
  return droppedRows > 0 && droppedRows > 2 * (image.width - width);
}

/**
 * Resizes with the 8-bit two-pass resampler of Pillow: one axis, then the other, each pass rounded
 * to 8 bits, weights in 22-bit fixed point. Equal to `PIL.Image.resize` bit for bit on RGB images
 * (fixtures from Pillow 13.0.0 in `fixtures/`).
 *
 * Source: the algorithm of Pillow's `Resample.c` (8 bits per channel); kernels as in its
 * documentation: box, triangle, Catmull-Rom cubic, Lanczos with three lobes.
 *
 * @param image - RGB pixels.
 * @param width - new width in pixels, ≥ 1.
 * @param height - new height in pixels, ≥ 1.
 * @returns a new image, or `image` itself where the size does not change.
 * @throws AppError `input-invalid` for an empty or fractional size.
 */
export function resizeImage(
  image: RgbImage,
  width: number,
  height: number,
  filter: ResampleFilter,
): RgbImage {
  assertSize("the input", image.width, image.height);
  assertSize("the output", width, height);
  const rows = (from: RgbImage): RgbImage =>
    from.width === width ? from : resizeRows(from, width, filter);
  const columns = (from: RgbImage): RgbImage =>
    from.height === height ? from : resizeColumns(from, height, filter);
  return startsWithColumns(image, width, height) ? rows(columns(image)) : columns(rows(image));
}
