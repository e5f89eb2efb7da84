import { AppError, hasCode } from "@/shared/lib/errors";
import type { DecodeImage } from "../images/image";
import { preprocessImage } from "../images/preprocess";
import type { EncoderItem } from "../models/model-api";
import { toWire, type WireError } from "../protocol/errors";
import type { EncodeItem, EncodeResult } from "../protocol/messages";
import type { ReadyEncoder } from "./model-host";

/** Items between two chances to give way: well below a second on the slowest engine. */
const STEP = 8;

/** Errors that are about one item; all others end the batch. */
const ITEM_ERRORS = ["input-decode", "input-invalid", "token-limit"] as const;

function isItemError(error: unknown): error is AppError {
  return ITEM_ERRORS.some((code) => hasCode(error, code));
}

/** Decodes, preprocesses and tokenises one item. */
export async function readItem(
  item: EncodeItem,
  model: ReadyEncoder,
  decode: DecodeImage,
): Promise<EncoderItem> {
  const { image, text } = item;
  if (image === undefined && text === undefined) {
    throw new AppError("input-invalid", "An item needs an image, a text or both.");
  }
  return {
    ...(image === undefined
      ? {}
      : { pixels: preprocessImage(await decode(image), model.preprocess, "NHWC") }),
    ...(text === undefined
      ? {}
      : { ids: model.tokenizer.encode(text, { addSpecialTokens: true }) }),
  };
}

export interface EncodeContext {
  readonly decode: DecodeImage;
  readonly signal: AbortSignal;
  readonly giveWay: () => Promise<void>;
  readonly onProgress: (doneItems: number, totalItems: number) => void;
}

type Row = { readonly index: number; readonly item: EncoderItem };

/** Encodes rows together; if one of them is refused, each on its own, so that only that one fails. */
async function encodeRows(
  rows: readonly Row[],
  model: ReadyEncoder,
  signal: AbortSignal,
  accept: (index: number, vector: Float32Array) => void,
  reject: (index: number, error: unknown) => void,
): Promise<void> {
  try {
    const block = await model.encoder.encode(
      rows.map(({ item }) => item),
      { signal },
    );
    const dimension = block.length / rows.length;
    for (const [i, { index }] of rows.entries()) {
      accept(index, block.subarray(i * dimension, (i + 1) * dimension));
    }
  } catch (error) {
    if (!isItemError(error)) throw error;
    if (rows.length === 1) reject(rows[0]!.index, error);
    else for (const row of rows) await encodeRows([row], model, signal, accept, reject);
  }
}

/**
 * Encodes items in small steps; an item that cannot be read or encoded is reported and leaves a row
 * of zeros, and the others go on.
 */
export async function encodeBatch(
  items: readonly EncodeItem[],
  model: ReadyEncoder,
  context: EncodeContext,
): Promise<EncodeResult> {
  const dimension = model.encoder.dimensions.at(-1)!;
  const vectors = new Float32Array(items.length * dimension);
  const failures: { index: number; error: WireError }[] = [];
  const fail = (index: number, error: unknown): void =>
    void failures.push({ index, error: toWire(error) });
  for (let start = 0; start < items.length; start += STEP) {
    context.signal.throwIfAborted();
    await context.giveWay();
    const rows: Row[] = [];
    for (const [i, item] of items.slice(start, start + STEP).entries()) {
      try {
        rows.push({ index: start + i, item: await readItem(item, model, context.decode) });
      } catch (error) {
        if (!isItemError(error)) throw error;
        fail(start + i, error);
      }
    }
    if (rows.length > 0) {
      const accept = (index: number, vector: Float32Array): void =>
        vectors.set(vector, index * dimension);
      await encodeRows(rows, model, context.signal, accept, fail);
    }
    context.onProgress(Math.min(items.length, start + STEP), items.length);
  }
  return { vectors, dimension, failures };
}
