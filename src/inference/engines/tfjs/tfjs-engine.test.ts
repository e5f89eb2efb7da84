import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { f32Weight, floats, int8Weight, ints, wave } from "../../ops/cases/values";
import { memoryWeights, type StoredWeight } from "../../ops/op-case";
import type { Engine, Program, ResidentTensor } from "../engine";
import { createCpuEngine } from "./cpu-engine";
import { decode, DECODE, DECODE_WEIGHTS } from "./decode-fixture";

let engine: Engine;
let tensorsBefore = 0;
beforeAll(async () => {
  engine = await createCpuEngine();
});
beforeEach(() => {
  tensorsBefore = engine.memory().tensors;
});
afterEach(() => {
  const leaked = engine.memory().tensors - tensorsBefore;
  if (leaked !== 0) throw new Error(`The test leaked ${leaked} tensors.`);
});

const X = wave([2, 3]);

/** A program over one input, without weights. */
function programOf(build: Program["build"]): Program {
  return { name: "test", inputs: { x: { dtype: "float32", shape: [2, 3] } }, build };
}

async function run(build: Program["build"], options?: { keep?: string[]; taps?: string[] }) {
  const model = await engine.loadModel(memoryWeights({}));
  const program = await model.program(programOf(build));
  try {
    return await program.run({ x: X }, options);
  } finally {
    model.dispose();
  }
}

describe("running programs", () => {
  it("keeps tensors flat over repeated runs with a resident cache", async () => {
    const model = await engine.loadModel(DECODE_WEIGHTS);
    const program = await model.program(DECODE);
    const counts: number[] = [];
    await decode(program, 8, () => void counts.push(engine.memory().tensors));
    expect(new Set(counts).size).toBe(1);
    model.dispose();
  });

  it("refuses a consumed resident tensor", async () => {
    const model = await engine.loadModel(DECODE_WEIGHTS);
    const program = await model.program(DECODE);
    const residents: ResidentTensor[] = [];
    await decode(program, 2, (_, cache) => void residents.push(cache));
    const inputs = { x: wave([1, 8]), start: ints([1], [0]), cache: residents[0]! };
    await expect(program.run(inputs)).rejects.toMatchObject({ code: "protocol" });
    model.dispose();
  });

  it("reads taps only when asked", async () => {
    const build: Program["build"] = (ops, _weights, { x }, tap) => {
      const doubled = ops.affine(x!, 2);
      tap?.("doubled", doubled);
      tap?.("other", x!);
      return { y: ops.affine(doubled, 1, 1) };
    };
    const { taps } = await run(build, { taps: ["doubled"] });
    expect(Object.keys(taps)).toEqual(["doubled"]);
    expect([...taps["doubled"]!.data]).toEqual([...X.data].map((value) => Math.fround(2 * value)));
    expect((await run(build)).taps).toEqual({});
  });

  it("returns an input, a constant and one tensor twice as outputs", async () => {
    const { outputs, kept } = await run(
      (ops, _weights, { x }) => {
        const sum = ops.add(x!, x!);
        return { x: x!, constant: ops.constant(floats([1], [7])), sum, again: sum };
      },
      { keep: ["again"] },
    );
    expect(outputs["x"]!.data).toEqual(X.data);
    expect([...outputs["constant"]!.data]).toEqual([7]);
    expect((await kept["again"]!.read()).data).toEqual(outputs["sum"]!.data);
    kept["again"]!.dispose();
  });

  it("leaves a constant cache as it was", async () => {
    const model = await engine.loadModel(memoryWeights({}));
    const program = await model.program({
      name: "constant cache",
      inputs: { start: { dtype: "int32", shape: [1] } },
      build(ops, _weights, { start }) {
        const cache = ops.constant(floats([1, 1, 2, 1], [0, 0]));
        return { y: ops.writeCache(cache, ops.constant(floats([1, 1, 1, 1], [5])), start!) };
      },
    });
    const first = await program.run({ start: ints([1], [0]) });
    const second = await program.run({ start: ints([1], [1]) });
    expect([...first.outputs["y"]!.data]).toEqual([5, 0]);
    expect([...second.outputs["y"]!.data]).toEqual([0, 5]);
    model.dispose();
  });

  it("frees everything when building fails", async () => {
    const build: Program["build"] = (ops, _weights, { x }, tap) => {
      tap?.("x", ops.affine(x!, 2));
      throw new Error("broken model");
    };
    await expect(run(build, { taps: ["x"] })).rejects.toThrow("broken model");
  });

  it.each([
    ["a missing input", {}, "protocol"],
    ["an unknown input", { x: X, y: X }, "protocol"],
    ["a wrong shape", { x: wave([3, 2]) }, "shape-mismatch"],
    ["a wrong type", { x: ints([2, 3], [1, 2, 3, 4, 5, 6]) }, "shape-mismatch"],
  ])("refuses %s", async (_, inputs, code) => {
    const model = await engine.loadModel(memoryWeights({}));
    const program = await model.program(programOf((_ops, _weights, { x }) => ({ y: x! })));
    await expect(program.run(inputs as Record<string, typeof X>)).rejects.toMatchObject({ code });
    model.dispose();
  });

  it("names operation and argument of a shape error", async () => {
    const build: Program["build"] = (ops, _weights, { x }) => ({
      y: ops.layerNorm(x!, ops.constant(wave([2])), ops.constant(wave([3])), 1e-6),
    });
    await expect(run(build)).rejects.toMatchObject({
      code: "shape-mismatch",
      message: "layerNorm: gamma has shape [2], expected [3].",
    });
  });
});

describe("loading weights", () => {
  const { weight, scale } = int8Weight([2, 3]);

  it.each<[string, Record<string, StoredWeight>]>([
    ["bytes that do not fit the shape", { w: { ...f32Weight(X), shape: [2, 4] } }],
    ["an I8 tensor without scales", { w: weight }],
    ["an I8 tensor with too few scales", { w: weight, "w.scale": f32Weight(floats([1], [1])) }],
    [
      "half scales",
      { w: weight, "w.scale": { dtype: "F16", shape: [2], bytes: new Uint8Array(4) } },
    ],
  ])("refuses %s", async (_, weights) => {
    await expect(engine.loadModel(memoryWeights(weights))).rejects.toMatchObject({
      code: "weights-mismatch",
    });
  });

  it("names a weight that is not there", async () => {
    const model = await engine.loadModel(memoryWeights({ w: weight, "w.scale": scale }));
    const program = await model.program(programOf((_ops, weights) => ({ y: weights.tensor("v") })));
    await expect(program.run({ x: X })).rejects.toMatchObject({
      code: "weights-mismatch",
      details: { missing: ["v"] },
    });
    model.dispose();
  });

  it("reports bytes until all are uploaded", async () => {
    const progress: [number, number][] = [];
    const model = await engine.loadModel(DECODE_WEIGHTS, {
      onProgress: (done, total) => void progress.push([done, total]),
    });
    expect(progress.at(-1)).toEqual([2 * 64 * 2 + 64 + 32, 2 * 64 * 2 + 64 + 32]);
    model.dispose();
  });

  it("stops on abort with the signal's reason and keeps nothing", async () => {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const loading = engine.loadModel(DECODE_WEIGHTS, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(loading).rejects.toBe(reason);
  });
});
