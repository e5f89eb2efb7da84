/** Attention maps of a pair over both images, made comparable. */
export interface HeatMaps {
  readonly grid: readonly [number, number];
  readonly mapA: Float32Array;
  readonly mapB: Float32Array;
  readonly shareA: number;
  readonly shareB: number;
  /** Absent: as stretched. */
  readonly fit?: ImageFit;
}

/** Stops of the colour scale from nothing to the maximum: violet, magenta, orange, pale yellow. */
export const HEAT_STOPS: readonly (readonly [number, number, number])[] = [
  [40, 11, 84],
  [140, 41, 129],
  [222, 73, 104],
  [254, 159, 109],
  [252, 253, 191],
];

/** Opacity at the maximum; the picture stays recognisable under it. */
const MAX_ALPHA = 200;

/** The largest value over both images: the end of their common scale. */
export function heatMaximum(maps: Pick<HeatMaps, "mapA" | "mapB">): number {
  let maximum = 0;
  for (const map of [maps.mapA, maps.mapB]) {
    for (const value of map) if (value > maximum) maximum = value;
  }
  return maximum;
}

/** Colour of a share of the scale in [0, 1], as red, green, blue in 0…255. */
export function heatColour(share: number): readonly [number, number, number] {
  const last = HEAT_STOPS.length - 1;
  const position = Math.min(1, Math.max(0, share)) * last;
  const index = Math.min(last - 1, Math.floor(position));
  const [from, to] = [HEAT_STOPS[index]!, HEAT_STOPS[index + 1]!];
  const t = position - index;
  const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + (to[channel] - from[channel]) * t);
  return [mix(0), mix(1), mix(2)];
}

/**
 * Pixels of one map on the common scale, RGBA row by row; little attention is nearly transparent.
 *
 * @param map - [rows × columns] attention.
 * @param maximum - end of the common scale, from {@link heatMaximum}.
 */
export function heatPixels(map: Float32Array, maximum: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(map.length * 4);
  map.forEach((value, index) => {
    const share = maximum > 0 ? value / maximum : 0;
    const [red, green, blue] = heatColour(share);
    pixels.set([red, green, blue, Math.sqrt(share) * MAX_ALPHA], index * 4);
  });
  return pixels;
}

/** How the model took the image in: stretched to its square, fitted in with a margin, or cropped. */
export type ImageFit = "squash" | "letterbox" | "shortest-crop";

/** The part of a map that the image covers, in shares of the map's width and height. */
export interface ImageArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Where an image lies in its map: a letterboxed one leaves a margin, a cropped one reaches beyond.
 */
export function imageArea(fit: ImageFit, width: number, height: number): ImageArea {
  const side = fit === "letterbox" ? Math.max(width, height) : Math.min(width, height);
  if (fit === "squash" || side === 0) return { left: 0, top: 0, width: 1, height: 1 };
  const [w, h] = [width / side, height / side];
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}

/** A ninth of the image, for words: row and column in 0…2. */
export interface HeatRegion {
  readonly row: number;
  readonly column: number;
  /** Share of the attention on both images together. */
  readonly share: number;
}

/** Which third of the image a position of the map lies in; undefined in the margin. */
function thirdOf(position: number, start: number, length: number): number | undefined {
  const share = (position - start) / length;
  return share < 0 || share >= 1 ? undefined : Math.floor(share * 3);
}

/**
 * Sums a map over a 3 × 3 division of the image, for readers who cannot see the colours. A cell lies
 * in the ninth that holds its centre; what falls on the margin is left out.
 */
export function heatRegions(
  map: Float32Array,
  [rows, columns]: readonly [number, number],
  area: ImageArea,
): readonly HeatRegion[] {
  const sums = new Float64Array(9);
  map.forEach((value, index) => {
    const row = thirdOf((Math.floor(index / columns) + 0.5) / rows, area.top, area.height);
    const column = thirdOf(((index % columns) + 0.5) / columns, area.left, area.width);
    if (row === undefined || column === undefined) return;
    sums[row * 3 + column] = (sums[row * 3 + column] ?? 0) + value;
  });
  return Array.from(sums, (share, index) => ({
    row: Math.floor(index / 3),
    column: index % 3,
    share,
  }));
}
