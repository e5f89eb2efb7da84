import type * as tf from "@tensorflow/tfjs-core";
import type { EngineId } from "../../protocol/messages";
import type { Shape } from "../../ops/ops";

/** What differs between tfjs' backends; everything else is in tfjs-engine.ts. */
export interface TfjsDevice {
  readonly id: EngineId;
  /** True when the backend has kernels for packed F16, BF16 and I8 matrices. */
  readonly readsPacked: boolean;
  /** Makes this backend the active one; later tfjs calls of the same turn run on it. */
  activate(): void;
  /** Uploads values that stay until `release`. @throws AppError `out-of-memory`. */
  upload(data: Float32Array | Int32Array, shape: Shape): tf.Tensor;
  release(weight: tf.Tensor): void;
  /** @throws AppError `device-lost` when nothing can run any more. */
  assertUsable(): void;
  /**
   * Runs `work` and rejects with what the device reported meanwhile: `device-lost`, `out-of-memory`
   * or a validation error, which tfjs itself would turn into silent zeros. `work` must ask everything of
   * the device before it first waits.
   */
  guard<R>(work: () => Promise<R>): Promise<R>;
  /** Compiles what `dryRun` would dispatch, off the main path, so that the first run does not wait. */
  precompile?(dryRun: () => void): Promise<void>;
  /** Gives memory back that is only kept for reuse. */
  trim(): void;
  memory(): { readonly tensors: number; readonly gpuBuffers: number; readonly bytes: number };
  readonly lost: Promise<string>;
  dispose(): void;
}
