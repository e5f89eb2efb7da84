/**
 * Merges traces of one program for several input sizes into one graph with free dimensions.
 *
 * Why: every ONNX session holds its own copy of the weights. A text tower asked for 16, 32 and 64
 * tokens, or a decoder for a prompt and for single tokens, would otherwise hold them three times.
 * The merge is purely syntactic: equal nodes in equal order; reshape targets written with 0 (copy
 * that dimension) or −1 (infer it), slice bounds counted from whichever end is the same in all cases.
 */
import type { Graph, GraphPort, Initializer, ReshapeCase, SliceCase } from "./graph";

/** Slice end that means "to the end of the axis" (ONNX clamps it). */
const TO_THE_END = 2 ** 31 - 1;

/** The merged graph, or undefined when the traces differ in more than sizes. */
export function mergeGraphs(a: Graph, b: Graph): Graph | undefined {
  if (JSON.stringify(a.nodes) !== JSON.stringify(b.nodes)) return undefined;
  if (JSON.stringify(a.inPlace) !== JSON.stringify(b.inPlace)) return undefined;
  const inputs = mergePorts(a.inputs, b.inputs);
  const outputs = mergePorts(a.outputs, b.outputs);
  if (inputs === undefined || outputs === undefined) return undefined;
  if (a.initializers.length !== b.initializers.length) return undefined;
  const initializers: Initializer[] = [];
  for (const [index, left] of a.initializers.entries()) {
    const merged = mergeInitializers(left, b.initializers[index]!);
    if (merged === undefined || !isWritable(merged)) return undefined;
    initializers.push(merged);
  }
  return { nodes: a.nodes, initializers, inputs, outputs, inPlace: a.inPlace };
}

function mergePorts(a: readonly GraphPort[], b: readonly GraphPort[]): GraphPort[] | undefined {
  if (a.length !== b.length) return undefined;
  const merged: GraphPort[] = [];
  for (const [index, left] of a.entries()) {
    const right = b[index]!;
    const sameRank = left.cases[0]!.length === right.cases[0]!.length;
    if (left.name !== right.name || left.type !== right.type || !sameRank) return undefined;
    merged.push({ ...left, cases: [...left.cases, ...right.cases] });
  }
  return merged;
}

function mergeInitializers(a: Initializer, b: Initializer): Initializer | undefined {
  if (a.name !== b.name) return undefined;
  if (a.kind === "reshape" && b.kind === "reshape")
    return { ...a, cases: [...a.cases, ...b.cases] };
  if (a.kind === "slice" && b.kind === "slice" && a.part === b.part) {
    return { ...a, cases: [...a.cases, ...b.cases] };
  }
  if (a.kind === "weight" && b.kind === "weight") return a.weight === b.weight ? a : undefined;
  if (a.kind === "data" && b.kind === "data") {
    const same =
      a.type === b.type && a.dims.join() === b.dims.join() && equalBytes(a.bytes, b.bytes);
    return same ? a : undefined;
  }
  return undefined;
}

function isWritable(initializer: Initializer): boolean {
  if (initializer.kind === "reshape") return reshapeTarget(initializer.cases) !== undefined;
  if (initializer.kind === "slice")
    return sliceBounds(initializer.part, initializer.cases) !== undefined;
  return true;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}

function isSame(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** Reshape's shape input for all cases: sizes, 0 = as the input, −1 = infer (at most once). */
export function reshapeTarget(cases: readonly ReshapeCase[]): readonly number[] | undefined {
  const rank = cases[0]!.to.length;
  const target: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    if (isSame(cases.map((c) => c.to[axis]!))) target.push(cases[0]!.to[axis]!);
    else if (cases.every((c) => c.to[axis] === c.from[axis])) target.push(0);
    else target.push(-1);
  }
  return target.filter((size) => size === -1).length > 1 ? undefined : target;
}

/** Starts or ends over all axes, counted from the front, or from the back as negative numbers. */
export function sliceBounds(
  part: "starts" | "ends",
  cases: readonly SliceCase[],
): readonly number[] | undefined {
  const rank = cases[0]!.shape.length;
  const bounds: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizes = cases.map((c) => c.shape[axis]!);
    const values = cases.map((c) =>
      part === "starts" ? c.begin[axis]! : c.begin[axis]! + c.size[axis]!,
    );
    const fromBack = values.map((value, index) => value - sizes[index]!);
    if (part === "ends" && fromBack.every((value) => value === 0)) bounds.push(TO_THE_END);
    else if (isSame(values)) bounds.push(values[0]!);
    else if (isSame(fromBack)) bounds.push(fromBack[0]!);
    else return undefined;
  }
  return bounds;
}

/** Everything that the written file depends on, as text: equal text, equal file. */
export function describeGraph(graph: Graph): string {
  const ports = [...graph.inputs, ...graph.outputs].map((port) => ({
    name: port.name,
    dims: port.cases[0]!.map((size, axis) =>
      port.cases.every((shape) => shape[axis] === size) ? size : "free",
    ),
  }));
  const sizes = graph.initializers.map((item) => {
    if (item.kind === "reshape") return reshapeTarget(item.cases);
    if (item.kind === "slice") return sliceBounds(item.part, item.cases);
    return item.name;
  });
  return JSON.stringify({ ports, sizes });
}
