import { AppError, hasCode } from "@/shared/lib/errors";

export type ImageFormat = "jpeg" | "png" | "webp" | "avif" | "gif";

export interface ImageHeader {
  readonly format: ImageFormat;
  /** Stored size in pixels, before any EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
}

/** Larger images are refused before they are decoded: 100 Mpx are 400 MB of pixels. */
export const MAX_PIXELS = 100_000_000;

/** Bytes from the start of a file that are read to find its size. */
const HEADER_BYTES = 256 * 1024;

/** JPEG metadata (previews, colour profiles, edit history) can push the size further back. */
const LONG_HEADER_BYTES = 16 * 1024 * 1024;

function ascii(view: DataView, offset: number, length: number): string {
  if (offset + length > view.byteLength) return "";
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(offset + i));
  return text;
}

type Size = readonly [width: number, height: number];

function pngSize(view: DataView): Size | undefined {
  return ascii(view, 12, 4) === "IHDR" ? [view.getUint32(16), view.getUint32(20)] : undefined;
}

/** Walks the JPEG segments to the first start-of-frame marker. */
function jpegSize(view: DataView): Size | undefined {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isBare ? 2 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpSize(view: DataView): Size | undefined {
  const chunk = ascii(view, 12, 4);
  if (chunk === "VP8 ")
    return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return [(bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1];
  }
  if (chunk === "VP8X") {
    const uint24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    return [uint24(24) + 1, uint24(27) + 1];
  }
  return undefined;
}

/**
 * The boxes directly inside [start, end) of an ISO base media file.
 *
 * @yields type, first byte of the content, byte after the content.
 */
function* boxes(view: DataView, start: number, end: number): Generator<[string, number, number]> {
  let at = start;
  while (at + 8 <= end) {
    const size = view.getUint32(at);
    const stop = size === 0 ? end : at + size;
    // Sizes below 8 include the 64-bit form, which no metadata box needs.
    if (stop < at + 8) return;
    yield [ascii(view, at + 4, 4), at + 8, Math.min(stop, end)];
    at = stop;
  }
}

/** The largest spatial extent in meta/iprp/ipco: tiles and thumbnails are smaller than the image. */
function avifSize(view: DataView): Size | undefined {
  let best: Size | undefined;
  const visit = (start: number, end: number): void => {
    for (const [type, from, to] of boxes(view, start, end)) {
      if (type === "meta") visit(from + 4, to);
      else if (type === "iprp" || type === "ipco") visit(from, to);
      else if (type === "ispe" && from + 12 <= to) {
        const size: Size = [view.getUint32(from + 4), view.getUint32(from + 8)];
        if (best === undefined || size[0] * size[1] > best[0] * best[1]) best = size;
      }
    }
  };
  visit(0, view.byteLength);
  return best;
}

function formatOf(view: DataView): ImageFormat | undefined {
  if (view.byteLength < 16) return undefined;
  if (view.getUint16(0) === 0xffd8) return "jpeg";
  if (view.getUint32(0) === 0x89504e47) return "png";
  if (ascii(view, 0, 4) === "RIFF" && ascii(view, 8, 4) === "WEBP") return "webp";
  if (/^GIF8[79]a/.test(ascii(view, 0, 6))) return "gif";
  const brands = ascii(view, 8, Math.min(64, view.byteLength) - 8);
  if (ascii(view, 4, 4) === "ftyp" && /avi[fs]/.test(brands)) return "avif";
  return undefined;
}

function sizeOf(format: ImageFormat, view: DataView): Size | undefined {
  try {
    switch (format) {
      case "jpeg":
        return jpegSize(view);
      case "png":
        return pngSize(view);
      case "webp":
        return webpSize(view);
      case "avif":
        return avifSize(view);
      case "gif":
        return [view.getUint16(6, true), view.getUint16(8, true)];
    }
  } catch (error) {
    // A read past the end: the header is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/**
 * Format and size from the first bytes of a file, so that broken and huge images are refused before
 * a decoder allocates anything.
 *
 * @param bytes - the file's beginning.
 * @throws AppError `input-decode`: unknown format, unreadable header, empty or above `MAX_PIXELS`.
 */
export function sniffImage(bytes: Uint8Array): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = formatOf(view);
  if (format === undefined) {
    throw new AppError(
      "input-decode",
      "This file is not a JPEG, PNG, WebP, AVIF or GIF image. Choose an image in one of these formats.",
    );
  }
  const size = sizeOf(format, view);
  const details = { format, width: size?.[0] ?? null, height: size?.[1] ?? null };
  if (size === undefined || size[0] < 1 || size[1] < 1) {
    throw new AppError(
      "input-decode",
      `The header of this ${format.toUpperCase()} image is damaged or incomplete. Save the image again and retry.`,
      { details },
    );
  }
  const [width, height] = size;
  if (width * height > MAX_PIXELS) {
    throw new AppError(
      "input-decode",
      `This image has ${width}×${height} pixels; the limit is ${MAX_PIXELS / 1e6} megapixels. Make it smaller and retry.`,
      { details },
    );
  }
  return { format, width, height };
}

/** `sniffImage` on a file, reading no more of it than needed. */
export async function sniffBlob(blob: Blob): Promise<ImageHeader> {
  const read = async (length: number): Promise<ImageHeader> =>
    sniffImage(new Uint8Array(await blob.slice(0, length).arrayBuffer()));
  try {
    return await read(HEADER_BYTES);
  } catch (error) {
    if (!hasCode(error, "input-decode") || error.details["format"] !== "jpeg") throw error;
    return await read(LONG_HEADER_BYTES);
  }
}
