/**
 * What an image file says about itself, from its first bytes only: nothing is decoded. SVG and other
 * markup is not accepted as an image, since it can carry script.
 */
export interface ImageHeader {
  readonly type: "image/png" | "image/jpeg" | "image/webp" | "image/gif" | "image/avif";
  readonly extension: "png" | "jpg" | "webp" | "gif" | "avif";
  readonly width?: number;
  readonly height?: number;
}

/** Bytes of a file that readImageHeader wants to see; JPEG may keep its size behind metadata. */
export const HEADER_BYTES = 65_536;

const ascii = (bytes: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...bytes.subarray(at, at + length));

function withSize(header: ImageHeader, width: number, height: number): ImageHeader {
  return width > 0 && height > 0 ? { ...header, width, height } : header;
}

function jpegSize(bytes: Uint8Array, view: DataView): [number, number] | undefined {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    // Start of frame: 0xC0–0xCF but DHT (C4), JPG (C8) and DAC (CC).
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    }
    if (marker === 0xd9 || marker === 0xda) return undefined;
    const isBare = marker === 0xff || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    at += isBare ? (marker === 0xff ? 1 : 2) : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

function webpSize(bytes: Uint8Array, view: DataView): [number, number] | undefined {
  if (bytes.length < 30) return undefined;
  const kind = ascii(bytes, 12, 4);
  const int24 = (at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  if (kind === "VP8X") return [1 + int24(24), 1 + int24(27)];
  if (kind === "VP8 ")
    return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
  }
  return undefined;
}

/** The header of an image this application shows, or undefined for anything else. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) return undefined;
  if (bytes[0] === 0x89 && ascii(bytes, 1, 3) === "PNG") {
    const png = { type: "image/png", extension: "png" } as const;
    return bytes.length < 24 ? png : withSize(png, view.getUint32(16), view.getUint32(20));
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) {
    const size = jpegSize(bytes, view);
    const jpeg = { type: "image/jpeg", extension: "jpg" } as const;
    return size === undefined ? jpeg : withSize(jpeg, ...size);
  }
  if (ascii(bytes, 0, 4) === "GIF8") {
    const gif = { type: "image/gif", extension: "gif" } as const;
    return withSize(gif, view.getUint16(6, true), view.getUint16(8, true));
  }
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 4) === "WEBP") {
    const size = webpSize(bytes, view);
    const webp = { type: "image/webp", extension: "webp" } as const;
    return size === undefined ? webp : withSize(webp, ...size);
  }
  if (ascii(bytes, 4, 4) === "ftyp" && /avi[fs]/u.test(ascii(bytes, 8, 4))) {
    return { type: "image/avif", extension: "avif" };
  }
  return undefined;
}
