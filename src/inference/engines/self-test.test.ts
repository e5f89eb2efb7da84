import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OP_CASES } from "../ops/op-cases";
import type { Engine, LoadedModel } from "./engine";
import { runSelfTest, SELF_TEST_CASES } from "./self-test";
import { createCpuEngine } from "./tfjs/cpu-engine";

const now = (): number => performance.now();
let engine: Engine;
let tensorsBefore = 0;
beforeEach(async () => {
  engine = await createCpuEngine();
  tensorsBefore = engine.memory().tensors;
});
afterEach(() => {
  const leaked = engine.memory().tensors - tensorsBefore;
  if (leaked !== 0) throw new Error(`The test leaked ${leaked} tensors.`);
});

/** The engine, with the values of one case's output changed on the way out. */
function corrupted(name: string, change: (value: number) => number): Engine {
  return {
    ...engine,
    id: "webgpu",
    lost: engine.lost,
    memory: () => engine.memory(),
    dispose: () => engine.dispose(),
    async loadModel(source): Promise<LoadedModel> {
      const model = await engine.loadModel(source);
      return {
        dispose: () => model.dispose(),
        async program(program) {
          const loaded = await model.program(program);
          return {
            dispose: () => loaded.dispose(),
            async run(inputs, options) {
              const result = await loaded.run(inputs, options);
              const output = result.outputs[name]!;
              const data = Float32Array.from(output.data, change);
              return { ...result, outputs: { ...result.outputs, [name]: { ...output, data } } };
            },
          };
        },
      };
    },
  };
}

describe("runSelfTest", () => {
  it("passes on the reference engine within a second", async () => {
    const check = await runSelfTest(engine, { now });
    expect(check.usable).toBe(true);
    expect(check.checks.map(({ name }) => name)).toEqual(SELF_TEST_CASES.map(({ name }) => name));
    expect(check.durationMs).toBeLessThan(1000);
  });

  it("names the operation that is wrong and by how much", async () => {
    const broken = corrupted("rope: regular", (value) => value + 0.25);
    const check = await runSelfTest(broken, { now });
    expect(check).toMatchObject({ engine: "webgpu", usable: false });
    expect(check.reason).toBe('Wrong results: "rope: regular" is off by 0.250.');
  });

  it("finds an operation that silently gives zeros", async () => {
    const check = await runSelfTest(
      corrupted("layerNorm: regular", () => 0),
      { now },
    );
    expect(check.usable).toBe(false);
  });

  it("gives the engine's own error as the reason", async () => {
    const dead: Engine = {
      ...corrupted("", Number),
      loadModel: () => Promise.reject(new Error("no memory for a shader")),
    };
    const check = await runSelfTest(dead, { now });
    expect(check).toMatchObject({ usable: false, reason: "no memory for a shader", checks: [] });
  });

  it("covers every operation that Perigee computes itself", () => {
    const operations = (cases: readonly { readonly name: string }[]): Set<string> =>
      new Set(cases.map(({ name }) => name.split(":")[0]!));
    const tested = operations(SELF_TEST_CASES);
    const missing = [...operations(OP_CASES)].filter((operation) => !tested.has(operation));
    // Plain moves and functions that tfjs and ONNX Runtime bring along.
    expect(missing.sort()).toEqual([
      "affine",
      "attentionWeights",
      "concat",
      "constant and scope",
      "dense weight BF16",
      "dense weight F16",
      "dense weight F32",
      "dense weight I8",
      "div",
      "embedding BF16",
      "gather",
      "greaterEqual",
      "linear BF16",
      "matmul",
      "mean",
      "reshape",
      "sigmoid",
      "slice",
      "sqrt",
      "sub",
      "tanh",
    ]);
  });
});
