/** 8-bit pixels, row by row from the top left: red, green, blue. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** width × height × 3 bytes. */
  readonly data: Uint8Array;
}

/** As `RgbImage`, with a fourth byte for opacity (straight alpha, not premultiplied). */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  /** width × height × 4 bytes. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Turns an encoded file into upright RGB pixels by the rules in `docs/preprocessing.md`. */
export type DecodeImage = (bytes: Blob) => Promise<RgbImage>;
