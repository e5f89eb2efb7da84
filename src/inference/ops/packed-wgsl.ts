/**
 * WGSL that reads weight matrices in their storage form, four elements at a time. Packed rows are padded
 * to whole groups of four (engines/tfjs/weight-values.ts), float32 rows are not.
 */
import type { Matrix } from "./ops";
import type { WgslInput } from "./wgsl-program";
import type * as tf from "@tensorflow/tfjs-core";

export type Storage = Matrix<unknown>["storage"];

/** Entries of the `weight` array that hold one group of four elements, as WGSL components. */
const COMPONENTS = { float32: 4, float16: 2, bfloat16: 2, int8: 1 } as const;

/** How the group `q` of row `row` is unpacked; `uniforms.groups` is the number of groups of a row. */
const GROUP_WGSL: Readonly<Record<Storage, string>> = {
  float32: `return weight[row * uniforms.groups + q];`,
  float16: `
    let words = bitcast<vec2<u32>>(weight[row * uniforms.groups + q]);
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));`,
  bfloat16: `
    let words = bitcast<vec2<u32>>(weight[row * uniforms.groups + q]);
    return bitcast<vec4<f32>>(vec4<u32>(
      words.x << 16u, words.x & 0xffff0000u, words.y << 16u, words.y & 0xffff0000u));`,
  int8: `
    let word = weight[row * uniforms.groups + q];
    return vec4<f32>(vec4<i32>(
      extractBits(word, 0u, 8u), extractBits(word, 8u, 8u),
      extractBits(word, 16u, 8u), extractBits(word, 24u, 8u)));`,
};

/** Four entries of one row of an unpadded float32 array, zeros beyond its end. */
function guardedGroup(array: string): string {
  return `
    let base = row * uniforms.columns + 4 * q;
    let left = uniforms.columns - 4 * q;
    return vec4<f32>(
      ${array}[base],
      select(0.0, ${array}[base + 1], left > 1),
      select(0.0, ${array}[base + 2], left > 2),
      select(0.0, ${array}[base + 3], left > 3));`;
}

/** `fn weightGroup(row, q) -> vec4<f32>`: elements 4q … 4q+3 of a row, unscaled. */
export function weightGroupWgsl(storage: Storage, isAligned: boolean): string {
  const body = storage === "float32" && !isAligned ? guardedGroup("weight") : GROUP_WGSL[storage];
  return `fn weightGroup(row : i32, q : i32) -> vec4<f32> { ${body} }`;
}

/** `fn inputGroup(row, q) -> vec4<f32>`: elements 4q … 4q+3 of a row of `x`. */
export function inputGroupWgsl(isAligned: boolean): string {
  const body = isAligned ? `return x[row * uniforms.groups + q];` : guardedGroup("x");
  return `fn inputGroup(row : i32, q : i32) -> vec4<f32> { ${body} }`;
}

/** The weight's binding for `weightGroupWgsl`. */
export function weightInput(
  values: tf.TensorInfo,
  storage: Storage,
  isAligned: boolean,
): WgslInput {
  const isScalar = storage === "float32" && !isAligned;
  return { tensor: values, components: isScalar ? 1 : COMPONENTS[storage] };
}
