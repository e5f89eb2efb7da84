/** Stored weight bytes to float32 values, and to the packed words the GPU kernels read. Pure. */
import { AppError } from "@/shared/lib/errors";

export type StoredDType = "F32" | "F16" | "BF16" | "I8";

/** Bytes per element as stored. */
export const STORED_BYTES: Readonly<Record<StoredDType, number>> = {
  F32: 4,
  F16: 2,
  BF16: 2,
  I8: 1,
};

/** Value of an IEEE 754 half given as its 16 bits. */
export function halfToFloat(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The same bytes at an offset that typed arrays accept. */
function aligned(bytes: Uint8Array, alignment: number): Uint8Array {
  return bytes.byteOffset % alignment === 0 ? bytes : bytes.slice();
}

function halves(bytes: Uint8Array): Uint16Array {
  const source = aligned(bytes, 2);
  return new Uint16Array(source.buffer, source.byteOffset, source.byteLength / 2);
}

/**
 * Little-endian bytes to float32 values.
 *
 * @param dtype - how they are stored.
 * @param bytes - the values, row after row.
 * @param rowScale - for I8: [rows] scales; value = byte · scale of its row.
 * @throws AppError `weights-mismatch` when an I8 tensor lacks a scale per row.
 */
export function toFloat32(
  dtype: StoredDType,
  bytes: Uint8Array,
  rowScale?: Float32Array,
): Float32Array {
  switch (dtype) {
    case "F32": {
      const source = aligned(bytes, 4);
      return new Float32Array(source.buffer, source.byteOffset, source.byteLength / 4);
    }
    case "F16":
      return Float32Array.from(halves(bytes), halfToFloat);
    case "BF16": {
      const words = Uint32Array.from(halves(bytes), (half) => half << 16);
      return new Float32Array(words.buffer);
    }
    case "I8":
      return scaleRows(bytes, rowScale);
  }
}

function scaleRows(bytes: Uint8Array, rowScale: Float32Array | undefined): Float32Array {
  if (rowScale === undefined || rowScale.length === 0 || bytes.length % rowScale.length !== 0) {
    throw new AppError(
      "weights-mismatch",
      `An I8 tensor of ${bytes.length} bytes needs one float32 scale per row, got ${rowScale?.length ?? 0}.`,
    );
  }
  const columns = bytes.length / rowScale.length;
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = new Float32Array(bytes.length);
  for (let row = 0; row < rowScale.length; row += 1) {
    const scale = rowScale[row] ?? 0;
    for (let index = row * columns; index < (row + 1) * columns; index += 1) {
      values[index] = (signed[index] ?? 0) * scale;
    }
  }
  return values;
}

/** Words of 32 bits that hold one packed row; rows are padded to 16-byte steps of four elements. */
export function packedRowWords(dtype: StoredDType, columns: number): number {
  return (Math.ceil(columns / 4) * 4 * STORED_BYTES[dtype]) / 4;
}

/**
 * Packs rows of F16, BF16 or I8 elements into 32-bit words, lowest element first, each row padded
 * with zeros to a multiple of four elements so that kernels read whole groups of four.
 *
 * @returns int32 words [rows, packedRowWords].
 */
export function packRows(
  dtype: StoredDType,
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Int32Array {
  const rowBytes = columns * STORED_BYTES[dtype];
  const stride = packedRowWords(dtype, columns) * 4;
  if (rowBytes === stride) {
    const source = aligned(bytes, 4);
    return new Int32Array(source.buffer, source.byteOffset, source.byteLength / 4);
  }
  const padded = new Uint8Array(rows * stride);
  for (let row = 0; row < rows; row += 1) {
    padded.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), row * stride);
  }
  return new Int32Array(padded.buffer);
}
