/** Vision tower and decoder on onnxruntime-node against @huggingface/transformers, same weights. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as peer from "@huggingface/transformers";
import * as ort from "onnxruntime-node";
import type { Engine } from "@/inference/engines/engine";
import { createOrtNodeEngine } from "@/inference/engines/onnx/ort-node";
import { idefics3ConfigSchema } from "@/inference/models/idefics3/config";
import { createOpsDecoder } from "@/inference/models/idefics3/decode-session";
import { siglipVisionConfigSchema } from "@/inference/models/siglip/config";
import { createRng } from "@/shared/lib/rng";
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

const PROMPT = 128;
const NEW_TOKENS = 16;
const BATCH = 2;

export async function benchDecoder({ folder, threads, rounds }: BenchOptions): Promise<string> {
  preparePeer(folder);
  const path = `${folder}/llama-135m`;
  // Only the text half is read; the image half is never built.
  const config = idefics3ConfigSchema.parse({
    model_type: "idefics3",
    vision_config: {},
    image_token_id: 0,
    text_config: await readConfig(path),
  });
  const engine = createOrtNodeEngine(ort, { threads });
  const model = await engine.loadModel(await openSafetensors(`${path}/model.safetensors`));
  const decoder = createOpsDecoder(model, config, 2);
  const rng = createRng(6);
  const ids = Array.from({ length: PROMPT }, () => 3 + Math.floor(rng() * 40_000));
  const prompts = Array.from({ length: BATCH }, () => ({ ids, images: [] }));
  const greedy = (logits: Float32Array): number[] => {
    const width = logits.length / BATCH;
    return Array.from({ length: BATCH }, (_, row) => {
      const part = logits.subarray(row * width, (row + 1) * width);
      return part.reduce((best, value, id) => (value > part[best]! ? id : best), 0);
    });
  };
  let mine: number[] = [];
  const generateOwn = async (): Promise<number> => {
    const session = await decoder.open(prompts, undefined, NEW_TOKENS);
    let next = greedy(session.promptLogits);
    mine = [next[0]!];
    for (let step = 1; step < NEW_TOKENS; step++) {
      next = greedy(await session.step(next));
      mine.push(next[0]!);
    }
    session.dispose();
    return BATCH * NEW_TOKENS;
  };
  const other = await peer.AutoModelForCausalLM.from_pretrained("llama-135m", {
    dtype: "fp32",
    device: "cpu",
    session_options: sessionOptions(threads),
  });
  const flat = BigInt64Array.from([...ids, ...ids].map(BigInt));
  const input_ids = new peer.Tensor("int64", flat, [BATCH, PROMPT]);
  const ones = new BigInt64Array(BATCH * PROMPT).fill(1n);
  const attention_mask = new peer.Tensor("int64", ones, [BATCH, PROMPT]);
  let theirs: number[] = [];
  const generatePeer = async (): Promise<number> => {
    const inputs = { input_ids, attention_mask };
    const options = { max_new_tokens: NEW_TOKENS, do_sample: false, eos_token_id: null };
    const out = (await other.generate({ ...inputs, ...options } as never)) as {
      data: BigInt64Array;
    };
    theirs = [...out.data.subarray(PROMPT, PROMPT + NEW_TOKENS)].map(Number);
    return BATCH * NEW_TOKENS;
  };
  const speeds = await race(
    [
      { name: "perigee (traced graph)", run: generateOwn },
      { name: "@huggingface/transformers", run: generatePeer },
    ],
    rounds,
  );
  const agree = mine.filter((token, index) => token === theirs[index]).length;
  decoder.dispose();
  await engine.dispose();
  await other.dispose();
  const title =
    `Decoder, Llama of SmolVLM-256M's size, float32, batch ${BATCH}, ${PROMPT} prompt tokens, ` +
    `${NEW_TOKENS} new; ${agree} of ${NEW_TOKENS} greedy ids equal`;
  return formatRace(title, "tokens/s", speeds);
}
