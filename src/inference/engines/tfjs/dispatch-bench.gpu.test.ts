import { describe, expect, it } from "vitest";
import { measureDispatch } from "./dispatch-bench";
import { createWebGpuEngine } from "./webgpu-engine";
import { hasGpu, whyNot } from "../gpu-adapter";

describe.skipIf(!hasGpu)(`measureDispatch${whyNot}`, () => {
  it("gives one positive time per repetition and leaks nothing", async () => {
    const engine = await createWebGpuEngine();
    const before = engine.memory().tensors;
    const times = await measureDispatch(engine, {
      now: () => performance.now(),
      dispatches: 50,
      repeats: 3,
    });
    expect(times).toHaveLength(3);
    expect(times.every((time) => time > 0)).toBe(true);
    expect(engine.memory().tensors).toBe(before);
    await engine.dispose();
  });
});
