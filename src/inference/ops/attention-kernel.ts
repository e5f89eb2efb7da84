/**
 * WGSL of fused attention and its registration. A workgroup owns a block of query rows of one head and
 * walks over the keys in tiles of LANES, keeping a running maximum and sum per row (online softmax), so
 * the [S, T] matrix never exists. Lanes own keys while scoring and value columns while mixing.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { AttentionMask } from "./ops";
import type { OwnKernel } from "./own-kernel";
import { LANES, runWgsl, type WgslInput } from "./wgsl-program";

type MaskKind = AttentionMask<unknown>["kind"];

/** Query rows per workgroup when there are several: a vec4, so each key and value is read once for four. */
const BLOCK_ROWS = 4;
/** Stands for a masked score; below every real one, and its difference to one stays finite. */
const MASKED = "-3.0e38";

interface AttentionForm {
  /** D, baked in because it sizes arrays. */
  readonly width: number;
  /** Query rows per workgroup: 1 or BLOCK_ROWS. One number per row makes a `Rows` value in WGSL. */
  readonly rows: 1 | typeof BLOCK_ROWS;
  readonly isCausal: boolean;
  readonly isPadded: boolean;
}

/** `Rows(…)` of one expression per query row of the block. */
function perRow({ rows }: AttentionForm, expression: (r: number) => string): string {
  return `Rows(${Array.from({ length: rows }, (_, r) => expression(r)).join(", ")})`;
}

/** Scores of this lane's key against every row of the block. */
function scoreWgsl(form: AttentionForm): string {
  const { width, isCausal, isPadded } = form;
  const isVector = width % 4 === 0;
  const steps = isVector ? width / 4 : width;
  const product = (r: number): string =>
    isVector ? `dot(queryRows[${r * steps} + d], k)` : `queryRows[${r * steps} + d] * k`;
  const isReal = "valid[batch * uniforms.keys + min(t, uniforms.keys - 1)] > 0.0";
  const sees = (r: number): string => (isCausal ? `isKey && t <= start[0] + s0 + ${r}` : "isKey");
  return `
    let t = t0 + lane;
    let isKey = t < keyLimit${isPadded ? ` && ${isReal}` : ""};
    var score = Rows();
    if (isKey) {
      let keyBase = (firstKey + t) * ${steps};
      for (var d = 0; d < ${steps}; d++) {
        let k = key[keyBase + d];
        score += ${perRow(form, product)};
      }
    }
    score = ${perRow(form, (r) => `select(${MASKED}, score${form.rows === 1 ? "" : `[${r}]`}, ${sees(r)})`)};`;
}

/** Reads this lane's columns of one value row; a lane beyond the width reads zeros. */
function valueWgsl({ width }: AttentionForm, column: number): string {
  const offset = column * LANES;
  const read = `value[(firstKey + t0 + i) * ${width} + lane + ${offset}]`;
  return offset + LANES <= width ? read : `select(0.0, ${read}, lane + ${offset} < ${width})`;
}

/** Writes each row's mix divided by its sum; 0 where a row saw no key. */
function writeWgsl({ width, rows }: AttentionForm, column: number): string {
  const offset = column * LANES;
  const part = rows === 1 ? "" : "[r]";
  return `
  if (lane + ${offset} < ${width}) {
    for (var r = 0; r < min(${rows}, uniforms.queries - s0); r++) {
      result[(head * uniforms.queries + s0 + r) * ${width} + lane + ${offset}] =
        select(mix${column}${part} / sum${part}, 0.0, sum${part} == 0.0);
    }
  }`;
}

function attentionWgsl(form: AttentionForm): string {
  const { width, rows, isCausal } = form;
  const isVector = width % 4 === 0;
  const steps = isVector ? width / 4 : width;
  const queryType = isVector ? "vec4<f32>" : "f32";
  const columns = Array.from({ length: Math.ceil(width / LANES) }, (_, column) => column);
  const each = (line: (column: number) => string): string => columns.map(line).join("\n    ");
  return `
alias Rows = ${rows === 1 ? "f32" : "vec4<f32>"};
var<workgroup> queryRows : array<${queryType}, ${rows * steps}>;
var<workgroup> tile : array<Rows, LANES>;
var<workgroup> sharedLimit : i32;

fn main(index : i32) {
  let lane = i32(localIndex);
  let group = index / LANES;
  let s0 = (group % uniforms.blocks) * ${rows};
  let head = group / uniforms.blocks;
  let batch = head / uniforms.heads;
  let keyHead = ((head % uniforms.heads) * uniforms.keyHeads) / uniforms.heads;
  let firstKey = (batch * uniforms.keyHeads + keyHead) * uniforms.keys;
  for (var i = lane; i < ${rows * steps}; i += LANES) {
    let isRow = s0 + i / ${steps} < uniforms.queries;
    let q = query[(head * uniforms.queries + s0) * ${steps} + i] * uniforms.scale;
    queryRows[i] = select(${queryType}(), q, isRow);
  }
  if (lane == 0) {
    let seen = ${isCausal ? `start[0] + min(s0 + ${rows}, uniforms.queries)` : "uniforms.keys"};
    sharedLimit = select(0, clamp(seen, 0, uniforms.keys), head < uniforms.allHeads);
  }
  let keyLimit = workgroupUniformLoad(&sharedLimit);
  var largest = Rows(${MASKED});
  var sum = Rows();
  ${each((c) => `var mix${c} = Rows();`)}
  for (var t0 = 0; t0 < keyLimit; t0 += LANES) {
    ${scoreWgsl(form)}
    tile[lane] = score;
    workgroupBarrier();
    let before = largest;
    for (var i = 0; i < LANES; i++) { largest = max(largest, tile[i]); }
    workgroupBarrier();
    tile[lane] = select(exp(score - largest), Rows(), score <= Rows(${MASKED}));
    workgroupBarrier();
    let rescale = exp(before - largest);
    sum *= rescale;
    ${each((c) => `mix${c} *= rescale;`)}
    for (var i = 0; i < min(LANES, keyLimit - t0); i++) {
      let p = tile[i];
      sum += p;
      ${each((c) => `mix${c} += p * ${valueWgsl(form, c)};`)}
    }
    workgroupBarrier();
  }
  if (head >= uniforms.allHeads) { return; }
  ${each((c) => writeWgsl(form, c))}
}`;
}

/** Fused attention for all masks. */
export const ATTENTION_KERNEL: OwnKernel<
  {
    readonly query: tf.TensorInfo;
    readonly key: tf.TensorInfo;
    readonly value: tf.TensorInfo;
    readonly start: tf.TensorInfo | undefined;
    readonly valid: tf.TensorInfo | undefined;
  },
  { readonly scale: number; readonly mask: MaskKind }
> = {
  name: "PerigeeAttention",
  run(backend, { query, key, value, start, valid }, { scale, mask }) {
    const [batch = 0, heads = 0, queries = 0, width = 0] = query.shape;
    const [, keyHeads = 0, keys = 0] = key.shape;
    const form: AttentionForm = {
      width,
      rows: queries === 1 ? 1 : BLOCK_ROWS,
      isCausal: start !== undefined,
      isPadded: valid !== undefined,
    };
    const components = width % 4 === 0 ? 4 : 1;
    const inputs: Record<string, WgslInput> = {
      query: { tensor: query, components },
      key: { tensor: key, components },
      value: { tensor: value },
    };
    if (start !== undefined) inputs["start"] = { tensor: start };
    if (valid !== undefined) inputs["valid"] = { tensor: valid };
    const blocks = Math.ceil(queries / form.rows);
    const allHeads = batch * heads;
    return runWgsl(backend, {
      key: `attention_${width}_${form.rows}_${mask}`,
      inputs,
      integers: { heads, keyHeads, queries, keys, blocks, allHeads },
      floats: { scale },
      workgroups: allHeads * blocks,
      outputShape: query.shape,
      outputType: "float32",
      code: () => attentionWgsl(form),
    });
  },
};
