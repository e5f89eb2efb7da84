import { describe, expect, it } from "vitest";
import { OP_CASES } from "../../ops/op-cases";
import { runOpCases } from "../run-op-cases";
import { createOrtWebEngine, wasmThreads } from "./ort-web";

describe("onnxruntime-web (wasm)", () => {
  it("passes every operation's cases", async () => {
    const engine = await createOrtWebEngine();
    const failed: string[] = [];
    for (const opCase of OP_CASES) {
      const [result] = await runOpCases(engine, [opCase]);
      if (result?.passed !== true) failed.push(`${opCase.name}: ${result?.maxAbsError}`);
    }
    expect(failed).toEqual([]);
    expect(OP_CASES.length).toBeGreaterThan(30);
    await engine.dispose();
  });

  it("uses threads only in an isolated page", () => {
    expect(wasmThreads(false, 16)).toBe(1);
    expect(wasmThreads(true, 2)).toBe(2);
    expect(wasmThreads(true, 12)).toBe(6);
    expect(wasmThreads(true, 64)).toBe(8);
  });
});
