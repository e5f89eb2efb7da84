/** Vision tower and decoder on onnxruntime-node against @huggingface/transformers, same weights. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as peer from "@huggingface/transformers";
import * as ort from "onnxruntime-node";
import type { Engine } from "@/inference/engines/engine";
import { createOrtNodeEngine } from "@/inference/engines/onnx/ort-node";
import { siglipVisionConfigSchema } from "@/inference/models/siglip/config";
import { decoderTitle, raceDecoders, textSchema } from "./decoder-race";
import { formatRace, race, worst } from "./measure";
import { openSafetensors } from "./safetensors-file";
import { siglipInputs, siglipProgram } from "./siglip-program";

export interface BenchOptions {
  readonly folder: string;
  readonly threads: number;
  readonly rounds: number;
}

function preparePeer(folder: string): void {
  peer.env.allowRemoteModels = false;
  peer.env.localModelPath = `${resolve(folder)}/`;
}

function sessionOptions(threads: number): Record<string, unknown> {
  return { intraOpNumThreads: threads };
}

async function readConfig(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(`${folder}/config.json`, "utf8"));
}

export async function benchVision({ folder, threads, rounds }: BenchOptions): Promise<string> {
  preparePeer(folder);
  const path = `${folder}/siglip-b16`;
  const config = siglipVisionConfigSchema.parse(await readConfig(path));
  const engine: Engine = createOrtNodeEngine(ort, { threads });
  const model = await engine.loadModel(await openSafetensors(`${path}/model.safetensors`));
  const own = await model.program(siglipProgram(config, 2));
  const other = await peer.SiglipVisionModel.from_pretrained("siglip-b16", {
    dtype: "fp32",
    device: "cpu",
    session_options: sessionOptions(threads),
  });
  const { pixels, planes } = siglipInputs(config.image_size, 2);
  const pixel_values = new peer.Tensor("float32", planes, [2, 3, 224, 224]);
  const mine = (await own.run({ pixels })).outputs["vector"]!.data;
  const theirs = ((await other({ pixel_values })) as { pooler_output: { data: Float32Array } })
    .pooler_output.data;
  const speeds = await race(
    [
      { name: "perigee (traced graph)", run: async () => (await own.run({ pixels }), 2) },
      { name: "@huggingface/transformers", run: async () => (await other({ pixel_values }), 2) },
    ],
    rounds,
  );
  await engine.dispose();
  await other.dispose();
  const title = `Vision tower, SigLIP-B/16 224, batch 2, float32; max |Δ| ${worst(mine, theirs).toExponential(1)}`;
  return formatRace(title, "images/s", speeds);
}

export async function benchDecoder({ folder, threads, rounds }: BenchOptions): Promise<string> {
  preparePeer(folder);
  const path = `${folder}/llama-135m`;
  const text = textSchema.parse(await readConfig(path));
  const engine = createOrtNodeEngine(ort, { threads });
  const model = await engine.loadModel(await openSafetensors(`${path}/model.safetensors`));
  const other = await peer.AutoModelForCausalLM.from_pretrained("llama-135m", {
    dtype: "fp32",
    device: "cpu",
    session_options: sessionOptions(threads),
  });
  const names = ["perigee (traced graph)", "@huggingface/transformers"] as const;
  const result = await raceDecoders({ text, model, peer, other, names }, rounds);
  await engine.dispose();
  await other.dispose();
  const title = decoderTitle("of SmolVLM-256M's size, onnxruntime-node", result);
  return formatRace(title, "tokens/s", result.speeds);
}
