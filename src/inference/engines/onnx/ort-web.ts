/**
 * onnxruntime-web's wasm provider as an engine, for tabs without sound WebGPU. The runtime and its
 * 14 MB wasm file are loaded from our own origin when the engine is made, never before.
 */
import { AppError, messageOf } from "@/shared/lib/errors";
import type { Engine } from "../engine";
import { createOnnxEngine, type OrtBinding } from "./onnx-engine";

export interface OrtWebOptions {
  /** Left out: chosen by `wasmThreads`. */
  readonly threads?: number;
}

/**
 * Threads for this tab: all logical cores of a small machine, half of them (the physical cores, as a
 * rule) of a larger one, at most 8; one without cross-origin isolation, where threads cannot start.
 * Measured on two logical cores: two threads are 1.9 times as fast as one.
 */
export function wasmThreads(isIsolated: boolean, cores: number): number {
  if (!isIsolated) return 1;
  return Math.max(1, Math.min(8, cores <= 4 ? cores : Math.ceil(cores / 2)));
}

/** @throws AppError `unsupported` when the runtime cannot start. */
export async function createOrtWebEngine(options: OrtWebOptions = {}): Promise<Engine> {
  const threads =
    options.threads ??
    wasmThreads(globalThis.crossOriginIsolated, globalThis.navigator.hardwareConcurrency);
  return createOnnxEngine({
    id: "ort-web",
    ort: await loadBinding(threads),
    sessionOptions: {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    },
    // The wasm heap is not shared with JavaScript tensors: values are copied in and out.
    writesInPlace: false,
  });
}

async function loadBinding(threads: number): Promise<OrtBinding> {
  try {
    const [ort, script, wasm] = await Promise.all([
      import("onnxruntime-web/wasm"),
      import("onnxruntime-web/ort-wasm-simd-threaded.mjs?url"),
      import("onnxruntime-web/ort-wasm-simd-threaded.wasm?url"),
    ]);
    ort.env.logLevel = "error";
    ort.env.wasm.wasmPaths = { mjs: script.default, wasm: wasm.default };
    ort.env.wasm.numThreads = threads;
    return ort;
  } catch (error) {
    throw new AppError("unsupported", `onnxruntime-web could not be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
