import type { EngineId } from "../protocol/messages";
import type { DType, HostTensor, Matrix, Ops, Shape, Tap } from "../ops/ops";

/** Weights by checkpoint name, in the form the engine wants them. */
export interface Weights<T> {
  /** A dense float32 tensor (norms, biases, small tables, convolution kernels). */
  tensor(name: string): T;
  /** A matrix for `linear` or `embedding`, kept in its storage form. */
  matrix(name: string): Matrix<T>;
  has(name: string): boolean;
}

/** Stored weights as the assets layer hands them over; bytes are read only when asked for. */
export interface WeightSource {
  readonly names: readonly string[];
  describe(name: string): { readonly dtype: "F32" | "F16" | "BF16" | "I8"; readonly shape: Shape };
  /** Raw little-endian bytes of one tensor. An I8 tensor `x` has float32 row scales in `x.scale`. */
  bytes(name: string): Promise<Uint8Array>;
}

/** One graph: named inputs to named outputs, for fixed input shapes. */
export interface Program {
  /** Unique among the programs of a model, e.g. `vision`, `decode`. */
  readonly name: string;
  /**
   * Programs of one family are the same computation for other input sizes. An engine whose graphs can
   * have free dimensions may serve them all with one copy of the weights; others may ignore it.
   */
  readonly family?: string;
  readonly inputs: Readonly<Record<string, { readonly dtype: DType; readonly shape: Shape }>>;
  build<T>(
    ops: Ops<T>,
    weights: Weights<T>,
    inputs: Readonly<Record<string, T>>,
    tap?: Tap<T>,
  ): Record<string, T>;
}

/** A tensor that stays on the engine between runs, e.g. a key/value cache. */
export interface ResidentTensor {
  readonly shape: Shape;
  readonly dtype: DType;
  read(): Promise<HostTensor>;
  dispose(): void;
}

export interface RunOptions {
  /** Outputs to keep on the engine; all others are read back. */
  readonly keep?: readonly string[];
  /** Taps to read back as well; asking for any takes a slower path. */
  readonly taps?: readonly string[];
}

export interface RunResult {
  readonly outputs: Readonly<Record<string, HostTensor>>;
  readonly kept: Readonly<Record<string, ResidentTensor>>;
  readonly taps: Readonly<Record<string, HostTensor>>;
}

/** A program with its weights in place. */
export interface LoadedProgram {
  /**
   * Runs once. Resident inputs that the program passes to `writeCache` are consumed: use the kept
   * output instead afterwards.
   */
  run(
    inputs: Readonly<Record<string, HostTensor | ResidentTensor>>,
    options?: RunOptions,
  ): Promise<RunResult>;
  dispose(): void;
}

/** All programs of one model share one upload of the weights. */
export interface LoadedModel {
  program(program: Program): Promise<LoadedProgram>;
  dispose(): void;
}

export interface Engine {
  readonly id: EngineId;
  /** @throws AppError `weights-mismatch`, `out-of-memory`, `device-lost`. */
  loadModel(
    weights: WeightSource,
    options?: {
      readonly signal?: AbortSignal;
      readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
    },
  ): Promise<LoadedModel>;
  memory(): { readonly tensors: number; readonly gpuBuffers: number; readonly bytes: number };
  /** Resolves when the engine can no longer run (device lost), with the reason. */
  readonly lost: Promise<string>;
  dispose(): Promise<void>;
}
