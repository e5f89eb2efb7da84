import { describe, expect, it } from "vitest";
import { mergeGraphs, reshapeTarget, sliceBounds } from "./generalise";
import type { Graph } from "./graph";
import { ProtoWriter } from "./protobuf";

describe("reshapeTarget", () => {
  it("keeps sizes that never change, copies those that follow the input, infers one", () => {
    const target = reshapeTarget([
      { from: [2, 5, 12], to: [2, 5, 3, 4] },
      { from: [2, 9, 12], to: [2, 9, 3, 4] },
    ]);
    expect(target).toEqual([2, 0, 3, 4]);
    const flat = reshapeTarget([
      { from: [2, 5, 12], to: [10, 12] },
      { from: [2, 9, 12], to: [18, 12] },
    ]);
    expect(flat).toEqual([-1, 12]);
  });

  it("gives up when two sizes would have to be inferred", () => {
    const target = reshapeTarget([
      { from: [10, 4], to: [2, 5, 4] },
      { from: [27, 4], to: [3, 9, 4] },
    ]);
    expect(target).toBeUndefined();
  });
});

describe("sliceBounds", () => {
  const last = [
    { shape: [1, 5, 3], begin: [0, 4, 0], size: [1, 1, 3] },
    { shape: [1, 1, 3], begin: [0, 0, 0], size: [1, 1, 3] },
  ];

  it("counts the last row from the end", () => {
    expect(sliceBounds("starts", last)).toEqual([0, -1, 0]);
    expect(sliceBounds("ends", last)?.[1]).toBe(2 ** 31 - 1);
  });

  it("gives up on a bound that fits neither end", () => {
    const cases = [
      { shape: [8], begin: [2], size: [1] },
      { shape: [9], begin: [4], size: [1] },
    ];
    expect(sliceBounds("starts", cases)).toBeUndefined();
  });
});

describe("mergeGraphs", () => {
  const graph = (op: string, rows: number): Graph => ({
    nodes: [{ op, domain: "", inputs: ["x"], outputs: ["y"], attributes: {} }],
    initializers: [],
    inputs: [{ name: "x", type: "float32", cases: [[rows, 3]] }],
    outputs: [{ name: "y", type: "float32", cases: [[rows, 3]] }],
    inPlace: {},
  });

  it("joins sizes of one computation and refuses another computation", () => {
    expect(mergeGraphs(graph("Tanh", 2), graph("Tanh", 7))?.inputs[0]?.cases).toEqual([
      [2, 3],
      [7, 3],
    ]);
    expect(mergeGraphs(graph("Tanh", 2), graph("Sigmoid", 2))).toBeUndefined();
  });
});

describe("ProtoWriter", () => {
  it("writes the encoding guide's examples", () => {
    expect([...new ProtoWriter().int(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new ProtoWriter().string(2, "testing").finish()]).toEqual([
      0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67,
    ]);
    const nested = new ProtoWriter().message(3, (inner) => inner.int(1, 150)).finish();
    expect([...nested]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  });

  it("writes −1 as ten bytes of two's complement", () => {
    const bytes = [...new ProtoWriter().int(1, -1).finish()];
    expect(bytes).toEqual([0x08, ...Array.from({ length: 9 }, () => 0xff), 0x01]);
  });
});
