/** Properties of an image measured from its pixels, each in [0, 1]. */
export interface ImageFactors {
  /** Mean luma. */
  readonly brightness: number;
  /** Standard deviation of luma, doubled (0.5 is the largest possible). */
  readonly contrast: number;
  /** Mean difference between the largest and the smallest channel. */
  readonly colourfulness: number;
  /** Share of neighbouring pixels that differ by more than 10 % in luma: text, edges, clutter. */
  readonly busyness: number;
}

/**
 * Measures an image. Luma is Rec. 709 on sRGB values: 0.2126 R + 0.7152 G + 0.0722 B.
 *
 * @param rgba - [height × width × 4] bytes, alpha ignored.
 */
export function measureImage(rgba: Uint8ClampedArray, width: number, height: number): ImageFactors {
  const count = width * height;
  const luma = new Float32Array(count);
  let sum = 0;
  let colour = 0;
  for (let at = 0; at < count; at++) {
    const [r, g, b] = [rgba[4 * at]! / 255, rgba[4 * at + 1]! / 255, rgba[4 * at + 2]! / 255];
    luma[at] = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    sum += luma[at]!;
    colour += Math.max(r, g, b) - Math.min(r, g, b);
  }
  const mean = sum / count;
  let squares = 0;
  let edges = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = luma[y * width + x]!;
      squares += (here - mean) ** 2;
      if (x + 1 < width && Math.abs(luma[y * width + x + 1]! - here) > 0.1) edges++;
      if (y + 1 < height && Math.abs(luma[(y + 1) * width + x]! - here) > 0.1) edges++;
    }
  }
  const neighbours = 2 * count - width - height;
  return {
    brightness: mean,
    contrast: 2 * Math.sqrt(squares / count),
    colourfulness: colour / count,
    busyness: neighbours === 0 ? 0 : edges / neighbours,
  };
}
