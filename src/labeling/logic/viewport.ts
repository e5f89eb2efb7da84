/** Zoom and pan shared by both images, so that the same part of each is in view. */
export interface Viewport {
  /** 1 = the whole image fits. */
  readonly scale: number;
  /** Centre of the view as shares of the image, 0.5 = middle. */
  readonly x: number;
  readonly y: number;
}

export const WHOLE: Viewport = { scale: 1, x: 0.5, y: 0.5 };
const MAX_SCALE = 8;

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** Keeps the view inside the image. */
export function clampViewport({ scale, x, y }: Viewport): Viewport {
  const bounded = clamp(scale, 1, MAX_SCALE);
  const half = 0.5 / bounded;
  return { scale: bounded, x: clamp(x, half, 1 - half), y: clamp(y, half, 1 - half) };
}

/** Zooms by `factor` about a point given as shares of the visible frame. */
export function zoomAbout(view: Viewport, factor: number, at = { x: 0.5, y: 0.5 }): Viewport {
  const scale = clamp(view.scale * factor, 1, MAX_SCALE);
  const shift = 1 / view.scale - 1 / scale;
  return clampViewport({
    scale,
    x: view.x + (at.x - 0.5) * shift,
    y: view.y + (at.y - 0.5) * shift,
  });
}

/** Moves by shares of the visible frame. */
export function panBy(view: Viewport, dx: number, dy: number): Viewport {
  return clampViewport({ ...view, x: view.x + dx / view.scale, y: view.y + dy / view.scale });
}

/** CSS transform of an image that fills its frame. */
export function transformOf({ scale, x, y }: Viewport): string {
  return `scale(${scale}) translate(${(0.5 - x) * 100}%, ${(0.5 - y) * 100}%)`;
}

/** A box between two points of an image, in shares, inside the image; undefined when too small. */
export function boxBetween(
  from: { x: number; y: number },
  to: { x: number; y: number },
): [number, number, number, number] | undefined {
  const [left, right] = [from.x, to.x].map((v) => clamp(v, 0, 1)).sort((p, q) => p - q);
  const [top, bottom] = [from.y, to.y].map((v) => clamp(v, 0, 1)).sort((p, q) => p - q);
  const [width, height] = [right! - left!, bottom! - top!];
  return width < 0.01 || height < 0.01 ? undefined : [left!, top!, width, height];
}
