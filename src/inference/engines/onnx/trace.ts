/** Runs a program's `build` on symbolic tensors and returns the recorded graph. */
import { AppError } from "@/shared/lib/errors";
import type { Program, WeightSource } from "../engine";
import type { Graph } from "./graph";
import { GraphBuilder, type GraphValue } from "./graph-builder";
import { createTracer } from "./tracer";
import { createTracedWeights } from "./traced-weights";

/** Public name of a tap among a graph's outputs. */
export function tapOutput(tap: string): string {
  return `tap:${tap}`;
}

/**
 * @param taps - names to expose as outputs `tap:<name>` besides the program's own.
 * @throws AppError `weights-mismatch` for an unknown weight or tap, `shape-mismatch` from operations.
 */
export function traceProgram(
  program: Program,
  source: WeightSource,
  taps: readonly string[] = [],
): Graph {
  const builder = new GraphBuilder();
  const ops = createTracer(builder);
  const inputs: Record<string, GraphValue> = {};
  for (const [name, { dtype, shape }] of Object.entries(program.inputs)) {
    inputs[name] = builder.input(name, dtype, shape);
  }
  const tapped = new Map<string, GraphValue>();
  const tap = (name: string, value: GraphValue): void => {
    tapped.set(name, value);
  };
  const weights = createTracedWeights(builder, source);
  const outputs =
    taps.length === 0
      ? program.build(ops, weights, inputs)
      : program.build(ops, weights, inputs, tap);
  for (const name of taps) {
    const value = tapped.get(name);
    if (value === undefined) {
      throw new AppError(
        "unsupported",
        `Program ${program.name} has no tap ${name}; it has ${[...tapped.keys()].join(", ")}.`,
      );
    }
    builder.output(tapOutput(name), value);
  }
  for (const [name, value] of Object.entries(outputs)) builder.output(name, value);
  return builder.finish();
}
