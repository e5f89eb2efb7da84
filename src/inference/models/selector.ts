/**
 * The selector: two creatives and a prompt in, reasons and a verdict out.
 *
 * Usage: `parseSelectorConfig(json)`, `assertSelectorWeights(config, source)` before the weights are
 * uploaded, then `createSelector(model, config, tokens)`.
 */
import { AppError } from "@/shared/lib/errors";
import { createRng } from "@/shared/lib/rng";
import type { LoadedModel, ResidentTensor, WeightSource } from "../engines/engine";
import { readAttention, type AttentionMemo } from "./idefics3/attention-map";
import { idefics3ConfigSchema, imageGrid, type Idefics3Config } from "./idefics3/config";
import { createOpsDecoder, type DecodeSession, type TextDecoder } from "./idefics3/decode-session";
import { stackPixels } from "./idefics3/image-sequence";
import { idefics3Spec, visionProgram } from "./idefics3/programs";
import { chooseToken, pairProbability } from "./generation";
import type {
  AttentionQuery,
  GeneratedSequence,
  GenerateOptions,
  GenerateRequest,
  Selector,
  TokenLookup,
} from "./model-api";
import { parseConfig } from "./parse-config";
import { createProgramCache } from "./program-cache";
import { assertWeights } from "./weight-spec";

/** Ids that generation must know. */
export interface SelectorTokens {
  /** Ends the reply. */
  readonly end: number;
  readonly pad: number;
  /**
   * The verdict's letter follows the first of these that appears. `Q10` stands before `<answer>`,
   * which only repeats its letter and is therefore always sure.
   */
  readonly verdicts: readonly VerdictMark[];
}

/** Tokens that a verdict's letter follows, and the letter's two forms there. */
export interface VerdictMark {
  readonly after: readonly number[];
  readonly a: number;
  readonly b: number;
}

/** @throws AppError `input-invalid` naming the fields that do not fit. */
export function parseSelectorConfig(json: unknown): Idefics3Config {
  return parseConfig(idefics3ConfigSchema, json);
}

/** @throws AppError `weights-mismatch` listing missing, unused and wrongly shaped tensors. */
export function assertSelectorWeights(
  config: Idefics3Config,
  source: Pick<WeightSource, "names" | "describe">,
): void {
  // A tied head may be stored again; it is the same matrix.
  assertWeights(idefics3Spec(config), source, config.tie_word_embeddings ? ["lm_head.weight"] : []);
}

/** @throws AppError `input-invalid` when the vocabulary lacks one of the protocol's tokens. */
export function selectorTokens(lookup: TokenLookup): SelectorTokens {
  const find = (token: string): number => {
    const id = lookup(token);
    if (id === undefined) {
      throw new AppError(
        "input-invalid",
        `The tokenizer has no token ${token}; the selector needs it.`,
      );
    }
    return id;
  };
  const end = find("<end_of_utterance>");
  const inTag = { after: [find("<answer>")], a: find("A"), b: find("B") };
  // A blank stands between Q10 and its letter: byte-level BPE writes it as Ġ into the letter's token.
  const [last, a, b] = [lookup("Q10"), lookup("ĠA"), lookup("ĠB")];
  const isRead = last !== undefined && a !== undefined && b !== undefined;
  return {
    end,
    pad: lookup("<pad>") ?? end,
    verdicts: isRead ? [{ after: [last], a, b }, inTag] : [inTag],
  };
}

interface ReplyRules extends SelectorTokens {
  /** Of the verdict's probability. */
  readonly temperature: number;
}

export function createSelector(
  model: LoadedModel,
  config: Idefics3Config,
  tokens: SelectorTokens,
): Selector {
  const rules: ReplyRules = { ...tokens, temperature: config.answer_temperature };
  const decoder = createOpsDecoder(model, config, tokens.pad);
  const programs = createProgramCache(model);
  const encodeImages = async (
    images: readonly Float32Array[],
  ): Promise<ResidentTensor | undefined> => {
    if (images.length === 0) return undefined;
    const pixels = stackPixels(images, config.vision_config.image_size);
    const program = await programs.load(visionProgram(config, images.length));
    const { kept } = await program.run({ pixels }, { keep: ["features"] });
    return kept["features"];
  };
  let memo: AttentionMemo | undefined;
  return {
    imageSize: config.vision_config.image_size,
    imageTokens: imageGrid(config) ** 2,
    maxPositions: config.text_config.max_position_embeddings,
    generate: async (request, options) => {
      const limit = replyLimit(config, request, options.maxTokens);
      options.signal?.throwIfAborted();
      const features = await encodeImages(request.images);
      options.onStage?.("images-encoded");
      try {
        options.signal?.throwIfAborted();
        return await generateFrom(
          decoder,
          request,
          features,
          { ...options, maxTokens: limit },
          rules,
        );
      } finally {
        features?.dispose();
      }
    },
    attention: async (query: AttentionQuery) => {
      const read = await readAttention(model, config, tokens.pad, encodeImages, query, memo);
      memo = read.memo;
      return read.result;
    },
    dispose: () => {
      memo = undefined;
      decoder.dispose();
      programs.dispose();
    },
  };
}

function replyLimit(config: Idefics3Config, request: GenerateRequest, maxTokens: number): number {
  const longest = Math.max(0, ...request.prompts.map(({ ids }) => ids.length));
  const room = config.text_config.max_position_embeddings - longest;
  if (longest === 0 || room < 1) {
    throw new AppError(
      "token-limit",
      `The prompt is ${longest} tokens long; the model takes 1 to ` +
        `${config.text_config.max_position_embeddings - 1}. Shorten the title or the queries.`,
    );
  }
  return Math.min(maxTokens, room);
}

async function generateFrom(
  decoder: TextDecoder,
  request: GenerateRequest,
  features: ResidentTensor | undefined,
  options: GenerateOptions,
  rules: ReplyRules,
): Promise<readonly GeneratedSequence[]> {
  const session = await decoder.open(request.prompts, features, options.maxTokens);
  try {
    options.onStage?.("prompt-read");
    return await generateReplies(session, request.prompts.length, options, rules);
  } finally {
    session.dispose();
  }
}

interface Reply {
  readonly tokens: number[];
  readonly logProbabilities: number[];
  isDone: boolean;
  probabilityA: number | undefined;
  answerIndex: number;
}

async function generateReplies(
  session: DecodeSession,
  batch: number,
  options: GenerateOptions,
  rules: ReplyRules,
): Promise<readonly GeneratedSequence[]> {
  const rng = createRng(options.seed ?? 0);
  const replies = Array.from({ length: batch }, (): Reply => ({
    tokens: [],
    logProbabilities: [],
    isDone: false,
    probabilityA: undefined,
    answerIndex: -1,
  }));
  let logits = session.promptLogits;
  for (let step = 0; step < options.maxTokens; step++) {
    options.signal?.throwIfAborted();
    if (step > 0) {
      // A row that is done goes on with padding; what it computes is not read.
      logits = await session.step(
        replies.map((reply) => (reply.isDone ? rules.pad : reply.tokens.at(-1)!)),
      );
    }
    const width = logits.length / batch;
    for (const [row, reply] of replies.entries()) {
      if (reply.isDone) continue;
      extendReply(reply, row, logits.subarray(row * width, (row + 1) * width), options, rules, rng);
    }
    if (replies.every((reply) => reply.isDone)) break;
  }
  return replies.map((reply) => ({
    tokens: reply.tokens,
    logProbabilities: Float32Array.from(reply.logProbabilities),
    finish: reply.isDone ? "stop" : "length",
    probabilityA: reply.probabilityA,
    answerIndex: reply.answerIndex,
  }));
}

function extendReply(
  reply: Reply,
  row: number,
  logits: Float32Array,
  options: GenerateOptions,
  rules: ReplyRules,
  rng: () => number,
): void {
  const allowed = options.constraint?.(reply.tokens, row);
  const { token, logProbability } = chooseToken(logits, allowed, options.temperature ?? 0, rng);
  const mark =
    reply.answerIndex < 0 && rules.verdicts.find(({ after }) => endsWith(reply.tokens, after));
  if (mark) {
    reply.probabilityA = pairProbability(logits, mark.a, mark.b, rules.temperature);
    reply.answerIndex = reply.tokens.length;
  }
  if (token === rules.end) {
    reply.isDone = true;
    return;
  }
  reply.tokens.push(token);
  reply.logProbabilities.push(logProbability);
  options.onToken?.(row, token, logProbability);
}

function endsWith(tokens: readonly number[], suffix: readonly number[]): boolean {
  const offset = tokens.length - suffix.length;
  return (
    suffix.length > 0 && offset >= 0 && suffix.every((id, index) => tokens[offset + index] === id)
  );
}
