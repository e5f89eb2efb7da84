import {
  answersOf,
  createReasoningReader,
  parseReasoning,
  printWholePrompt,
  reasonsOf,
} from "@/domain/reasoning-text";
import { AppError } from "@/shared/lib/errors";
import type { Clock } from "@/shared/lib/ports";
import type { DecodeImage } from "../images/image";
import { preprocessImage } from "../images/preprocess";
import type { GeneratedSequence } from "../models/model-api";
import type {
  AttentionMaps,
  AttentionRequest,
  DisplayOrder,
  EngineId,
  ImageBytes,
  OrderedRun,
  PairEvent,
  PairRequest,
  PairResult,
} from "../protocol/messages";
import type { ReadySelector } from "./model-host";
import { createProgress } from "./progress";
import { CLOSING_TOKENS } from "./token-constraint";

export const ORDERS = ["AB", "BA"] as const satisfies readonly DisplayOrder[];

/** Far above what trained selectors write; a model's own limit may be lower. */
const MAX_REASON_TOKENS = 800;

export interface CompareContext {
  readonly decode: DecodeImage;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function readPixels(
  image: ImageBytes,
  side: "A" | "B",
  model: ReadySelector,
  decode: DecodeImage,
): Promise<Float32Array> {
  try {
    return preprocessImage(await decode(image), model.preprocess, "NHWC");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    // The message must say which of the two images it is about.
    throw new AppError(error.code, `Creative ${side}: ${error.message}`, {
      details: { ...error.details, side },
      cause: error,
    });
  }
}

function promptIds(request: PairRequest, model: ReadySelector): number[] {
  const count = model.selector.imageTokens;
  return model.tokenizer.encode(printWholePrompt(request, count, count));
}

/** Turns the tokens of both runs into text and answers as they come. */
function createStream(
  model: ReadySelector,
  emit: (event: PairEvent) => void,
): (row: number, token: number) => void {
  const rows = ORDERS.map(() => ({
    finished: "",
    /** Tokens of the line being written: decoded anew each time, since a character can span some. */
    line: [] as number[],
    reader: createReasoningReader(),
  }));
  return (row, token) => {
    const order = ORDERS[row]!;
    const state = rows[row]!;
    state.line.push(token);
    const line = model.tokenizer.decode(state.line);
    const isDone = line.endsWith("\n");
    // An unfinished character shows as U+FFFD until its last byte has come.
    const text = state.finished + (isDone ? line : line.replace(/\uFFFD+$/u, ""));
    emit({ kind: "text", order, text });
    if (!isDone) return;
    state.finished = text;
    state.line = [];
    for (const { question, answer, reason } of state.reader.push(line)) {
      emit({ kind: "answer", order, question, answer, reason });
    }
  };
}

function toRun(order: DisplayOrder, sequence: GeneratedSequence, model: ReadySelector): OrderedRun {
  const text = model.tokenizer.decode(sequence.tokens);
  const reasoning = parseReasoning(text);
  if (sequence.probabilityA === undefined) {
    throw new AppError(
      "generation",
      `The selector gave no verdict in order ${order} (${sequence.tokens.length} tokens). Try another model on /models.`,
      { details: { order, tokens: sequence.tokens.length } },
    );
  }
  return {
    order,
    text,
    answers: answersOf(reasoning),
    reasons: reasonsOf(reasoning),
    probabilityA: sequence.probabilityA,
    isWellFormed: reasoning.isWellFormed,
    tokens: sequence.tokens.length,
  };
}

/**
 * Asks the selector about a pair in both display orders at once; answers stream as they are written.
 *
 * The verdict's probability is the mean of both orders: P = (P_AB(A) + 1 − P_BA(A)) / 2, where
 * P_BA(A) is the probability of the side shown first, which is the creative given as B.
 *
 * @throws AppError `input-decode` naming the side, `token-limit`, `generation`, `device-lost`.
 */
export async function comparePair(
  request: PairRequest,
  model: ReadySelector,
  engine: EngineId,
  context: CompareContext,
  emit: (event: PairEvent) => void,
): Promise<PairResult> {
  const { clock, signal, decode } = context;
  const startedAt = clock.now();
  const progress = (step: "decode" | "encode", done: number, total: number): void =>
    emit({ kind: "progress", progress: { step, unit: "items", done, total } });

  progress("decode", 0, 2);
  const pixelsA = await readPixels(request.imageA, "A", model, decode);
  progress("decode", 1, 2);
  const pixelsB = await readPixels(request.imageB, "B", model, decode);
  progress("decode", 2, 2);
  signal.throwIfAborted();
  progress("encode", 0, 2);

  const ids = promptIds(request, model);
  const room = model.selector.maxPositions - ids.length;
  const reasonBudget = Math.max(0, Math.min(MAX_REASON_TOKENS, room - CLOSING_TOKENS));
  const onToken = createStream(model, emit);
  const report = createProgress("generate", "tokens", clock, (step) =>
    emit({ kind: "progress", progress: step }),
  );
  let encodedAt = startedAt;
  let count = 0;
  const sequences = await model.selector.generate(
    {
      images: [pixelsA, pixelsB],
      prompts: [
        { ids, images: [0, 1] },
        { ids, images: [1, 0] },
      ],
    },
    {
      maxTokens: reasonBudget + CLOSING_TOKENS,
      signal,
      constraint: model.constrain(reasonBudget, request.language),
      onStage: (stage) => {
        if (stage !== "images-encoded") return;
        encodedAt = clock.now();
        progress("encode", 2, 2);
      },
      onToken: (row, token) => {
        onToken(row, token);
        count += 1;
        report(count);
      },
    },
  );
  const finishedAt = clock.now();
  const ab = toRun("AB", sequences[0]!, model);
  const ba = toRun("BA", sequences[1]!, model);
  return {
    runs: [ab, ba],
    probabilityA: (ab.probabilityA + 1 - ba.probabilityA) / 2,
    ordersAgree: ab.probabilityA >= 0.5 === 1 - ba.probabilityA >= 0.5,
    engine,
    timings: {
      encodeMs: encodedAt - startedAt,
      generateMs: finishedAt - encodedAt,
      totalMs: finishedAt - startedAt,
    },
  };
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Where the selector looked while it wrote the line of one question. */
export async function compareAttention(
  request: AttentionRequest,
  model: ReadySelector,
  context: CompareContext,
): Promise<AttentionMaps> {
  const { tokenizer, selector } = model;
  const pixelsA = await readPixels(request.imageA, "A", model, context.decode);
  const pixelsB = await readPixels(request.imageB, "B", model, context.decode);
  const label = request.question.toUpperCase();
  const start = request.text.search(new RegExp(String.raw`^${label} `, "m"));
  if (start === -1) {
    throw new AppError("input-invalid", `The reasoning has no line for ${label}.`, {
      details: { question: request.question },
    });
  }
  const end = request.text.indexOf("\n", start);
  const lineEnd = end === -1 ? request.text.length : end;
  const before = tokenizer.encode(request.text.slice(0, start));
  const line = tokenizer.encode(request.text.slice(start, lineEnd));
  context.signal.throwIfAborted();
  const isSwapped = request.order === "BA";
  const { grid, maps } = await selector.attention({
    images: [pixelsA, pixelsB],
    prompt: { ids: promptIds(request, model), images: isSwapped ? [1, 0] : [0, 1] },
    generated: [...before, ...line],
    from: before.length,
    to: before.length + line.length,
  });
  const [first, second] = [maps[0]!, maps[1]!];
  const mapA = isSwapped ? second : first;
  const mapB = isSwapped ? first : second;
  const fit = model.preprocess.mode;
  return { grid, mapA, mapB, shareA: sumOf(mapA), shareB: sumOf(mapB), fit };
}
