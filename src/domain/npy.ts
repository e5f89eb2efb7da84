/**
 * NumPy's array file format, version 1.0, for float32 and int32 in C order.
 *
 * Layout: magic "\x93NUMPY", version bytes 1 0, header length (uint16, little-endian), an ASCII Python
 * dictionary padded with spaces and ended by a line break so that the data start at a multiple of 64,
 * then the values, little-endian.
 * Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
 */
import { AppError } from "@/shared/lib/errors";

export type NpyDType = "float32" | "int32";

export interface NpyArray {
  readonly dtype: NpyDType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
const PREFIX_BYTES = 10;
const ALIGNMENT = 64;
const DESCRIPTIONS: Readonly<Record<NpyDType, string>> = { float32: "<f4", int32: "<i4" };

/**
 * The bytes before the values.
 *
 * @param shape - sizes of the axes, outermost first.
 * @param dtype - element type.
 * @returns a multiple of 64 bytes.
 */
export function npyHeader(
  shape: readonly number[],
  dtype: NpyDType = "float32",
): Uint8Array<ArrayBuffer> {
  return headerOf(shape, DESCRIPTIONS[dtype]);
}

function headerOf(shape: readonly number[], description: string): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `${shape[0]!},` : shape.join(", ");
  const dictionary = `{'descr': '${description}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const unpadded = PREFIX_BYTES + dictionary.length + 1;
  const total = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const text = `${dictionary.padEnd(total - PREFIX_BYTES - 1)}\n`;
  const bytes = new Uint8Array(total);
  bytes.set([...MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), PREFIX_BYTES);
  return bytes;
}

/** A whole file. */
export function writeNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  return join(npyHeader(array.shape, array.dtype), array.data);
}

function join(header: Uint8Array, data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(header.length + data.byteLength);
  out.set(header);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return out;
}

/**
 * A whole file of texts, NumPy's `<U` type: every character is four bytes, shorter texts end in zeros.
 *
 * @param texts - written as an array of one axis.
 */
export function writeNpyTexts(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const characters = texts.map((text) => Array.from(text, (c) => c.codePointAt(0) ?? 0));
  const width = characters.reduce((widest, { length }) => Math.max(widest, length), 1);
  const codes = new Int32Array(texts.length * width);
  for (const [row, list] of characters.entries()) codes.set(list, row * width);
  return join(headerOf([texts.length], `<U${width}`), codes);
}

function fail(problem: string): never {
  throw new AppError(
    "input-invalid",
    `.npy: ${problem}; expected a float16, float32, float64 or int32 array in C order, as numpy.save writes it.`,
  );
}

function toFloat32(values: ArrayBuffer, size: number): Float32Array {
  if (size === 4) return new Float32Array(values);
  return size === 8 ? Float32Array.from(new Float64Array(values)) : widenHalves(values);
}

/** IEEE 754 binary16, little-endian, as float32. */
export function widenHalves(values: ArrayBuffer): Float32Array {
  const bits = new Uint16Array(values);
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0
      ? sign * fraction * 2 ** -24
      : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/**
 * Reads a file of format version 1.0, 2.0 or 3.0. float16 and float64 become float32.
 *
 * @param bytes - the whole file.
 * @throws AppError `input-invalid`: not such a file, another element type or order, or cut off.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const isNpy = bytes.length >= 12 && MAGIC.every((value, i) => bytes[i] === value);
  if (!isNpy) return fail("this is not a NumPy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLong = bytes[6]! >= 2;
  const start = (isLong ? 12 : 10) + (isLong ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) return fail("the header is cut off");
  const text = new TextDecoder().decode(bytes.subarray(isLong ? 12 : 10, start));
  const description = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const axes = /'shape':\s*\(([0-9,\s]*)\)/.exec(text)?.[1];
  if (!/'fortran_order':\s*False/.test(text) || axes === undefined) {
    return fail("the values are not in C order, or the header is damaged");
  }
  const stored = ["<f4", "<i4", "<f2", "<f8"].find((name) => name === description);
  if (stored === undefined) return fail(`the element type is ${description ?? "missing"}`);
  const size = Number(stored.at(-1));
  const shape = axes
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(Number);
  const count = shape.reduce((product, side) => product * side, 1);
  if (bytes.length - start !== count * size) {
    return fail(
      `shape (${shape.join(", ")}) needs ${count * size} bytes of values, found ${bytes.length - start}`,
    );
  }
  // Not `slice`: that of a Node Buffer does not copy.
  const values = Uint8Array.from(bytes.subarray(start)).buffer;
  if (stored === "<i4") return { dtype: "int32", shape, data: new Int32Array(values) };
  return { dtype: "float32", shape, data: toFloat32(values, size) };
}
