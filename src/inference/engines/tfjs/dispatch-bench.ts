import * as tf from "@tensorflow/tfjs-core";
import { createTfjsOps } from "../../ops/tfjs-ops";
import type { WebGpuEngine } from "./webgpu-engine";

export interface DispatchBenchOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Operations recorded per repetition; enough to outlast a coarse clock. */
  readonly dispatches?: number;
  readonly repeats?: number;
}

/**
 * Time the calling thread spends to record one operation, without waiting for the GPU: the cost per
 * token that no faster GPU removes.
 *
 * @returns microseconds per operation, one entry per repetition; the first ones warm up.
 */
export async function measureDispatch(
  engine: WebGpuEngine,
  { now, dispatches = 200, repeats = 12 }: DispatchBenchOptions,
): Promise<readonly number[]> {
  const ops = createTfjsOps();
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    engine.activate();
    const x = tf.tensor1d([1]);
    const startedAt = now();
    const last = tf.tidy(() => {
      let value: tf.Tensor = x;
      for (let index = 0; index < dispatches; index += 1) value = ops.affine(value, 1, 1);
      return value;
    });
    times.push(((now() - startedAt) * 1000) / dispatches);
    const [result] = await last.data();
    x.dispose();
    last.dispose();
    if (result !== dispatches + 1) throw new Error(`measureDispatch: computed ${result}`);
  }
  return times;
}
