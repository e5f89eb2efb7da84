import type { EngineFactory } from "@/inference/engines/choose-engine";
import { runSelfTest } from "@/inference/engines/self-test";
import { EngineHost } from "@/inference/worker/engine-host";
import { UsageError } from "../command";
import { NODE_ENGINES } from "../node-engines";

const FACTORIES: Readonly<Record<(typeof NODE_ENGINES)[number], EngineFactory>> = {
  "ort-node": {
    id: "ort-node",
    create: async () => {
      const ort = await import("onnxruntime-node");
      const { createOrtNodeEngine } = await import("@/inference/engines/onnx/ort-node");
      return createOrtNodeEngine(ort);
    },
  },
  "ort-web": {
    id: "ort-web",
    create: async () => {
      const ort = await import("onnxruntime-web/wasm");
      const { createOnnxEngine } = await import("@/inference/engines/onnx/onnx-engine");
      return createOnnxEngine({
        id: "ort-web",
        ort,
        sessionOptions: {
          executionProviders: ["wasm"],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
        },
        writesInPlace: false,
      });
    },
  },
  cpu: {
    id: "cpu",
    create: async () => {
      const { createCpuEngine } = await import("@/inference/engines/tfjs/cpu-engine");
      return await createCpuEngine();
    },
  },
};

/** The engine that `--engine` names, after the self-test that the studio runs too. */
export function createNodeEngineHost(name: string): EngineHost {
  const id = NODE_ENGINES.find((known) => known === name);
  if (id === undefined) {
    throw new UsageError(`--engine ${name}: the engines are ${NODE_ENGINES.join(", ")}`);
  }
  return new EngineHost({
    factories: [FACTORIES[id]],
    // The reference engine is taken only when it was asked for.
    choice: { read: () => Promise.resolve(id), keep: () => Promise.resolve() },
    check: (engine) => runSelfTest(engine, { now: () => performance.now() }),
  });
}
