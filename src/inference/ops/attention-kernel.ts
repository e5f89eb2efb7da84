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

/** Query rows per workgroup when there are several: each key and value is read once for all of them. */
const BLOCK_ROWS = 8;
/** Stands for a masked score; below every real one, and its difference to one stays finite. */
const MASKED = "-3.0e38";

interface AttentionForm {
  /** D, baked in because it sizes arrays. */
  readonly width: number;
  /** Query rows per workgroup, unrolled. */
  readonly rows: number;
  readonly isCausal: boolean;
  readonly isPadded: boolean;
}

/** Scores of this lane's key against every row of the block, s0 … */
function scoreWgsl({ width, rows, isCausal, isPadded }: AttentionForm): string {
  const isVector = width % 4 === 0;
  const steps = isVector ? width / 4 : width;
  const each = (line: (r: number) => string): string =>
    Array.from({ length: rows }, (_, r) => line(r)).join("\n      ");
  const product = isVector ? (a: string) => `dot(${a}, k)` : (a: string) => `${a} * k`;
  const visible = (r: number): string =>
    [
      "isKey",
      ...(isCausal ? [`t <= start[0] + s0 + ${r}`] : []),
      ...(isPadded ? ["isReal"] : []),
    ].join(" && ");
  return `
    let t = t0 + lane;
    let isKey = t < keyLimit;
    ${isPadded ? "let isReal = valid[batch * uniforms.keys + min(t, uniforms.keys - 1)] > 0.0;" : ""}
    ${each((r) => `var score${r} = 0.0;`)}
    if (isKey) {
      let keyBase = (firstKey + t) * ${steps};
      for (var d = 0; d < ${steps}; d++) {
        let k = key[keyBase + d];
        ${each((r) => `score${r} += ${product(`queryRows[${r * steps} + d]`)};`)}
      }
    }
    ${each((r) => `scores[${r * LANES} + lane] = select(${MASKED}, score${r}, ${visible(r)});`)}`;
}

/** Mixes the values of one tile into this lane's columns. */
function mixWgsl({ width, rows }: AttentionForm, columns: number): string {
  const pairs = Array.from({ length: rows * columns }, (_, index) => ({
    r: Math.floor(index / columns),
    c: index % columns,
  }));
  const each = (line: (r: number) => string): string =>
    Array.from({ length: rows }, (_, r) => line(r)).join("\n      ");
  const loads = Array.from({ length: columns }, (_, c) => {
    const isWhole = (c + 1) * LANES <= width;
    const read = `value[(firstKey + t0 + i) * ${width} + lane + ${c * LANES}]`;
    return `let v${c} = ${isWhole ? read : `select(0.0, ${read}, lane + ${c * LANES} < ${width})`};`;
  });
  return `
    ${each((r) => `sum${r} *= rowScale[${r}];`)}
    ${pairs.map(({ r, c }) => `mix${r}_${c} *= rowScale[${r}];`).join("\n    ")}
    for (var i = 0; i < min(LANES, keyLimit - t0); i++) {
      ${loads.join("\n      ")}
      ${each((r) => `let p${r} = scores[${r * LANES} + i]; sum${r} += p${r};`)}
      ${pairs.map(({ r, c }) => `mix${r}_${c} += p${r} * v${c};`).join("\n      ")}
    }`;
}

/** Writes each row's mix divided by its sum; 0 where a row saw no key. */
function writeWgsl({ width, rows }: AttentionForm, columns: number): string {
  const lines = Array.from({ length: rows * columns }, (_, index) => {
    const r = Math.floor(index / columns);
    const c = index % columns;
    const column = `lane + ${c * LANES}`;
    return `if (s0 + ${r} < uniforms.queries && ${column} < ${width}) {
    result[(head * uniforms.queries + s0 + ${r}) * ${width} + ${column}] =
      select(mix${r}_${c} / sum${r}, 0.0, sum${r} == 0.0);
  }`;
  });
  return lines.join("\n  ");
}

function attentionWgsl(form: AttentionForm): string {
  const { width, rows, isCausal } = form;
  const isVector = width % 4 === 0;
  const steps = isVector ? width / 4 : width;
  const columns = Math.ceil(width / LANES);
  const queryType = isVector ? "vec4<f32>" : "f32";
  const rowIndices = Array.from({ length: rows }, (_, r) => r);
  const columnIndices = Array.from({ length: columns }, (_, c) => c);
  return `
const ROWS = ${rows};
var<workgroup> queryRows : array<${queryType}, ${rows * steps}>;
var<workgroup> scores : array<f32, ${rows * LANES}>;
var<workgroup> rowMax : array<f32, ROWS>;
var<workgroup> rowScale : array<f32, ROWS>;
var<workgroup> sharedLimit : i32;

fn main(index : i32) {
  let lane = i32(localIndex);
  let group = index / LANES;
  let s0 = (group % uniforms.blocks) * ROWS;
  let head = group / uniforms.blocks;
  let batch = head / uniforms.heads;
  let keyHead = ((head % uniforms.heads) * uniforms.keyHeads) / uniforms.heads;
  let firstKey = (batch * uniforms.keyHeads + keyHead) * uniforms.keys;
  for (var i = lane; i < ${rows * steps}; i += LANES) {
    let isRow = s0 + i / ${steps} < uniforms.queries;
    let q = query[(head * uniforms.queries + s0) * ${steps} + i] * uniforms.scale;
    queryRows[i] = select(${queryType}(), q, isRow);
  }
  if (lane < ROWS) { rowMax[lane] = ${MASKED}; }
  if (lane == 0) {
    let seen = ${isCausal ? "start[0] + min(s0 + ROWS, uniforms.queries)" : "uniforms.keys"};
    sharedLimit = select(0, clamp(seen, 0, uniforms.keys), head < uniforms.allHeads);
  }
  let keyLimit = workgroupUniformLoad(&sharedLimit);
  ${rowIndices.map((r) => `var sum${r} = 0.0;`).join(" ")}
  ${rowIndices.flatMap((r) => columnIndices.map((c) => `var mix${r}_${c} = 0.0;`)).join(" ")}
  for (var t0 = 0; t0 < keyLimit; t0 += LANES) {
    ${scoreWgsl(form)}
    workgroupBarrier();
    if (lane < ROWS) {
      let before = rowMax[lane];
      var largest = before;
      for (var i = 0; i < LANES; i++) { largest = max(largest, scores[lane * LANES + i]); }
      rowScale[lane] = exp(before - largest);
      rowMax[lane] = largest;
    }
    workgroupBarrier();
    for (var r = 0; r < ROWS; r++) {
      let score = scores[r * LANES + lane];
      scores[r * LANES + lane] = select(exp(score - rowMax[r]), 0.0, score <= ${MASKED});
    }
    workgroupBarrier();
    ${mixWgsl(form, columns)}
    workgroupBarrier();
  }
  if (head >= uniforms.allHeads) { return; }
  ${writeWgsl(form, columns)}
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
