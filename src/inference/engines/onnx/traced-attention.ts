/**
 * Attention and cache updates as ONNX nodes. All sizes are read from the tensors at run time, so the
 * same nodes serve a prompt and a single token.
 */
import type { AttentionArgs, AttentionMask } from "../../ops/ops";
import type { GraphBuilder, GraphValue } from "./graph-builder";
import { assertRank, assertShape, shapeError } from "./shapes";

/** Added to a forbidden score. Finite, so that a row that sees nothing stays finite. */
const FORBIDDEN = -1e30;

/** softmax(q·kᵀ·scale + mask) → [B, H, S, T]. */
export function traceAttentionWeights(
  graph: GraphBuilder,
  args: Omit<AttentionArgs<GraphValue>, "value">,
): GraphValue {
  return reshapeTo(graph, groupedWeights(graph, args), weightsShape(args));
}

/** softmax(q·kᵀ·scale + mask)·v → [B, H, S, D]. */
export function traceAttention(graph: GraphBuilder, args: AttentionArgs<GraphValue>): GraphValue {
  const { query, key, value } = args;
  assertShape("attention", "value", value.shape, key.shape);
  const [batch, , , depth] = query.shape as [number, number, number, number];
  const keyHeads = key.shape[1]!;
  const weights = groupedWeights(graph, args);
  const mixed = graph.node("MatMul", [weights, value], {
    shape: [batch, keyHeads, weights.shape[2]!, depth],
  });
  return reshapeTo(graph, mixed, query.shape);
}

/** Heads that share keys are stacked along the rows: [B, K, (H/K)·S, T], so keys are never copied. */
function groupedWeights(
  graph: GraphBuilder,
  args: Omit<AttentionArgs<GraphValue>, "value">,
): GraphValue {
  const { query, key, scale, mask } = args;
  assertRank("attention", "query", query.shape, 4);
  assertRank("attention", "key", key.shape, 4);
  const [batch, heads, rows, depth] = query.shape as [number, number, number, number];
  const [, keyHeads, keys] = key.shape as [number, number, number, number];
  assertShape("attention", "key", key.shape, [batch, keyHeads, keys, depth]);
  if (heads % keyHeads !== 0) {
    throw shapeError("attention", "key", `of a head count that divides ${heads}`, key.shape);
  }
  const grouped = [batch, keyHeads, (heads / keyHeads) * rows, depth];
  const scaled = graph.node("Mul", [query, graph.scalar(scale)], { shape: query.shape });
  const stacked = reshapeTo(graph, scaled, grouped);
  const turned = graph.node(
    "Transpose",
    [key],
    { shape: [batch, keyHeads, depth, keys] },
    {
      perm: [0, 1, 3, 2],
    },
  );
  const scoresShape = [batch, keyHeads, grouped[2]!, keys];
  const scores = graph.node("MatMul", [stacked, turned], { shape: scoresShape });
  const bias = maskBias(graph, mask, query, key);
  if (bias === undefined) {
    return graph.node("Softmax", [scores], { shape: scoresShape }, { axis: -1 });
  }
  const apart = reshapeTo(graph, scores, weightsShape(args));
  const masked = graph.node("Add", [apart, bias], { shape: apart.shape });
  const weights = graph.node("Softmax", [masked], { shape: apart.shape }, { axis: -1 });
  return reshapeTo(graph, weights, scoresShape);
}

function weightsShape(args: Omit<AttentionArgs<GraphValue>, "value">): readonly number[] {
  return [args.query.shape[0]!, args.query.shape[1]!, args.query.shape[2]!, args.key.shape[2]!];
}

/** 0 where a row may look, FORBIDDEN elsewhere; shared by all layers. */
function maskBias(
  graph: GraphBuilder,
  mask: AttentionMask<GraphValue>,
  query: GraphValue,
  key: GraphValue,
): GraphValue | undefined {
  switch (mask.kind) {
    case "none":
      return undefined;
    case "causal":
      return causalBias(graph, mask.start, query, key);
    case "padding":
      return paddingBias(graph, mask.valid);
    case "causal-padding": {
      const causal = causalBias(graph, mask.start, query, key);
      const padding = paddingBias(graph, mask.valid);
      const shape = [query.shape[0]!, 1, query.shape[2]!, key.shape[2]!];
      return graph.once(`mask ${causal.name} ${padding.name}`, () =>
        graph.node("Min", [causal, padding], { shape }),
      );
    }
  }
}

/** [S, T]: row s at position start + s sees keys 0 … start + s. */
function causalBias(
  graph: GraphBuilder,
  start: GraphValue,
  query: GraphValue,
  key: GraphValue,
): GraphValue {
  const rows = query.shape[2]!;
  const keys = key.shape[2]!;
  return graph.once(`causal ${start.name} ${rows} ${keys}`, () => {
    const positions = graph.node("Add", [countTo(graph, query, 2), start64(graph, start)], {
      shape: [rows],
      type: "int64",
    });
    const column = graph.node("Unsqueeze", [positions, graph.int64s([1])], {
      shape: [rows, 1],
      type: "int64",
    });
    const seen = graph.node("LessOrEqual", [countTo(graph, key, 2), column], {
      shape: [rows, keys],
      type: "bool",
    });
    return graph.node("Where", [seen, graph.scalar(0), graph.scalar(FORBIDDEN)], {
      shape: [rows, keys],
    });
  });
}

/** [B, 1, 1, T] from valid [B, T]. */
function paddingBias(graph: GraphBuilder, valid: GraphValue): GraphValue {
  assertRank("attention", "valid", valid.shape, 2);
  const [batch, keys] = valid.shape as [number, number];
  return graph.once(`padding ${valid.name}`, () => {
    const absent = graph.node("Sub", [graph.scalar(1), valid], { shape: valid.shape });
    const bias = graph.node("Mul", [absent, graph.scalar(FORBIDDEN)], { shape: valid.shape });
    return graph.node("Unsqueeze", [bias, graph.int64s([1, 2])], { shape: [batch, 1, 1, keys] });
  });
}

function start64(graph: GraphBuilder, start: GraphValue): GraphValue {
  return graph.once(`start ${start.name}`, () =>
    graph.node("Cast", [start], { shape: [1], type: "int64" }, { to: 7 }),
  );
}

/** 0, 1, …, n−1 with n read from one axis of `x` at run time. */
function countTo(graph: GraphBuilder, x: GraphValue, axis: number): GraphValue {
  const size = x.shape[axis]!;
  return graph.once(`count ${axis} ${x.name}`, () => {
    const length = graph.node(
      "Shape",
      [x],
      { shape: [1], type: "int64" },
      { start: axis, end: axis + 1 },
    );
    const scalar = graph.node("Squeeze", [length, graph.int64s([0])], { shape: [], type: "int64" });
    const zero = graph.int64s([0], []);
    const one = graph.int64s([1], []);
    return graph.node("Range", [zero, scalar, one], { shape: [size], type: "int64" });
  });
}

/** cache [B, K, capacity, D] with rows start … start+S−1 replaced by update [B, K, S, D]. */
export function traceWriteCache(
  graph: GraphBuilder,
  cache: GraphValue,
  update: GraphValue,
  start: GraphValue,
): GraphValue {
  assertRank("writeCache", "cache", cache.shape, 4);
  const [batch, heads, , depth] = cache.shape as [number, number, number, number];
  assertShape("writeCache", "update", update.shape, [batch, heads, update.shape[2] ?? 0, depth]);
  if (update.shape[2]! > cache.shape[2]!) {
    throw shapeError("writeCache", "update", `at most ${cache.shape[2]} rows long`, update.shape);
  }
  const result = writeRows(graph, cache, update, start);
  graph.noteCacheWrite(cache, result);
  return result;
}

function writeRows(
  graph: GraphBuilder,
  cache: GraphValue,
  update: GraphValue,
  start: GraphValue,
): GraphValue {
  const batch = cache.shape[0]!;
  // TensorScatter wants one start per batch row.
  const starts = graph.once(`starts ${start.name} ${batch}`, () => {
    const size = graph.node("Shape", [cache], { shape: [1], type: "int64" }, { start: 0, end: 1 });
    return graph.node("Expand", [start64(graph, start), size], { shape: [batch], type: "int64" });
  });
  return graph.node("TensorScatter", [cache, update, starts], { shape: cache.shape }, { axis: 2 });
}

/** A Reshape whose target is recorded for this size only; see generalise.ts. */
export function reshapeTo(
  graph: GraphBuilder,
  x: GraphValue,
  shape: readonly number[],
): GraphValue {
  const target = graph.initializer([shape.length], "int64", {
    kind: "reshape",
    cases: [{ from: x.shape, to: shape }],
  });
  return graph.node("Reshape", [x, target], { shape });
}
