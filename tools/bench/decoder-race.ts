/** Greedy decoding by Perigee and by @huggingface/transformers, same weights, in Node or in a page. */
import type * as Peer from "@huggingface/transformers";
import { z } from "zod";
import type { LoadedModel } from "@/inference/engines/engine";
import { idefics3ConfigSchema } from "@/inference/models/idefics3/config";
import { createOpsDecoder } from "@/inference/models/idefics3/decode-session";
import { createRng } from "@/shared/lib/rng";
import { race, type Speed } from "./measure";

export const PROMPT = 128;
export const NEW_TOKENS = 16;
export const BATCH = 2;

export const textSchema = z.looseObject({ vocab_size: z.int() });

export interface DecoderRace {
  readonly speeds: readonly Speed[];
  /** Greedy ids of the first row that both sides have alike, of `NEW_TOKENS`. */
  readonly agree: number;
}

export interface DecoderContenders {
  /** config.json of the text model. */
  readonly text: z.infer<typeof textSchema>;
  readonly model: LoadedModel;
  readonly peer: typeof Peer;
  readonly other: Awaited<ReturnType<typeof Peer.AutoModelForCausalLM.from_pretrained>>;
  readonly names: readonly [string, string];
}

/** A decoder alone: the image half of the configuration is never built. */
function textOnly(text: unknown) {
  return idefics3ConfigSchema.parse({
    model_type: "idefics3",
    vision_config: {},
    image_token_id: 0,
    text_config: text,
  });
}

function greedy(logits: Float32Array): number[] {
  const width = logits.length / BATCH;
  return Array.from({ length: BATCH }, (_, row) => {
    const part = logits.subarray(row * width, (row + 1) * width);
    return part.reduce((best, value, id) => (value > part[best]! ? id : best), 0);
  });
}

/** Alternating rounds of the same random prompt; each counts batch × new tokens, its prompt included. */
export async function raceDecoders(
  { text, model, peer, other, names }: DecoderContenders,
  rounds: number,
): Promise<DecoderRace> {
  const decoder = createOpsDecoder(model, textOnly(text), 2);
  const rng = createRng(6);
  const known = Math.min(40_000, text.vocab_size - 3);
  const ids = Array.from({ length: PROMPT }, () => 3 + Math.floor(rng() * known));
  const prompts = Array.from({ length: BATCH }, () => ({ ids, images: [] }));
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
      { name: names[0], run: generateOwn },
      { name: names[1], run: generatePeer },
    ],
    rounds,
  );
  const agree = mine.filter((token, index) => token === theirs[index]).length;
  decoder.dispose();
  return { speeds, agree };
}

export function decoderTitle(what: string, { agree }: DecoderRace): string {
  return (
    `Decoder ${what}, float32, batch ${BATCH}, ${PROMPT} prompt tokens, ` +
    `${NEW_TOKENS} new; ${agree} of ${NEW_TOKENS} greedy ids equal`
  );
}
