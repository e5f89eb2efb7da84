import { AppError } from "@/shared/lib/errors";

/**
 * How an image comes to the size the model wants.
 *
 * - `squash`: both axes scaled on their own.
 * - `letterbox`: scaled so that the longer side fits, centred on a plain ground.
 * - `shortest-crop`: scaled so that the shorter side fits, centre cut out.
 */
export type GeometryMode = "squash" | "letterbox" | "shortest-crop";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a resized image lies on its canvas; a negative offset cuts. */
export interface Placement {
  /** Size to resample to. */
  readonly resized: Size;
  /** Position of the resized image's top left corner on the canvas. */
  readonly left: number;
  readonly top: number;
  readonly canvas: Size;
}

/** Python's `round`: halves go to the even neighbour, so that training and inference agree. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function letterbox(image: Size, target: Size): Placement {
  const scale = Math.min(target.width / image.width, target.height / image.height);
  const fit = (side: number): number => Math.max(1, roundHalfEven(side * scale));
  const resized = {
    width: Math.min(target.width, fit(image.width)),
    height: Math.min(target.height, fit(image.height)),
  };
  return {
    resized,
    left: Math.floor((target.width - resized.width) / 2),
    top: Math.floor((target.height - resized.height) / 2),
    canvas: target,
  };
}

/** As CLIP's processor: the longer side is truncated, offsets are floored. */
function shortestCrop(image: Size, target: Size, shortestEdge: number): Placement {
  const isTall = image.width <= image.height;
  const long = Math.trunc(
    isTall
      ? (shortestEdge * image.height) / image.width
      : (shortestEdge * image.width) / image.height,
  );
  const resized = isTall
    ? { width: shortestEdge, height: long }
    : { width: long, height: shortestEdge };
  if (resized.width < target.width || resized.height < target.height) {
    throw new AppError(
      "input-invalid",
      `shortest-crop: the resized image (${resized.width}×${resized.height}) must cover the crop (${target.width}×${target.height}); raise shortest_edge in preprocessor_config.json`,
    );
  }
  return {
    resized,
    left: -Math.floor((resized.width - target.width) / 2),
    top: -Math.floor((resized.height - target.height) / 2),
    canvas: target,
  };
}

/**
 * Plans the geometry of one image.
 *
 * @param image - upright size in pixels.
 * @param target - what the model wants, in pixels.
 * @param shortestEdge - for `shortest-crop` only; at least as large as the target's sides.
 * @throws AppError `input-invalid` when `shortestEdge` is too small for the crop.
 */
export function planGeometry(
  image: Size,
  target: Size,
  mode: GeometryMode,
  shortestEdge: number = Math.max(target.width, target.height),
): Placement {
  switch (mode) {
    case "squash":
      return { resized: target, left: 0, top: 0, canvas: target };
    case "letterbox":
      return letterbox(image, target);
    case "shortest-crop":
      return shortestCrop(image, target, shortestEdge);
  }
}
