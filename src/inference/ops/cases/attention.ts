import type { OpCase } from "../op-case";
import { referenceAttention, referenceRope } from "../op-reference";
import type { AttentionMask, HostTensor, Ops } from "../ops";
import { floats, ints, plain, wave } from "./values";

type MaskKind = AttentionMask<unknown>["kind"];

interface AttentionSetup {
  readonly what: string;
  readonly batch?: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly mask?: MaskKind;
  readonly start?: number;
  /** Real tokens of each batch entry; the rest is padding. */
  readonly lengths?: readonly number[];
  readonly amplitude?: number;
  readonly isInSelfTest?: boolean;
}

function maskOf<T>(kind: MaskKind, inputs: Readonly<Record<string, T>>): AttentionMask<T> {
  const start = inputs["start"]!;
  const valid = inputs["valid"]!;
  switch (kind) {
    case "none":
      return { kind };
    case "causal":
      return { kind, start };
    case "padding":
      return { kind, valid };
    case "causal-padding":
      return { kind, start, valid };
  }
}

/** The same setup as a case of `attention` and one of `attentionWeights`. */
function attentionCases(setup: AttentionSetup): OpCase[] {
  const { what, batch = 1, heads, keyHeads, queries, keys, width, mask = "none" } = setup;
  const { start = 0, lengths = [], amplitude = 1, isInSelfTest = false } = setup;
  const query = wave([batch, heads, queries, width], 0, amplitude);
  const key = wave([batch, keyHeads, keys, width], 1, amplitude);
  const value = wave([batch, keyHeads, keys, width], 2);
  const isReal = (b: number, t: number): boolean => t < (lengths[b] ?? keys);
  const valid = Array.from({ length: batch * keys }, (_, index) =>
    isReal(Math.floor(index / keys), index % keys) ? 1 : 0,
  );
  const inputs: Record<string, HostTensor> = { query, key };
  if (mask.startsWith("causal")) inputs["start"] = ints([1], [start]);
  if (mask.endsWith("padding")) inputs["valid"] = floats([batch, keys], valid);
  const scale = 1 / Math.sqrt(width);
  const isVisible = (b: number, s: number, t: number): boolean =>
    (!mask.startsWith("causal") || t <= start + s) && (!mask.endsWith("padding") || isReal(b, t));
  const expected = referenceAttention(plain(query), plain(key), plain(value), scale, isVisible);
  const tolerance = { atol: 2e-5, rtol: 1e-4 };
  const common = { tolerance, isInSelfTest };
  return [
    {
      ...common,
      name: `attention: ${what}`,
      inputs: { ...inputs, value },
      build: <T>(ops: Ops<T>, _weights: unknown, i: Readonly<Record<string, T>>) =>
        ops.attention({
          query: i["query"]!,
          key: i["key"]!,
          value: i["value"]!,
          scale,
          mask: maskOf(mask, i),
        }),
      expected: { dtype: "float32", shape: [batch, heads, queries, width], data: expected.output },
    },
    {
      ...common,
      isInSelfTest: false,
      name: `attentionWeights: ${what}`,
      inputs,
      build: <T>(ops: Ops<T>, _weights: unknown, i: Readonly<Record<string, T>>) =>
        ops.attentionWeights({
          query: i["query"]!,
          key: i["key"]!,
          scale,
          mask: maskOf(mask, i),
        }),
      expected: { dtype: "float32", shape: [batch, heads, queries, keys], data: expected.weights },
    },
  ];
}

const SETUPS: readonly AttentionSetup[] = [
  { what: "one head each", heads: 2, keyHeads: 2, queries: 3, keys: 5, width: 4 },
  {
    what: "grouped heads, causal from 0",
    heads: 6,
    keyHeads: 2,
    queries: 5,
    keys: 5,
    width: 8,
    mask: "causal",
  },
  {
    what: "one query against a part-filled cache",
    heads: 3,
    keyHeads: 1,
    queries: 1,
    keys: 16,
    width: 8,
    mask: "causal",
    start: 9,
    isInSelfTest: true,
  },
  {
    what: "causal from the middle of a cache",
    heads: 2,
    keyHeads: 1,
    queries: 4,
    keys: 12,
    width: 4,
    mask: "causal",
    start: 5,
  },
  {
    what: "padded batch",
    batch: 2,
    heads: 2,
    keyHeads: 1,
    queries: 6,
    keys: 6,
    width: 4,
    mask: "padding",
    lengths: [6, 2],
  },
  {
    what: "causal and padded",
    batch: 2,
    heads: 2,
    keyHeads: 2,
    queries: 4,
    keys: 7,
    width: 4,
    mask: "causal-padding",
    start: 2,
    lengths: [7, 3],
    isInSelfTest: true,
  },
  { what: "odd width", heads: 2, keyHeads: 1, queries: 3, keys: 4, width: 5 },
  {
    what: "more keys and queries than a tile",
    heads: 1,
    keyHeads: 1,
    queries: 19,
    keys: 150,
    width: 12,
  },
  {
    what: "causal over several tiles",
    heads: 2,
    keyHeads: 1,
    queries: 70,
    keys: 140,
    width: 4,
    mask: "causal",
    start: 69,
  },
  { what: "wider than a workgroup", heads: 1, keyHeads: 1, queries: 2, keys: 3, width: 96 },
  {
    what: "scores beyond the range of exp",
    heads: 1,
    keyHeads: 1,
    queries: 4,
    keys: 70,
    width: 4,
    amplitude: 30,
  },
];

function ropeCase(what: string, x: HostTensor, isInSelfTest = false): OpCase {
  const [, , rows = 0, width = 0] = x.shape;
  const angles = Array.from(
    { length: rows * width },
    (_, index) => Math.floor(index / width) / 100 ** (((index % width) % (width / 2)) / width),
  );
  const cos = floats([rows, width], angles.map(Math.cos));
  const sin = floats([rows, width], angles.map(Math.sin));
  return {
    name: `rope: ${what}`,
    inputs: { x, cos, sin },
    build: (ops, _weights, i) => ops.rope(i["x"]!, i["cos"]!, i["sin"]!),
    expected: {
      dtype: "float32",
      shape: x.shape,
      data: referenceRope(plain(x), plain(cos).data, plain(sin).data),
    },
    isInSelfTest,
  };
}

function cacheCase(what: string, start: number, rows: number, isInSelfTest = false): OpCase {
  const cache = wave([2, 2, 6, 3]);
  const update = wave([2, 2, rows, 3], 1);
  const data = plain(cache).data.map((old, index) => {
    const row = (Math.floor(index / 3) % 6) - start;
    const head = Math.floor(index / 18);
    return row >= 0 && row < rows ? update.data[(head * rows + row) * 3 + (index % 3)]! : old;
  });
  return {
    name: `writeCache: ${what}`,
    inputs: { cache, update, start: ints([1], [start]) },
    build: (ops, _weights, i) => ops.writeCache(i["cache"]!, i["update"]!, i["start"]!),
    expected: { dtype: "float32", shape: [2, 2, 6, 3], data },
    isInSelfTest,
  };
}

export const ATTENTION_CASES: readonly OpCase[] = [
  ...SETUPS.flatMap(attentionCases),
  ropeCase("regular", wave([1, 2, 3, 4]), true),
  ropeCase("one row, wide", wave([2, 3, 1, 66])),
  ropeCase("smallest width", wave([1, 1, 5, 2])),
  cacheCase("one row in the middle", 3, 1, true),
  cacheCase("several rows at the start", 0, 4),
  cacheCase("up to the last row", 4, 2),
  cacheCase("the whole cache", 0, 6),
];
