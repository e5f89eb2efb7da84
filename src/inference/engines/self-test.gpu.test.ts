import { describe, expect, it } from "vitest";
import { runSelfTest } from "./self-test";
import { createWebGpuEngine } from "./tfjs/webgpu-engine";
import { hasGpu, whyNot } from "./gpu-adapter";

describe.skipIf(!hasGpu)(`self-test on webgpu${whyNot}`, () => {
  it("passes", async () => {
    const engine = await createWebGpuEngine();
    const check = await runSelfTest(engine, { now: () => performance.now() });
    console.log(`self-test on ${engine.adapter.description}: ${check.durationMs.toFixed(0)} ms`);
    expect(check.reason).toBeUndefined();
    expect(check.usable).toBe(true);
    await engine.dispose();
  });
});
