import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { describe, expect, it } from "vitest";
import { runWgsl, type WgslProgram } from "./wgsl-program";

type Recorded = Parameters<WebGPUBackend["runWebGPUProgram"]>;

/** What a program asks of the backend, and the WGSL it would compile. */
function record(changes: Partial<WgslProgram>): { call: Recorded; output: unknown } {
  const calls: Recorded[] = [];
  const backend = {
    runWebGPUProgram(...call: Recorded) {
      calls.push(call);
      return { dataId: { id: 2 }, shape: [6], dtype: "float32" };
    },
  } as unknown as WebGPUBackend;
  const output = runWgsl(backend, {
    key: "double",
    inputs: { x: { tensor: { dataId: { id: 1 }, shape: [2, 3], dtype: "float32" } } },
    integers: { count: 6 },
    floats: { factor: 2 },
    workgroups: 1,
    outputShape: [2, 3],
    outputType: "float32",
    code: () => "fn main(index : i32) { result[index] = x[index] * uniforms.factor; }",
    ...changes,
  });
  return { call: calls[0]!, output };
}

describe("runWgsl", () => {
  it("passes tensors flat and returns the real shape", () => {
    const { call, output } = record({});
    expect(call[1]).toEqual([{ dataId: { id: 1 }, shape: [6], dtype: "float32" }]);
    expect(call[0].outputShape).toEqual([6]);
    expect(output).toMatchObject({ shape: [2, 3] });
  });

  it("declares uniforms in the order of their values", () => {
    const [program, , , uniforms] = record({}).call;
    expect(program.uniforms).toBe("count : i32, factor : f32, ");
    expect(uniforms).toEqual([
      { type: "int32", data: [6] },
      { type: "float32", data: [2] },
    ]);
  });

  it("refuses code that leaves an input unused", () => {
    const code = (): string => "fn main(index : i32) { result[index] = uniforms.factor; }";
    const [program] = record({ code }).call;
    expect(() => program.getUserCode()).toThrow('WGSL "double" leaves bindings unused: x');
  });

  it("refuses code that reads no uniform", () => {
    const code = (): string => "fn main(index : i32) { result[index] = x[index]; }";
    const [program] = record({ code }).call;
    expect(() => program.getUserCode()).toThrow("leaves bindings unused: uniforms");
  });
});
