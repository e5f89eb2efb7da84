/**
 * One check of one operation: fixed inputs, expected values, tolerance. The same cases run on every
 * engine, through the engine interface, in tests and in the start-up self-test.
 */
import type { Program, WeightSource, Weights } from "../engines/engine";
import type { HostTensor, Ops, Shape } from "./ops";
import { sizeOf } from "./shapes";

/** A weight as a model file stores it. */
export interface StoredWeight {
  readonly dtype: "F32" | "F16" | "BF16" | "I8";
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

export interface OpCase {
  /** Unique: `operation: what is special about it`. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly weights?: Readonly<Record<string, StoredWeight>>;
  build<T>(ops: Ops<T>, weights: Weights<T>, inputs: Readonly<Record<string, T>>): T;
  readonly expected: {
    readonly dtype: "float32" | "int32";
    readonly shape: Shape;
    readonly data: readonly number[];
  };
  /** |Δ| ≤ atol + rtol · |expected|; 1e-5 each unless stated. */
  readonly tolerance?: { readonly atol: number; readonly rtol: number };
  /** Part of the start-up self-test. */
  readonly isInSelfTest?: boolean;
}

/** The output's name in the program of a case. */
export const CASE_OUTPUT = "result";

/** The program of one case. Weights are looked up under the case's own prefix, see `caseWeights`. */
export function caseProgram(opCase: OpCase): Program {
  const entries = Object.entries(opCase.inputs);
  return {
    name: opCase.name,
    inputs: Object.fromEntries(entries.map(([name, { dtype, shape }]) => [name, { dtype, shape }])),
    build<T>(ops: Ops<T>, weights: Weights<T>, inputs: Readonly<Record<string, T>>) {
      const own: Weights<T> = {
        tensor: (name) => weights.tensor(`${opCase.name}/${name}`),
        matrix: (name) => weights.matrix(`${opCase.name}/${name}`),
        has: (name) => weights.has(`${opCase.name}/${name}`),
      };
      return { [CASE_OUTPUT]: opCase.build(ops, own, inputs) };
    },
  };
}

/** Several cases as one program: each input and output carries its case's name. */
export function combinedProgram(name: string, cases: readonly OpCase[]): Program {
  const programs = cases.map(caseProgram);
  const inputs = programs.flatMap((program) =>
    Object.entries(program.inputs).map(
      ([key, input]) => [`${program.name}/${key}`, input] as const,
    ),
  );
  return {
    name,
    inputs: Object.fromEntries(inputs),
    build<T>(ops: Ops<T>, weights: Weights<T>, all: Readonly<Record<string, T>>) {
      const outputs = programs.map((program) => {
        const own = Object.keys(program.inputs).map(
          (key) => [key, all[`${program.name}/${key}`]!] as const,
        );
        const built = program.build(ops, weights, Object.fromEntries(own));
        return [program.name, built[CASE_OUTPUT]!] as const;
      });
      return Object.fromEntries(outputs);
    },
  };
}

/** The inputs of `combinedProgram`. */
export function combinedInputs(cases: readonly OpCase[]): Record<string, HostTensor> {
  const entries = cases.flatMap(({ name, inputs }) =>
    Object.entries(inputs).map(([key, value]) => [`${name}/${key}`, value] as const),
  );
  return Object.fromEntries(entries);
}

/** The weights of several cases as one source; I8 scales are entries of their own, `name.scale`. */
export function caseWeights(cases: readonly OpCase[]): WeightSource {
  const entries = cases.flatMap(({ name, weights = {} }) =>
    Object.entries(weights).map(([key, weight]) => [`${name}/${key}`, weight] as const),
  );
  return memoryWeights(Object.fromEntries(entries));
}

/** Weights held in memory. */
export function memoryWeights(weights: Readonly<Record<string, StoredWeight>>): WeightSource {
  const find = (name: string): StoredWeight => {
    const weight = weights[name];
    if (weight === undefined) throw new Error(`memoryWeights: no weight "${name}"`);
    return weight;
  };
  return {
    names: Object.keys(weights),
    describe: find,
    bytes: async (name) => find(name).bytes,
  };
}

export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** Largest |Δ| over entries that are not NaN on both sides; Infinity for a wrong shape, type or NaN. */
  readonly maxAbsError: number;
}

/** Compares what an engine computed with what the case expects. */
export function judgeCase(opCase: OpCase, actual: HostTensor): CaseResult {
  const { name, expected } = opCase;
  const { atol, rtol } = opCase.tolerance ?? { atol: 1e-5, rtol: 1e-5 };
  const isComparable =
    actual.dtype === expected.dtype &&
    actual.shape.length === expected.shape.length &&
    actual.shape.every((length, axis) => length === expected.shape[axis]) &&
    actual.data.length === sizeOf(expected.shape);
  if (!isComparable) return { name, passed: false, maxAbsError: Infinity };
  let maxAbsError = 0;
  let passed = true;
  for (const [index, value] of expected.data.entries()) {
    const error = difference(actual.data[index] ?? NaN, value);
    maxAbsError = Math.max(maxAbsError, error);
    if (error > atol + rtol * Math.abs(Number.isFinite(value) ? value : 0)) passed = false;
  }
  return { name, passed, maxAbsError };
}

function difference(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (Number.isNaN(actual) || Number.isNaN(expected)) {
    return Number.isNaN(actual) && Number.isNaN(expected) ? 0 : Infinity;
  }
  return Math.abs(actual - expected);
}
