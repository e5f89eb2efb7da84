import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import type { HostTensor } from "../../ops/ops";
import type { Program, WeightSource } from "../engine";
import { createOrtNodeEngine } from "./ort-node";

const engine = createOrtNodeEngine(ort);
afterAll(() => engine.dispose());

function f32(shape: readonly number[], data: readonly number[]): HostTensor {
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

function i32(values: readonly number[]): HostTensor {
  return { dtype: "int32", shape: [values.length], data: Int32Array.from(values) };
}

function bytesOf(values: Float32Array | Int8Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
}

/** [[1, 2, 3], [4, 5, 6]] in four stored forms. */
const stored: Readonly<
  Record<string, { dtype: "F32" | "F16" | "BF16" | "I8"; shape: number[]; bytes: Uint8Array }>
> = {
  f32: { dtype: "F32", shape: [2, 3], bytes: bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)) },
  f16: {
    dtype: "F16",
    shape: [2, 3],
    bytes: bytesOf(Uint16Array.of(0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600)),
  },
  bf16: {
    dtype: "BF16",
    shape: [2, 3],
    bytes: bytesOf(Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0x40c0)),
  },
  i8: { dtype: "I8", shape: [2, 3], bytes: bytesOf(Int8Array.of(2, 4, 6, 4, 5, 6)) },
  "i8.scale": { dtype: "F32", shape: [2], bytes: bytesOf(Float32Array.of(0.5, 1)) },
};

const weights: WeightSource = {
  names: Object.keys(stored),
  describe: (name) => stored[name]!,
  bytes: (name) => Promise.resolve(stored[name]!.bytes),
};

describe("stored weight forms", () => {
  it.each(["f32", "f16", "bf16", "i8"])(
    "%s matrices multiply and look up as float32",
    async (name) => {
      const model = await engine.loadModel(weights);
      const program = await model.program({
        name: `linear ${name}`,
        inputs: {
          x: { dtype: "float32", shape: [1, 3] },
          ids: { dtype: "int32", shape: [2] },
        },
        build: (ops, w, { x, ids }) => ({
          y: ops.linear(x!, w.matrix(name)),
          rows: ops.embedding(w.matrix(name), ids!),
        }),
      });
      const { outputs } = await program.run({ x: f32([1, 3], [1, 10, 100]), ids: i32([1, 0]) });
      expect([...outputs["y"]!.data]).toEqual([321, 654]);
      expect([...outputs["rows"]!.data]).toEqual([4, 5, 6, 1, 2, 3]);
      model.dispose();
    },
  );

  it("names a missing weight", async () => {
    const model = await engine.loadModel(weights);
    const program: Program = {
      name: "missing",
      inputs: {},
      build: (_, w) => ({ y: w.tensor("no.such.weight") }),
    };
    await expect(model.program(program)).rejects.toMatchObject({
      code: "weights-mismatch",
      message: expect.stringContaining("no.such.weight") as string,
    });
  });
});

/** One head, rows written into a cache and attended to causally. */
function decoder(rows: number): Program {
  return {
    name: `decoder ${rows}`,
    family: "decoder",
    inputs: {
      x: { dtype: "float32", shape: [1, 1, rows, 3] },
      start: { dtype: "int32", shape: [1] },
      cache: { dtype: "float32", shape: [1, 1, 6, 3] },
    },
    build: (ops, w, { x, start, cache }) => {
      const mapped = ops.linear(ops.reshape(x!, [1, rows, 3]), w.matrix("f32"));
      const keys = ops.writeCache(cache!, x!, start!);
      const mixed = ops.attention({
        query: x!,
        key: keys,
        value: keys,
        scale: 0.5,
        mask: { kind: "causal", start: start! },
      });
      const last = ops.slice(mixed, [0, 0, rows - 1, 0], [1, 1, 1, 3]);
      return { mapped, last, keys };
    },
  };
}

describe("families and resident caches", () => {
  const prompt = [0.3, -0.2, 0.9, 1.1, 0.4, -0.7, 0.2, 0.8, 0.5];
  const zeros = f32(
    [1, 1, 6, 3],
    Array.from({ length: 18 }, () => 0),
  );

  it("decodes step by step to the same values as all at once, with one session and flat memory", async () => {
    const model = await engine.loadModel(weights);
    const all = await model.program(decoder(3));
    const one = await model.program(decoder(1));
    const start = i32([0]);
    const whole = await all.run({ x: f32([1, 1, 3, 3], prompt), start, cache: zeros });
    let { kept, outputs } = await one.run(
      { x: f32([1, 1, 1, 3], prompt.slice(0, 3)), start, cache: zeros },
      { keep: ["keys"] },
    );
    const before = engine.memory();
    for (const step of [1, 2]) {
      const row = f32([1, 1, 1, 3], prompt.slice(3 * step, 3 * step + 3));
      const inputs = { x: row, start: i32([step]), cache: kept["keys"]! };
      ({ kept, outputs } = await one.run(inputs, { keep: ["keys"] }));
    }
    expect(engine.memory()).toEqual(before);
    expect([...(await kept["keys"]!.read()).data]).toEqual([...whole.outputs["keys"]!.data]);
    const expected = whole.outputs["last"]!.data;
    for (const [index, value] of [...outputs["last"]!.data].entries()) {
      expect(value).toBeCloseTo(expected[index]!, 6);
    }
    kept["keys"]!.dispose();
    model.dispose();
  });

  it("refuses a cache that was already consumed", async () => {
    const model = await engine.loadModel(weights);
    const one = await model.program(decoder(1));
    const x = f32([1, 1, 1, 3], [1, 2, 3]);
    const first = await one.run({ x, start: i32([0]), cache: zeros }, { keep: ["keys"] });
    const cache = first.kept["keys"]!;
    const second = await one.run({ x, start: i32([1]), cache }, { keep: ["keys"] });
    await expect(one.run({ x, start: i32([2]), cache })).rejects.toMatchObject({
      code: "protocol",
    });
    second.kept["keys"]!.dispose();
    model.dispose();
  });

  it("says which input has the wrong shape", async () => {
    const model = await engine.loadModel(weights);
    const one = await model.program(decoder(1));
    const x = f32([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
    await expect(one.run({ x, start: i32([0]), cache: zeros })).rejects.toThrow(
      "input x must be [1, 1, 1, 3], got [1, 1, 2, 3]",
    );
    model.dispose();
  });
});
