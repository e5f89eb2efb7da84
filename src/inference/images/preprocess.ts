import { planGeometry, type Placement } from "./geometry";
import type { RgbImage } from "./image";
import type { PreprocessConfig } from "./preprocessor-config";
import { resizeImage } from "./resample";

/** NHWC keeps the three channels of a pixel together; NCHW stores one plane after the other. */
export type PixelLayout = "NHWC" | "NCHW";

function place(image: RgbImage, plan: Placement, fill: readonly number[]): RgbImage {
  const { width, height } = plan.canvas;
  if (plan.left === 0 && plan.top === 0 && image.width === width && image.height === height) {
    return image;
  }
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = fill[i % 3]!;
  const fromX = Math.max(0, -plan.left);
  const toX = Math.max(0, plan.left);
  const columns = Math.min(image.width - fromX, width - toX);
  for (let y = Math.max(0, plan.top); y < height; y++) {
    const source = y - plan.top;
    if (source >= image.height) break;
    const start = (source * image.width + fromX) * 3;
    data.set(image.data.subarray(start, start + columns * 3), (y * width + toX) * 3);
  }
  return { width, height, data };
}

/** The 8-bit image that the model sees: resized and placed on its canvas. */
export function fitImage(image: RgbImage, config: PreprocessConfig): RgbImage {
  const plan = planGeometry(image, config, config.mode, config.shortestEdge);
  const resized = resizeImage(image, plan.resized.width, plan.resized.height, config.filter);
  return place(resized, plan, config.fill);
}

/**
 * Pixels as the vision tower takes them: value = (byte · rescale − mean) / std.
 *
 * Computed in double precision and rounded once to float32. Hugging Face's processors round after
 * every step; the difference is below 2e-7.
 *
 * @returns float32 [height × width × 3] (NHWC) or [3 × height × width] (NCHW) of one image.
 */
export function preprocessImage(
  image: RgbImage,
  config: PreprocessConfig,
  layout: PixelLayout,
): Float32Array {
  const fitted = fitImage(image, config);
  const plane = config.width * config.height;
  const out = new Float32Array(plane * 3);
  for (let c = 0; c < 3; c++) {
    const table = new Float32Array(256);
    for (let v = 0; v < 256; v++)
      table[v] = (v * config.rescale - config.mean[c]!) / config.std[c]!;
    const [start, step] = layout === "NHWC" ? [c, 3] : [c * plane, 1];
    for (let i = 0; i < plane; i++) out[start + i * step] = table[fitted.data[i * 3 + c]!]!;
  }
  return out;
}
