import type { RgbImage } from "./image";

/** EXIF orientation: 1 upright; 2–4 mirrored or turned by 180°; 5–8 with width and height exchanged. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;

/**
 * The orientation in a TIFF block (the content of an EXIF chunk), or 1 where it is absent, out of
 * range or damaged: a wrong metadata block never makes an image unreadable.
 */
export function readOrientation(exif: Uint8Array): Orientation {
  const hasPrefix = exif.length > 6 && exif[0] === 0x45 && exif[4] === 0;
  const tiff = hasPrefix ? exif.subarray(6) : exif;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    const little = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, little);
    const entries = view.getUint16(directory, little);
    for (let i = 0; i < entries; i++) {
      const entry = directory + 2 + i * 12;
      if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
      const value = view.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? (value as Orientation) : 1;
    }
    return 1;
  } catch (error) {
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

/** Turns and mirrors stored pixels so that they stand upright. */
export function applyOrientation(image: RgbImage, orientation: Orientation): RgbImage {
  if (orientation === 1) return image;
  const isSwapped = orientation >= 5;
  const width = isSwapped ? image.height : image.width;
  const height = isSwapped ? image.width : image.height;
  const flipsX = [2, 3, 7, 8].includes(orientation);
  const flipsY = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [storedX, storedY] = isSwapped ? [y, x] : [x, y];
      const fromX = flipsX ? image.width - 1 - storedX : storedX;
      const fromY = flipsY ? image.height - 1 - storedY : storedY;
      const from = (fromY * image.width + fromX) * 3;
      const to = (y * width + x) * 3;
      data[to] = image.data[from]!;
      data[to + 1] = image.data[from + 1]!;
      data[to + 2] = image.data[from + 2]!;
    }
  }
  return { width, height, data };
}

/** A WebP file whose EXIF chunk no decoder will act on, and the orientation that stood there. */
export interface UnorientedWebp {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly orientation: Orientation;
}

/**
 * Browsers disagree on orientation in WebP (Chromium 156 ignores it, Pillow's `exif_transpose` does
 * not), so the chunk is renamed to one that every decoder skips, and the caller applies its value.
 */
export function detachWebpOrientation(file: Uint8Array<ArrayBuffer>): UnorientedWebp {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const EXIF = 0x45584946;
  const VP8X_EXIF_FLAG = 0x08;
  for (let at = 12; at + 8 <= file.length;) {
    const size = view.getUint32(at + 4, true);
    if (view.getUint32(at) === EXIF) {
      const bytes = file.slice();
      bytes.set([0x58, 0x58, 0x58, 0x58], at);
      bytes[20] = bytes[20]! & ~VP8X_EXIF_FLAG;
      return { bytes, orientation: readOrientation(file.subarray(at + 8, at + 8 + size)) };
    }
    at += 8 + size + (size % 2);
  }
  return { bytes: file, orientation: 1 };
}
