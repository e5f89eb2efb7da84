/** Fixed inputs for the op cases: no randomness, every value exactly a float32. */
import type { HostTensor, Shape } from "../ops";
import type { StoredWeight } from "../op-case";
import type { ReferenceTensor } from "../op-reference";
import { sizeOf } from "../shapes";

/** A float32 input with the given values, rounded to float32. */
export function floats(shape: Shape, values: readonly number[]): HostTensor {
  return { dtype: "float32", shape, data: Float32Array.from(values) };
}

export function ints(shape: Shape, values: readonly number[]): HostTensor {
  return { dtype: "int32", shape, data: Int32Array.from(values) };
}

/** Values without pattern in [−amplitude, amplitude]: sin(i · 1.7 + phase), rounded to float32. */
export function wave(shape: Shape, phase = 0, amplitude = 1): HostTensor {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, index) => amplitude * Math.sin(index * 1.7 + phase + (index % 7)),
  );
  return floats(shape, values);
}

/** Multiples of 1/32 in [−2, 2]: exact in float16 and bfloat16. */
export function grid(shape: Shape, phase = 0): HostTensor {
  const { data } = wave(shape, phase, 64);
  return floats(
    shape,
    Array.from(data, (value) => Math.round(value) / 32),
  );
}

/** As plain numbers, for the reference. */
export function plain({ shape, data }: HostTensor): ReferenceTensor & { readonly data: number[] } {
  return { shape, data: Array.from(data) };
}

/** As a weight stored in float32. */
export function f32Weight({ shape, data }: HostTensor): StoredWeight {
  const values = Float32Array.from(data);
  return { dtype: "F32", shape, bytes: new Uint8Array(values.buffer) };
}

/** As a weight stored in float16 or bfloat16; the values must be exact there, see `grid`. */
export function halfWeight({ shape, data }: HostTensor, dtype: "F16" | "BF16"): StoredWeight {
  const bits = new Uint32Array(Float32Array.from(data).buffer);
  const encode = dtype === "F16" ? toHalfBits : (word: number): number => word >>> 16;
  return { dtype, shape, bytes: new Uint8Array(Uint16Array.from(bits, encode).buffer) };
}

/** float32 bits to float16 bits, for zero and for normal halves without rounding. */
function toHalfBits(word: number): number {
  if ((word & 0x7fffffff) === 0) return (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 127 + 15;
  return ((word >>> 16) & 0x8000) | (exponent << 10) | ((word >>> 13) & 0x3ff);
}

/** Signed bytes −127 … 127 with one scale per row, and the float values they stand for. */
export function int8Weight(
  shape: readonly [rows: number, columns: number],
  phase = 0,
): { weight: StoredWeight; scale: StoredWeight; values: ReferenceTensor } {
  const [rows, columns] = shape;
  const bytes = Int8Array.from(wave(shape, phase, 127).data, Math.round);
  const scales = Float32Array.from({ length: rows }, (_, row) => (row + 1) / 1024);
  const data = Array.from(bytes, (byte, index) => byte * scales[Math.floor(index / columns)]!);
  return {
    weight: { dtype: "I8", shape, bytes: new Uint8Array(bytes.buffer) },
    scale: { dtype: "F32", shape: [rows], bytes: new Uint8Array(scales.buffer) },
    values: { shape, data },
  };
}
