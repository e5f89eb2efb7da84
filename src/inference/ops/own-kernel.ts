/**
 * Perigee's own kernels in tfjs' kernel registry. An op calls its kernel where the active backend has
 * one and falls back to its composed form where it has none.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

export type KernelInputs = Readonly<Record<string, tf.TensorInfo | undefined>>;

/** One kernel: how to compute its single output on tfjs' WebGPU backend. */
export interface OwnKernel<Inputs extends KernelInputs, Attributes> {
  /** Name in the registry; unique. */
  readonly name: string;
  run(backend: WebGPUBackend, inputs: Inputs, attributes: Attributes): tf.TensorInfo;
}

/** Runs `kernel` on the active backend, or returns undefined when that backend does not have it. */
export function callKernel<Inputs extends KernelInputs, Attributes extends object>(
  kernel: OwnKernel<Inputs, Attributes>,
  inputs: Inputs,
  attributes: Attributes,
): tf.Tensor | undefined {
  if (tf.getKernel(kernel.name, tf.getBackend()) == null) return undefined;
  const present = Object.fromEntries(Object.entries(inputs).filter(([, input]) => input));
  // The registry's types know only tfjs' own inputs and attributes; `registerOwnKernel` restores ours.
  return tf
    .engine()
    .runKernel(kernel.name, present as tf.NamedTensorMap, attributes as tf.NamedAttrMap);
}

/** Makes `kernel` available on the backend registered as `backendName`. */
export function registerOwnKernel<Inputs extends KernelInputs, Attributes>(
  kernel: OwnKernel<Inputs, Attributes>,
  backendName: string,
): void {
  tf.registerKernel({
    kernelName: kernel.name,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      kernel.run(backend as WebGPUBackend, inputs as unknown as Inputs, attrs as Attributes),
  });
}
