/**
 * WGSL of `linear` and its registration. Two programs: few input rows (decoding) let eight lanes share
 * one output entry; many rows give every lane a block of outputs. Both sum in a fixed order.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { OwnKernel } from "./own-kernel";
import { inputGroupWgsl, weightGroupWgsl, weightInput, type Storage } from "./packed-wgsl";
import { lastAxis, sizeOf } from "./shapes";
import { LANES, runWgsl, type WgslInput } from "./wgsl-program";

/** Up to this many input rows, reading each weight once per input row costs less than idle lanes. */
const FEW_ROWS = 4;
/** Lanes that share one output of the few-rows program: 8 · 16 bytes is a memory transaction. */
const SHARING = 8;
/** Outputs per lane in the many-rows program: input rows × weight rows. Weights are dearer to read. */
const INPUT_BLOCK = 8;
const BLOCK = 4;
/** Lanes of a workgroup per side, and the sides of its tile. */
const SIDE = Math.sqrt(LANES);
const INPUT_TILE = INPUT_BLOCK * SIDE;
const TILE = BLOCK * SIDE;

interface LinearForm {
  readonly storage: Storage;
  readonly isAligned: boolean;
  readonly hasScale: boolean;
  readonly hasBias: boolean;
}

function finishWgsl({ hasScale, hasBias }: LinearForm): string {
  const scaled = hasScale ? "total * scale[row]" : "total";
  return `fn finish(total : f32, row : i32) -> f32 { return ${scaled}${hasBias ? " + bias[row]" : ""}; }`;
}

function sharedWgsl(form: LinearForm): string {
  return `${weightGroupWgsl(form.storage, form.isAligned)}
${inputGroupWgsl(form.isAligned)}
${finishWgsl(form)}`;
}

function fewRowsWgsl(form: LinearForm): string {
  return `${sharedWgsl(form)}
const SHARING = ${SHARING};
var<workgroup> partials : array<f32, LANES>;
fn main(index : i32) {
  let lane = i32(localIndex);
  let group = index / LANES;
  let n = group / uniforms.rowTiles;
  let row = (group % uniforms.rowTiles) * (LANES / SHARING) + lane / SHARING;
  var total = 0.0;
  if (row < uniforms.rows && n < uniforms.inputRows) {
    for (var q = lane % SHARING; q < uniforms.groups; q += SHARING) {
      total += dot(inputGroup(n, q), weightGroup(row, q));
    }
  }
  partials[lane] = total;
  workgroupBarrier();
  if (lane % SHARING != 0 || row >= uniforms.rows || n >= uniforms.inputRows) { return; }
  for (var other = 1; other < SHARING; other++) { total += partials[lane + other]; }
  result[n * uniforms.rows + row] = finish(total, row);
}`;
}

function manyRowsWgsl(form: LinearForm): string {
  const range = (length: number): number[] => Array.from({ length }, (_, step) => step);
  const lines = (length: number, line: (step: number) => string): string =>
    range(length).map(line).join("\n    ");
  const products = range(BLOCK).map((j) => `dot(x, w${j})`);
  return `${sharedWgsl(form)}
fn write(n : i32, row0 : i32, totals : vec4<f32>) {
  if (n >= uniforms.inputRows) { return; }
  for (var j = 0; j < min(${BLOCK}, uniforms.rows - row0); j++) {
    result[n * uniforms.rows + row0 + j] = finish(totals[j], row0 + j);
  }
}
fn products(x : vec4<f32>, ${range(BLOCK)
    .map((j) => `w${j} : vec4<f32>`)
    .join(", ")}) -> vec4<f32> {
  return vec4<f32>(${products.join(", ")});
}
fn main(index : i32) {
  let lane = i32(localIndex);
  let group = index / LANES;
  let n0 = (group / uniforms.rowTiles) * ${INPUT_TILE} + (lane / ${SIDE}) * ${INPUT_BLOCK};
  let row0 = (group % uniforms.rowTiles) * ${TILE} + (lane % ${SIDE}) * ${BLOCK};
  if (n0 >= uniforms.inputRows || row0 >= uniforms.rows) { return; }
  let lastInput = uniforms.inputRows - 1;
  let lastRow = uniforms.rows - 1;
  ${lines(INPUT_BLOCK, (i) => `var t${i} = vec4<f32>();`)}
  for (var q = 0; q < uniforms.groups; q++) {
    ${lines(BLOCK, (j) => `let w${j} = weightGroup(min(row0 + ${j}, lastRow), q);`)}
    ${lines(INPUT_BLOCK, (i) => `t${i} += products(inputGroup(min(n0 + ${i}, lastInput), q), w0, w1, w2, w3);`)}
  }
  ${lines(INPUT_BLOCK, (i) => `write(n0 + ${i}, row0, t${i});`)}
}`;
}

/** Linear map with weights in any storage form, scales and bias applied at the end. */
export const LINEAR_KERNEL: OwnKernel<
  {
    readonly x: tf.TensorInfo;
    readonly values: tf.TensorInfo;
    readonly scale: tf.TensorInfo | undefined;
    readonly bias: tf.TensorInfo | undefined;
  },
  { readonly rows: number; readonly columns: number; readonly storage: Storage }
> = {
  name: "PerigeeLinear",
  run(backend, { x, values, scale, bias }, { rows, columns, storage }) {
    const isAligned = columns % 4 === 0;
    const inputRows = sizeOf(x.shape) / lastAxis("linear", "x", x.shape);
    const isFew = inputRows <= FEW_ROWS;
    const form = { storage, isAligned, hasScale: scale !== undefined, hasBias: bias !== undefined };
    const inputs: Record<string, WgslInput> = {
      x: { tensor: x, components: isAligned ? 4 : 1 },
      weight: weightInput(values, storage, isAligned),
    };
    if (scale !== undefined) inputs["scale"] = { tensor: scale };
    if (bias !== undefined) inputs["bias"] = { tensor: bias };
    const rowTiles = Math.ceil(rows / (isFew ? LANES / SHARING : TILE));
    const key = `linear_${isFew ? "few" : "many"}_${storage}_${isAligned}`;
    return runWgsl(backend, {
      key: `${key}_${form.hasScale}_${form.hasBias}`,
      inputs,
      integers: { rows, columns, groups: Math.ceil(columns / 4), inputRows, rowTiles },
      workgroups: rowTiles * (isFew ? inputRows : Math.ceil(inputRows / INPUT_TILE)),
      outputShape: [...x.shape.slice(0, -1), rows],
      outputType: "float32",
      code: () => (isFew ? fewRowsWgsl(form) : manyRowsWgsl(form)),
    });
  },
};
