/**
 * WGSL of `linear` and its registration. Two programs: few input rows (decoding) let eight lanes share
 * one output entry; many rows give every lane a block of 4 × 4 outputs. Both sum in a fixed order.
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
/** Outputs per lane and side in the many-rows program, and the side of a workgroup's tile. */
const BLOCK = 4;
const TILE = BLOCK * Math.sqrt(LANES);

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
  const steps = Array.from({ length: BLOCK }, (_, step) => step);
  const loads = steps
    .map(
      (i) => `
    let x${i} = inputGroup(min(n0 + ${i}, uniforms.inputRows - 1), q);
    let w${i} = weightGroup(min(row0 + ${i}, uniforms.rows - 1), q);`,
    )
    .join("");
  const products = steps
    .map((i) => `t${i} += vec4<f32>(${steps.map((j) => `dot(x${i}, w${j})`).join(", ")});`)
    .join("\n    ");
  const writes = steps
    .map((i) => `if (n0 + ${i} < uniforms.inputRows) { write(n0 + ${i}, row0, t${i}); }`)
    .join("\n  ");
  return `${sharedWgsl(form)}
fn write(n : i32, row0 : i32, totals : vec4<f32>) {
  for (var j = 0; j < ${BLOCK}; j++) {
    let row = row0 + j;
    if (row < uniforms.rows) { result[n * uniforms.rows + row] = finish(totals[j], row); }
  }
}
fn main(index : i32) {
  let lane = i32(localIndex);
  let group = index / LANES;
  let side = ${TILE / BLOCK};
  let n0 = (group / uniforms.rowTiles) * ${TILE} + (lane / side) * ${BLOCK};
  let row0 = (group % uniforms.rowTiles) * ${TILE} + (lane % side) * ${BLOCK};
  if (n0 >= uniforms.inputRows || row0 >= uniforms.rows) { return; }
  ${steps.map((i) => `var t${i} = vec4<f32>();`).join(" ")}
  for (var q = 0; q < uniforms.groups; q++) {${loads}
    ${products}
  }
  ${writes}
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
      workgroups: rowTiles * (isFew ? inputRows : Math.ceil(inputRows / TILE)),
      outputShape: [...x.shape.slice(0, -1), rows],
      outputType: "float32",
      code: () => (isFew ? fewRowsWgsl(form) : manyRowsWgsl(form)),
    });
  },
};
