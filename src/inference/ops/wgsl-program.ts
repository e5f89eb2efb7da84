/**
 * Runs one WGSL program through tfjs' WebGPU backend, which records it among its own dispatches.
 * All tensors are passed flat, so that one pipeline serves every shape; sizes travel as uniforms.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Shape } from "./ops";
import { sizeOf } from "./shapes";

/** Invocations per workgroup of every own kernel; WGSL sources may use the constant `LANES`. */
export const LANES = 64;

export interface WgslInput {
  readonly tensor: tf.TensorInfo;
  /** Elements per array entry: 4 declares array<vec4<…>>. The tensor's size must be a multiple. */
  readonly components?: 1 | 2 | 4;
}

export interface WgslProgram {
  /** Names the code completely: equal keys must mean equal WGSL, baked constants included. */
  readonly key: string;
  /** Storage buffers by their name in WGSL. The code must use every one of them. */
  readonly inputs: Readonly<Record<string, WgslInput>>;
  /** Numbers by their name in WGSL, read as `uniforms.name`; the code must use at least one. */
  readonly integers: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** Workgroups of `LANES` invocations; more may run, so the code guards its writes. */
  readonly workgroups: number;
  readonly outputShape: Shape;
  readonly outputType: "float32" | "int32";
  /** Writes into this tensor instead of a new one. */
  readonly output?: tf.TensorInfo;
  /** WGSL with `fn main(index : i32)`, writing `result[…]`; called only for a new key. */
  readonly code: () => string;
}

/**
 * Runs the program and returns its output.
 *
 * @param backend - the backend whose kernel this is.
 * @param program - what to run.
 */
export function runWgsl(backend: WebGPUBackend, program: WgslProgram): tf.TensorInfo {
  const names = Object.keys(program.inputs);
  const inputs = Object.values(program.inputs);
  const integers = Object.entries(program.integers);
  const floats = Object.entries(program.floats ?? {});
  const declarations = [
    ...integers.map(([name]) => `${name} : i32, `),
    ...floats.map(([name]) => `${name} : f32, `),
  ];
  const values = [
    ...integers.map(([, value]) => ({ type: "int32", data: [value] })),
    ...floats.map(([, value]) => ({ type: "float32", data: [value] })),
  ];
  const outputSize = sizeOf(program.outputShape);
  const produced = backend.runWebGPUProgram(
    {
      variableNames: names,
      variableComponents: inputs.map(({ components = 1 }) => components),
      outputShape: [outputSize],
      dispatchLayout: { x: [0] },
      dispatch: [program.workgroups, 1, 1],
      workgroupSize: [LANES, 1, 1],
      shaderKey: `perigee_${program.key}`,
      uniforms: declarations.join(""),
      getUserCode: () => checkedCode(program),
    },
    inputs.map(({ tensor }) => ({ ...flat(tensor) })),
    program.outputType,
    values,
    program.output === undefined ? undefined : flat(program.output),
  );
  return { dataId: produced.dataId, shape: [...program.outputShape], dtype: program.outputType };
}

function flat({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
  return { dataId, shape: [sizeOf(shape)], dtype };
}

/** tfjs drops bindings that the code does not use, and then writes zeros without saying so. */
function checkedCode({ key, inputs, integers, floats = {}, code }: WgslProgram): string {
  const source = code();
  const unused = Object.keys(inputs).filter((name) => !source.includes(`${name}[`));
  const isUniformUsed = Object.keys({ ...integers, ...floats }).some((name) =>
    source.includes(`uniforms.${name}`),
  );
  if (unused.length > 0 || !isUniformUsed) {
    throw new Error(`WGSL "${key}" leaves bindings unused: ${unused.join(", ") || "uniforms"}`);
  }
  return `const LANES = ${LANES};\n${source}`;
}

/** WGSL: adds up one number per lane, in a fixed order. `laneSum` must be called in uniform control flow. */
export const LANE_SUM = `
var<workgroup> lanePartials : array<f32, LANES>;
fn laneSum(partial : f32) -> f32 {
  workgroupBarrier();
  lanePartials[localIndex] = partial;
  workgroupBarrier();
  var total = 0.0;
  for (var lane = 0; lane < LANES; lane++) { total += lanePartials[lane]; }
  return total;
}
`;
