/** The part of the browser benchmarks that runs inside the page. */
import * as peer from "@huggingface/transformers";
import { createWeightSource } from "@/inference/assets/weight-source";
import type { Engine } from "@/inference/engines/engine";
import { createOnnxEngine } from "@/inference/engines/onnx/onnx-engine";
import { createOrtWebEngine } from "@/inference/engines/onnx/ort-web";
import { measureDispatch } from "@/inference/engines/tfjs/dispatch-bench";
import { createWebGpuEngine } from "@/inference/engines/tfjs/webgpu-engine";
import {
  siglipVisionConfigSchema,
  type SiglipVisionConfig,
} from "@/inference/models/siglip/config";
import { raceDecoders, textSchema, type DecoderRace } from "./decoder-race";
import { race, worst, type Contender, type Speed } from "./measure";
import { siglipInputs, siglipProgram, type SiglipInputs } from "./siglip-program";

const MODELS = "/bench-models/";

/** Microseconds of the calling thread per operation recorded on WebGPU, one per repetition. */
export async function operations(repeats: number): Promise<{
  readonly adapter: string;
  readonly times: readonly number[];
}> {
  const engine = await createWebGpuEngine();
  const now = (): number => performance.now();
  const times = await measureDispatch(engine, { now, repeats });
  const adapter = engine.adapter.description;
  await engine.dispose();
  return { adapter, times };
}

export interface WebRace {
  readonly speeds: readonly Speed[];
  /** Largest |Δ| between the first contender's vector and each of the others'. */
  readonly worst: readonly number[];
}

interface Runner {
  readonly name: string;
  run(): Promise<ArrayLike<number>>;
  dispose(): Promise<void>;
}

async function ownRunner(
  name: string,
  engine: Engine,
  model: string,
  config: SiglipVisionConfig,
  { pixels }: SiglipInputs,
): Promise<Runner> {
  const file = await (await fetch(`${MODELS}${model}/model.safetensors`)).blob();
  const source = await createWeightSource(new Map([["model.safetensors", file]]));
  const loaded = await engine.loadModel(source);
  const program = await loaded.program(siglipProgram(config, pixels.shape[0]!));
  return {
    name,
    run: async () => (await program.run({ pixels })).outputs["vector"]!.data,
    dispose: () => engine.dispose(),
  };
}

function preparePeer(): void {
  peer.env.allowRemoteModels = false;
  peer.env.allowLocalModels = true;
  peer.env.localModelPath = MODELS;
  peer.env.useBrowserCache = false;
  const wasm = peer.env.backends.onnx.wasm!;
  wasm.numThreads = threads();
  wasm.wasmPaths = PEER_RUNTIME;
}

async function peerRunner(
  device: "wasm" | "webgpu",
  model: string,
  { planes, pixels }: SiglipInputs,
): Promise<Runner> {
  preparePeer();
  const other = await peer.SiglipVisionModel.from_pretrained(model, { dtype: "fp32", device });
  const [count, height, width] = pixels.shape as [number, number, number];
  const pixel_values = new peer.Tensor("float32", planes, [count, 3, height, width]);
  return {
    name: `@huggingface/transformers (${device})`,
    run: async () =>
      ((await other({ pixel_values })) as { pooler_output: { data: Float32Array } }).pooler_output
        .data,
    dispose: async () => void (await other.dispose()),
  };
}

/** The runtime that the peer was built with, from its own package. */
const PEER_RUNTIME = "/node_modules/@huggingface/transformers/node_modules/onnxruntime-web/dist/";

function threads(): number {
  return Math.min(8, navigator.hardwareConcurrency);
}

/** The traced graph on onnxruntime-web's WebGPU provider. */
async function ortWebGpuEngine(): Promise<Engine> {
  const ort = await import("onnxruntime-web/webgpu");
  ort.env.logLevel = "error";
  ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
  return createOnnxEngine({
    id: "ort-web",
    ort,
    sessionOptions: { executionProviders: ["webgpu"], logSeverityLevel: 3 },
    writesInPlace: false,
  });
}

/** One decoder on onnxruntime-web's wasm, by Perigee and by its peer. */
export async function decoder(name: string, rounds: number): Promise<DecoderRace> {
  const text = textSchema.parse(await (await fetch(`${MODELS}${name}/config.json`)).json());
  const file = await (await fetch(`${MODELS}${name}/model.safetensors`)).blob();
  const engine = await createOrtWebEngine({ threads: threads() });
  const source = await createWeightSource(new Map([["model.safetensors", file]]));
  const model = await engine.loadModel(source);
  preparePeer();
  const other = await peer.AutoModelForCausalLM.from_pretrained(name, {
    dtype: "fp32",
    device: "wasm",
  });
  const names = ["perigee (wasm)", "@huggingface/transformers (wasm)"] as const;
  const result = await raceDecoders({ text, model, peer, other, names }, rounds);
  await engine.dispose();
  await other.dispose();
  return result;
}

/** One vision tower on several engines, in alternating rounds. */
export async function vision(
  model: string,
  batch: number,
  rounds: number,
  device: "wasm" | "webgpu",
): Promise<WebRace> {
  const json: unknown = await (await fetch(`${MODELS}${model}/config.json`)).json();
  const config = siglipVisionConfigSchema.parse(json);
  const inputs = siglipInputs(config.image_size, batch);
  const own = (name: string, engine: Engine): Promise<Runner> =>
    ownRunner(name, engine, model, config, inputs);
  const runners =
    device === "wasm"
      ? [
          await own("perigee (wasm)", await createOrtWebEngine({ threads: threads() })),
          await peerRunner("wasm", model, inputs),
        ]
      : [
          await own("perigee (webgpu)", await createWebGpuEngine()),
          await own("onnxruntime-web webgpu, our graph", await ortWebGpuEngine()),
          await peerRunner("webgpu", model, inputs),
        ];
  const vectors: Float32Array[] = [];
  for (const runner of runners) vectors.push(Float32Array.from(await runner.run()));
  const contenders = runners.map((runner): Contender => ({
    name: runner.name,
    run: async () => {
      await runner.run();
      return batch;
    },
  }));
  const speeds = await race(contenders, rounds);
  for (const runner of runners) await runner.dispose();
  return { speeds, worst: vectors.slice(1).map((vector) => worst(vectors[0]!, vector)) };
}
