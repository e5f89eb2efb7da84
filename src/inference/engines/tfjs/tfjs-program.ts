/** One program on one tfjs device: build runs anew on every call; weights and constants stay. */
import * as tf from "@tensorflow/tfjs-core";
import { AppError } from "@/shared/lib/errors";
import type { DType, HostTensor, Ops, Shape } from "../../ops/ops";
import { formatShape, sizeOf } from "../../ops/shapes";
import { createTfjsOps, toTensor } from "../../ops/tfjs-ops";
import type { LoadedProgram, Program, ResidentTensor, RunOptions, RunResult } from "../engine";
import type { TfjsDevice } from "./tfjs-device";
import type { TfjsWeights } from "./tfjs-weights";

/** A tensor that stays on the device between runs. */
export class TfjsResident implements ResidentTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly device: TfjsDevice;
  private held: tf.Tensor | undefined;

  constructor(tensor: tf.Tensor, device: TfjsDevice) {
    this.shape = tensor.shape;
    this.dtype = tensor.dtype === "int32" ? "int32" : "float32";
    this.device = device;
    this.held = tf.keep(tensor);
  }

  /** @throws AppError `protocol` after `dispose` or once a program has consumed it. */
  get tensor(): tf.Tensor {
    if (this.held !== undefined) return this.held;
    throw new AppError(
      "protocol",
      "A resident tensor was used after it was disposed or consumed; use the kept output instead.",
    );
  }

  async read(): Promise<HostTensor> {
    return this.device.guard(() => readBack(this.tensor));
  }

  dispose(): void {
    this.held?.dispose();
    this.held = undefined;
  }
}

/** What one call of `build` produced, still on the device. */
interface Built {
  readonly outputs: ReadonlyMap<string, tf.Tensor>;
  readonly taps: ReadonlyMap<string, tf.Tensor>;
}

type RunInputs = Readonly<Record<string, HostTensor | ResidentTensor>>;

export class TfjsProgram implements LoadedProgram {
  private readonly program: Program;
  private readonly device: TfjsDevice;
  private readonly weights: TfjsWeights;
  private readonly ops: Ops<tf.Tensor>;
  private constants: tf.Tensor[] = [];
  private constantsUsed = 0;
  private readonly consumed = new Set<tf.Tensor>();

  constructor(program: Program, device: TfjsDevice, weights: TfjsWeights) {
    this.program = program;
    this.device = device;
    this.weights = weights;
    this.ops = createTfjsOps({
      constant: (value) => this.nextConstant(value),
      isShared: (x) => this.constants.some((constant) => constant.dataId === x.dataId),
      onConsumed: (x) => this.consumed.add(x),
    });
  }

  /** Compiles the program's kernels ahead of the first run, where the device can. */
  async prepare(): Promise<void> {
    await this.device.precompile?.(() => {
      const declared = Object.entries(this.program.inputs);
      const zeros = declared.map(([name, { dtype, shape }]) => [name, zeroTensor(dtype, shape)]);
      this.weights.rehearse(() => {
        const { outputs } = this.build(Object.fromEntries(zeros) as RunInputs, new Set());
        for (const tensor of outputs.values()) tensor.dispose();
      });
    });
  }

  async run(inputs: RunInputs, options: RunOptions = {}): Promise<RunResult> {
    const kept: Record<string, ResidentTensor> = {};
    const ran = this.device.guard(async () => {
      const { outputs, taps } = this.build(inputs, new Set(options.taps));
      const keep = new Set(options.keep);
      const read: [string, tf.Tensor][] = [];
      for (const [name, tensor] of outputs) {
        if (keep.has(name)) kept[name] = new TfjsResident(tensor, this.device);
        else read.push([name, tensor]);
      }
      try {
        return { outputs: await readAll(read), kept, taps: await readAll([...taps]) };
      } finally {
        for (const [, tensor] of [...read, ...taps]) tensor.dispose();
      }
    });
    return await ran.catch((error: unknown) => {
      for (const resident of Object.values(kept)) resident.dispose();
      throw error;
    });
  }

  dispose(): void {
    for (const constant of this.constants) constant.dispose();
    this.constants = [];
  }

  /** Runs the program's function; everything it makes and does not return is freed. */
  private build(inputs: RunInputs, wantedTaps: ReadonlySet<string>): Built {
    this.device.activate();
    this.constantsUsed = 0;
    this.consumed.clear();
    const taps = new Map<string, tf.Tensor>();
    const outputs = new Map<string, tf.Tensor>();
    const residents = checkInputs(this.program, inputs, this.device);
    const tap = (name: string, value: tf.Tensor): void => {
      if (wantedTaps.has(name)) taps.set(name, tf.keep(tf.clone(value)));
    };
    try {
      tf.tidy(() => {
        const tensors = Object.fromEntries(
          Object.keys(this.program.inputs).map((name) => [name, toInput(inputs[name]!)]),
        );
        const arguments_ = [this.ops, this.weights, tensors] as const;
        const built =
          wantedTaps.size === 0
            ? this.program.build(...arguments_)
            : this.program.build(...arguments_, tap);
        // A clone shares the buffer and has its own lifetime, whatever the program returned twice or passed through.
        for (const [name, tensor] of Object.entries(built)) {
          outputs.set(name, tf.keep(tf.clone(tensor)));
        }
      });
    } catch (error) {
      for (const tensor of [...outputs.values(), ...taps.values()]) tensor.dispose();
      throw error;
    } finally {
      for (const resident of residents) if (this.consumed.has(resident.tensor)) resident.dispose();
    }
    return { outputs, taps };
  }

  /** Constants are the same on every run, so the first run's tensors serve all later ones. */
  private nextConstant(value: HostTensor): tf.Tensor {
    const known = this.constants[this.constantsUsed];
    const constant = known ?? tf.keep(toTensor(value));
    if (known === undefined) this.constants.push(constant);
    this.constantsUsed += 1;
    if (sameShape(constant.shape, value.shape)) return constant;
    throw new AppError(
      "protocol",
      `Program "${this.program.name}": constant ${this.constantsUsed} changed its shape between runs.`,
    );
  }
}

function zeroTensor(dtype: DType, shape: Shape): HostTensor {
  const size = sizeOf(shape);
  return { dtype, shape, data: dtype === "int32" ? new Int32Array(size) : new Float32Array(size) };
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** Checks names, types and shapes of all inputs and returns the resident ones. */
function checkInputs(program: Program, inputs: RunInputs, device: TfjsDevice): Set<TfjsResident> {
  const residents = new Set<TfjsResident>();
  for (const name of Object.keys(inputs)) {
    if (name in program.inputs) continue;
    throw new AppError("protocol", `Program "${program.name}" has no input "${name}".`);
  }
  for (const [name, declared] of Object.entries(program.inputs)) {
    const given = inputs[name];
    if (given === undefined) {
      throw new AppError("protocol", `Program "${program.name}" lacks its input "${name}".`);
    }
    if (!sameShape(given.shape, declared.shape) || given.dtype !== declared.dtype) {
      throw new AppError(
        "shape-mismatch",
        `Program "${program.name}": input "${name}" is ${given.dtype} ${formatShape(given.shape)}, expected ${declared.dtype} ${formatShape(declared.shape)}.`,
      );
    }
    if ("data" in given) continue;
    if (!(given instanceof TfjsResident) || given.device !== device) {
      throw new AppError("protocol", `Input "${name}" is resident on another engine.`);
    }
    residents.add(given);
  }
  return residents;
}

function toInput(input: HostTensor | ResidentTensor): tf.Tensor {
  return input instanceof TfjsResident ? input.tensor : toTensor(input as HostTensor);
}

async function readBack(tensor: tf.Tensor): Promise<HostTensor> {
  const data = await tensor.data<"float32" | "int32">();
  const dtype: DType = tensor.dtype === "int32" ? "int32" : "float32";
  return { dtype, shape: [...tensor.shape], data: data as Float32Array | Int32Array };
}

async function readAll(
  tensors: readonly (readonly [string, tf.Tensor])[],
): Promise<Record<string, HostTensor>> {
  const entries = tensors.map(async ([name, tensor]) => [name, await readBack(tensor)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
