/**
 * onnxruntime-node as an engine, for the command line and for tests. The native binding is passed in
 * by the caller, so that nothing of it can reach the page's bundle.
 */
import type { Engine } from "../engine";
import { createOnnxEngine, type OrtBinding } from "./onnx-engine";

/** @param threads - worker threads; as many as there are physical cores when left out. */
export function createOrtNodeEngine(
  ort: OrtBinding,
  options: { readonly threads?: number } = {},
): Engine {
  return createOnnxEngine({
    id: "ort-node",
    ort,
    sessionOptions: {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
    },
    writesInPlace: true,
  });
}
