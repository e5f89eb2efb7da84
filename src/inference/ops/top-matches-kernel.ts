/**
 * WGSL of `topMatches`: matrix product and selection in one program. A workgroup scores a tile of
 * queries against one candidate tile after the other and keeps only the best of each query, in
 * workgroup memory; the candidates may be split into chunks, whose lists a second program merges.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { OwnKernel } from "./own-kernel";
import { lastAxis, sizeOf } from "./shapes";
import { LANES, runWgsl } from "./wgsl-program";

/** Queries and candidates of a tile; a lane scores 4 × 4 of them. */
const QUERIES = 16;
const ROWS = 64;
/** vec4 groups of the rows that a step loads, and the stride that keeps lanes on different banks. */
const STEP = 4;
const STRIDE = STEP + 1;
/**
 * Lists longer than this would not fit beside the tiles into 16 KiB of workgroup memory, which every
 * WebGPU device has: 16·(80 + 320) + 4·16·65 + 8·16·k bytes.
 */
export const MAX_FUSED_K = 40;
/** Chunks keep a device busy when there are few queries; the merge reads one list per chunk. */
const MAX_CHUNKS = 16;
const WANTED_WORKGROUPS = 256;
/** Least candidates per chunk: shorter ones spend their time filling lists. */
const MIN_CHUNK_TILES = 16;

function topMatchesWgsl(k: number): string {
  const four = [0, 1, 2, 3];
  const lines = (line: (i: number) => string): string => four.map(line).join("\n        ");
  return `
const K = ${k};
const LOWEST = -3.4028234e38;
var<workgroup> queryTile : array<vec4<f32>, ${QUERIES * STRIDE}>;
var<workgroup> rowTile : array<vec4<f32>, ${ROWS * STRIDE}>;
var<workgroup> scores : array<f32, ${QUERIES * (ROWS + 1)}>;
var<workgroup> bestScores : array<f32, ${QUERIES * k}>;
var<workgroup> bestRows : array<i32, ${QUERIES * k}>;

fn products(q : vec4<f32>, a : vec4<f32>, b : vec4<f32>, c : vec4<f32>, d : vec4<f32>) -> vec4<f32> {
  return vec4<f32>(dot(q, a), dot(q, b), dot(q, c), dot(q, d));
}
fn keep(lane : i32, row0 : i32) {
  let base = lane * K;
  for (var c = 0; c < min(${ROWS}, uniforms.rows - row0); c++) {
    let score = scores[lane * ${ROWS + 1} + c];
    if (score > bestScores[base + K - 1]) {
      var at = base + K - 1;
      while (at > base && bestScores[at - 1] < score) {
        bestScores[at] = bestScores[at - 1];
        bestRows[at] = bestRows[at - 1];
        at--;
      }
      bestScores[at] = score;
      bestRows[at] = row0 + c;
    }
  }
}
fn main(index : i32) {
  let lane = i32(localIndex);
  let group = index / LANES;
  let chunk = group % uniforms.chunks;
  let query0 = (group / uniforms.chunks) * ${QUERIES};
  let queryAt = min(query0 + lane / ${STEP}, uniforms.queries - 1) * uniforms.groups;
  let q = (lane / 16) * 4;
  let c = lane % 16;
  for (var i = lane; i < ${QUERIES} * K; i += LANES) { bestScores[i] = LOWEST; bestRows[i] = -1; }
  for (var tile = 0; tile < uniforms.tiles; tile++) {
    let row0 = (chunk * uniforms.tiles + tile) * ${ROWS};
    ${lines((i) => `var t${i} = vec4<f32>();`)}
    for (var step = 0; step < uniforms.groups; step += ${STEP}) {
      workgroupBarrier();
      let own = step + lane % ${STEP};
      let inside = own < uniforms.groups;
      let source = min(own, uniforms.groups - 1);
      let place = (lane / ${STEP}) * ${STRIDE} + lane % ${STEP};
      queryTile[place] = select(vec4<f32>(), x[queryAt + source], inside);
      for (var part = 0; part < 4; part++) {
        let row = min(row0 + part * 16 + lane / ${STEP}, uniforms.rows - 1);
        rowTile[part * ${16 * STRIDE} + place] =
          select(vec4<f32>(), table[row * uniforms.groups + source], inside);
      }
      workgroupBarrier();
      for (var s = 0; s < ${STEP}; s++) {
        ${lines((j) => `let r${j} = rowTile[(c + ${16 * j}) * ${STRIDE} + s];`)}
        ${lines((i) => `t${i} += products(queryTile[(q + ${i}) * ${STRIDE} + s], r0, r1, r2, r3);`)}
      }
    }
    ${four.flatMap((i) => four.map((j) => `scores[(q + ${i}) * ${ROWS + 1} + c + ${16 * j}] = t${i}[${j}];`)).join("\n    ")}
    workgroupBarrier();
    if (lane < ${QUERIES}) { keep(lane, row0); }
  }
  workgroupBarrier();
  for (var i = lane; i < ${QUERIES} * K; i += LANES) {
    let query = query0 + i / K;
    if (query < uniforms.queries) {
      let at = ((query * uniforms.chunks + chunk) * K + i % K) * 2;
      result[at] = bitcast<i32>(bestScores[i]);
      result[at + 1] = bestRows[i];
    }
  }
}`;
}

/** How the candidates are split: [chunks, tiles per chunk]. */
function splitRows(queryTiles: number, rows: number): readonly [number, number] {
  const tiles = Math.ceil(rows / ROWS);
  const wanted = Math.ceil(WANTED_WORKGROUPS / queryTiles);
  const most = Math.ceil(tiles / MIN_CHUNK_TILES);
  const perChunk = Math.ceil(tiles / Math.min(MAX_CHUNKS, wanted, most));
  return [Math.ceil(tiles / perChunk), perChunk];
}

/** Lists per query and chunk: int32 [queries, chunks, k, 2], the score's bits and the row. */
export const TOP_MATCHES_KERNEL: OwnKernel<
  { readonly x: tf.TensorInfo; readonly table: tf.TensorInfo },
  { readonly rows: number; readonly k: number }
> = {
  name: "PerigeeTopMatches",
  run(backend, { x, table }, { rows, k }) {
    const columns = lastAxis("topMatches", "x", x.shape);
    const queries = sizeOf(x.shape) / columns;
    const queryTiles = Math.ceil(queries / QUERIES);
    const [chunks, tiles] = splitRows(queryTiles, rows);
    return runWgsl(backend, {
      key: `top_matches_${k}`,
      inputs: { x: { tensor: x, components: 4 }, table: { tensor: table, components: 4 } },
      integers: { rows, queries, groups: columns / 4, chunks, tiles },
      workgroups: queryTiles * chunks,
      outputShape: [queries, chunks, k, 2],
      outputType: "int32",
      code: () => topMatchesWgsl(k),
    });
  },
};

type Emit = "indices" | "values";

/** One lane per query takes the best head of the chunks' lists, k times; earlier chunks win ties. */
function mergeWgsl(emit: Emit): string {
  return `
fn main(index : i32) {
  if (index >= uniforms.queries) { return; }
  var heads : array<i32, ${MAX_CHUNKS}>;
  for (var round = 0; round < uniforms.k; round++) {
    var best = -3.4028234e38;
    var bestRow = -1;
    var origin = 0;
    for (var chunk = 0; chunk < uniforms.chunks; chunk++) {
      if (heads[chunk] < uniforms.k) {
        let at = ((index * uniforms.chunks + chunk) * uniforms.k + heads[chunk]) * 2;
        let score = bitcast<f32>(packed[at]);
        if (score > best) { best = score; bestRow = packed[at + 1]; origin = chunk; }
      }
    }
    heads[origin]++;
    result[index * uniforms.k + round] = ${emit === "values" ? "best" : "bestRow"};
  }
}`;
}

/** Merges the chunks' lists. */
export const MERGE_MATCHES_KERNEL: OwnKernel<
  { readonly packed: tf.TensorInfo },
  { readonly k: number; readonly emit: Emit }
> = {
  name: "PerigeeMergeMatches",
  run(backend, { packed }, { k, emit }) {
    const [queries = 0, chunks = 0] = packed.shape;
    return runWgsl(backend, {
      key: `merge_matches_${emit}`,
      inputs: { packed: { tensor: packed } },
      integers: { queries, chunks, k },
      workgroups: Math.ceil(queries / LANES),
      outputShape: [queries, k],
      outputType: emit === "values" ? "float32" : "int32",
      code: () => mergeWgsl(emit),
    });
  },
};
