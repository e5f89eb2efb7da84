/** Runs a program's `build` on symbolic tensors and returns the recorded graph. */
import { AppError } from "@/shared/lib/errors";
import type { Program, WeightSource } from "../engine";
import type { Graph } from "./graph";
import { GraphBuilder, type GraphValue } from "./graph-builder";
import { createTracer } from "./tracer";
import { createTracedWeights } from "./traced-weights";

/** A graph's output by kind and name; a program may give an output the name of an input. */
export function graphOutput(kind: "out" | "tap", name: string): string {
  return `${kind}:${name}`;
}

/** The inverse of `graphOutput`. */
export function parseGraphOutput(output: string): {
  readonly kind: "out" | "tap";
  readonly name: string;
} {
  return { kind: output.startsWith("tap:") ? "tap" : "out", name: output.slice(4) };
}

/**
 * @param taps - names to expose as outputs besides the program's own.
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
    builder.output(graphOutput("tap", name), value);
  }
  for (const [name, value] of Object.entries(outputs))
    builder.output(graphOutput("out", name), value);
  return builder.finish();
}
