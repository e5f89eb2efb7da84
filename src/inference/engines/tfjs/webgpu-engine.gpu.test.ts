import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OP_CASES } from "../../ops/op-cases";
import { runOpCases } from "../run-op-cases";
import { createWebGpuEngine, type WebGpuEngine } from "./webgpu-engine";
import { hasGpu, whyNot } from "../gpu-adapter";

describe.skipIf(!hasGpu).each([
  ["own kernels", true],
  ["composed operations only", false],
])(`op cases on webgpu, %s${whyNot}`, (_, hasOwnKernels) => {
  let engine: WebGpuEngine;
  beforeAll(async () => {
    engine = await createWebGpuEngine({ hasOwnKernels });
  });
  afterAll(() => engine.dispose());

  it.each(OP_CASES.map((opCase) => [opCase.name, opCase] as const))("%s", async (__, opCase) => {
    const tensorsBefore = engine.memory().tensors;
    const [result] = await runOpCases(engine, [opCase]);
    expect(result).toMatchObject({ passed: true });
    expect(engine.memory().tensors).toBe(tensorsBefore);
  });
});
