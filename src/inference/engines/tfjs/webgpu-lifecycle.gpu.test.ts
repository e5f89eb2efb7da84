import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { floats, ints, wave } from "../../ops/cases/values";
import { memoryWeights } from "../../ops/op-case";
import type { HostTensor } from "../../ops/ops";
import type { ResidentTensor } from "../engine";
import { createCpuEngine } from "./cpu-engine";
import { decode, DECODE, DECODE_WEIGHTS } from "./decode-fixture";
import { createWebGpuEngine, type WebGpuEngine } from "./webgpu-engine";
import { hasGpu, whyNot } from "../gpu-adapter";

let engine: WebGpuEngine;

describe.skipIf(!hasGpu)(`webgpu engine${whyNot}`, () => {
  beforeEach(async () => {
    engine = await createWebGpuEngine();
  });
  afterEach(() => engine.dispose());

  it("names the adapter and its features", () => {
    expect(engine.adapter.description).not.toBe("");
    expect(engine.adapter.features).toEqual([...engine.adapter.features].sort());
  });

  it("decodes as the reference engine does, with tensors and buffers flat", async () => {
    const expected: number[][] = [];
    const cpu = await createCpuEngine();
    const reference = await cpu.loadModel(DECODE_WEIGHTS);
    const collect = (y: HostTensor): void => void expected.push([...y.data]);
    await decode(await reference.program(DECODE), 12, collect);
    reference.dispose();

    const before = engine.memory();
    const model = await engine.loadModel(DECODE_WEIGHTS);
    const memory: ReturnType<WebGpuEngine["memory"]>[] = [];
    let worst = 0;
    let step = 0;
    await decode(await model.program(DECODE), 36, (y) => {
      const reference = expected[step];
      for (const [index, value] of (reference ?? []).entries()) {
        worst = Math.max(worst, Math.abs(value - y.data[index]!));
      }
      step += 1;
      memory.push(engine.memory());
    });
    expect(worst).toBeLessThan(1e-4);
    expect(memory.at(-1)).toEqual(memory[2]);
    model.dispose();
    expect(engine.memory().tensors).toBe(before.tensors);
  });

  it("gives the weights' memory back", async () => {
    const before = engine.memory();
    const model = await engine.loadModel(DECODE_WEIGHTS);
    const loaded = engine.memory();
    // F16 and BF16 stay two bytes an element, I8 one, with float32 scales.
    expect(loaded.bytes - before.bytes).toBe(2 * 64 * 2 + 64 + 8 * 4 + 8 * 4);
    model.dispose();
    expect(engine.memory()).toEqual(before);
  });

  it("gives the pool's memory back with the model, and goes on working", async () => {
    const before = engine.memory();
    const model = await engine.loadModel(DECODE_WEIGHTS);
    await decode(await model.program(DECODE), 3);
    expect(engine.memory().gpuBuffers).toBeGreaterThan(before.gpuBuffers);
    model.dispose();
    expect(engine.memory()).toEqual(before);
    const again = await engine.loadModel(DECODE_WEIGHTS);
    await decode(await again.program(DECODE), 3);
    again.dispose();
    expect(engine.memory()).toEqual(before);
  });

  it("runs its own kernels, not the composed forms", async () => {
    const model = await engine.loadModel(DECODE_WEIGHTS);
    const program = await model.program(DECODE);
    const run = vi.spyOn(engine.backend, "runWebGPUProgram");
    await decode(program, 1);
    const keys = run.mock.calls.map(([program]) => program.shaderKey);
    const own = keys.filter((key) => key.startsWith("perigee_"));
    // One norm, three linear maps, one cache write, one attention; two additions are tfjs'.
    expect(own).toHaveLength(6);
    expect(keys).toHaveLength(8);
    model.dispose();
  });

  it("shows rows written in place after an earlier read of the cache", async () => {
    const model = await engine.loadModel(memoryWeights({}));
    const program = await model.program({
      name: "write",
      inputs: {
        cache: { dtype: "float32", shape: [1, 1, 3, 1] },
        start: { dtype: "int32", shape: [1] },
      },
      build: (ops, _weights, { cache, start }) => {
        const update = ops.constant(floats([1, 1, 1, 1], [7]));
        return { cache: ops.writeCache(cache!, update, start!) };
      },
    });
    const write = async (cache: HostTensor | ResidentTensor, row: number) => {
      const { kept } = await program.run({ cache, start: ints([1], [row]) }, { keep: ["cache"] });
      return kept["cache"]!;
    };
    const first = await write(floats([1, 1, 3, 1], [0, 0, 0]), 0);
    expect([...(await first.read()).data]).toEqual([7, 0, 0]);
    const second = await write(first, 2);
    expect([...(await second.read()).data]).toEqual([7, 0, 7]);
    second.dispose();
    model.dispose();
  });

  it("computes more entries than one dispatch dimension holds", async () => {
    const size = 65_536 * 64 + 100;
    const model = await engine.loadModel(memoryWeights({}));
    const program = await model.program({
      name: "long",
      inputs: { x: { dtype: "float32", shape: [size] } },
      build: (ops, _weights, { x }) => ({ y: ops.affine(x!, 2, 1) }),
    });
    const data = new Float32Array(size).fill(3);
    const { outputs } = await program.run({ x: { dtype: "float32", shape: [size], data } });
    expect(outputs["y"]!.data.every((value) => value === 7)).toBe(true);
    model.dispose();
  });

  it.each([
    ["that reads its output", []],
    // Nothing waits for the GPU here, so the device's event comes after the run.
    ["that keeps its output", ["y"]],
  ])("turns a validation error into the failure of the run that caused it, %s", async (_, keep) => {
    const model = await engine.loadModel(memoryWeights({}));
    const { device } = engine.backend;
    let isBroken = false;
    const program = await model.program({
      name: "broken once",
      inputs: { x: { dtype: "float32", shape: [4] } },
      build(ops, _weights, { x }) {
        // Mapping excludes storage: invalid, but createBuffer itself does not throw.
        const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE;
        if (isBroken) device.createBuffer({ size: 16, usage });
        return { y: ops.add(x!, x!) };
      },
    });
    const { tensors } = engine.memory();
    isBroken = true;
    const run = program.run({ x: wave([4]) }, { keep });
    await expect(run).rejects.toMatchObject({ code: "unsupported" });
    expect(engine.memory().tensors).toBe(tensors);
    isBroken = false;
    const { outputs } = await program.run({ x: wave([4]) });
    expect(outputs["y"]!.data[0]).toBeCloseTo(2 * wave([4]).data[0]!, 6);
    model.dispose();
  });

  it("fails the next run with an error that no run caused", async () => {
    const model = await engine.loadModel(memoryWeights({}));
    const program = await model.program({
      name: "double",
      inputs: { x: { dtype: "float32", shape: [4] } },
      build: (ops, _weights, { x }) => ({ y: ops.add(x!, x!) }),
    });
    const { device } = engine.backend;
    const told = new Promise((resolve) => device.addEventListener("uncapturederror", resolve));
    device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    device.queue.submit([]);
    await told;
    await expect(program.run({ x: wave([4]) })).rejects.toMatchObject({ code: "unsupported" });
    await expect(program.run({ x: wave([4]) })).resolves.toBeDefined();
    model.dispose();
  });

  it("reports the device's loss in the middle of decoding, and a new engine takes over", async () => {
    const model = await engine.loadModel(DECODE_WEIGHTS);
    const program = await model.program(DECODE);
    const decoding = decode(program, 10, (_, cache) => {
      if (cache.shape.length === 4) engine.loseDevice();
    });
    await expect(decoding).rejects.toMatchObject({ code: "device-lost", retryable: true });
    expect(await engine.lost).toContain("destroyed");
    await expect(engine.loadModel(DECODE_WEIGHTS)).rejects.toMatchObject({ code: "device-lost" });
    model.dispose();

    const next = await createWebGpuEngine();
    const again = await next.loadModel(DECODE_WEIGHTS);
    const rows: HostTensor[] = [];
    await decode(await again.program(DECODE), 2, (y) => void rows.push(y));
    expect(rows).toHaveLength(2);
    await next.dispose();
  });

  it("goes on, and counts its memory, after another engine was made and closed", async () => {
    const before = engine.memory();
    const other = await createWebGpuEngine();
    await other.dispose();
    expect(engine.memory()).toEqual(before);
    const model = await engine.loadModel(DECODE_WEIGHTS);
    await decode(await model.program(DECODE), 2);
    model.dispose();
    expect(engine.memory()).toEqual(before);
  });

  it("does not call its own closing a loss", async () => {
    const isLost = vi.fn<() => void>();
    const other = await createWebGpuEngine();
    void other.lost.then(isLost);
    await other.dispose();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isLost).not.toHaveBeenCalled();
  });
});
