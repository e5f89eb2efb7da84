import type { RgbaImage, RgbImage } from "./image";

/**
 * Lays straight-alpha pixels over white: round(c·α/255) + 255 − α per channel, halves up.
 * The same as Pillow's `alpha_composite` over an opaque white image, converted to RGB.
 */
export function compositeOverWhite(image: RgbaImage): RgbImage {
  const { width, height, data } = image;
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < out.length; from += 4, to += 3) {
    const alpha = data[from + 3]!;
    for (let c = 0; c < 3; c++) {
      const value = data[from + c]!;
      out[to + c] =
        alpha === 255 ? value : Math.floor((value * alpha * 2 + 255) / 510) + 255 - alpha;
    }
  }
  return { width, height, data: out };
}
