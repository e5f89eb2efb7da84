import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { npyHeader } from "@/domain/npy";
import type { EncodeItem } from "@/inference/protocol/messages";
import { encodeBatch } from "@/inference/worker/encode-batch";
import type { ReadyEncoder } from "@/inference/worker/model-host";
import { AppError, messageOf } from "@/shared/lib/errors";
import { decodeImageInNode } from "./node/decode-image";
import { openFile } from "./node/open-file";

export interface EncodeFileRequest {
  readonly input: string;
  readonly output: string;
  readonly model: ReadyEncoder;
  readonly modelName: string;
  readonly dimension: number;
  readonly isRestart: boolean;
  readonly signal: AbortSignal;
  readonly onResume: (doneLines: number) => void;
  readonly onProgress: (doneLines: number, totalLines: number, startedWith: number) => void;
  /** Lines count from 1. */
  readonly onFailure: (line: number, message: string) => void;
}

/** Lines between two writes: little is lost by an interruption, and writing costs nothing. */
const CHUNK_LINES = 64;

const lineSchema = z
  .looseObject({ image: z.string().min(1).optional(), text: z.string().optional() })
  .refine((line) => line.image !== undefined || line.text !== undefined, 'needs "image" or "text"');

const progressSchema = z.strictObject({
  version: z.literal(1),
  model: z.string(),
  dimension: z.int(),
  /** SHA-256 of the input file: rows belong to lines, so the file must be the same. */
  input: z.string(),
  lines: z.int(),
  done: z.int().nonnegative(),
  failed: z.int().nonnegative(),
});
type Progress = z.infer<typeof progressSchema>;

async function inspect(input: string): Promise<{ sha256: string; lines: number }> {
  const hash = createHash("sha256");
  let lines = 0;
  let last = 0x0a;
  try {
    for await (const chunk of createReadStream(input) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      for (const byte of chunk) if (byte === 0x0a) lines += 1;
      last = chunk.at(-1) ?? last;
    }
  } catch (error) {
    throw new AppError("input-invalid", `${input} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return { sha256: hash.digest("hex"), lines: last === 0x0a ? lines : lines + 1 };
}

/**
 * Lines as `inspect` counts them: node:readline would also split at a lone carriage return.
 *
 * @yields each line without its line break.
 */
async function* readLines(input: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(input, "utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

async function readProgress(path: string, wanted: Progress): Promise<Progress | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const found = progressSchema.safeParse(JSON.parse(text));
  const isSame =
    found.success &&
    found.data.model === wanted.model &&
    found.data.dimension === wanted.dimension &&
    found.data.input === wanted.input;
  if (isSame) return found.data;
  throw new AppError(
    "input-invalid",
    `${path} belongs to another model, dimension or input. Repeat that run, or give --restart to begin anew.`,
  );
}

/** One line as an item; a problem becomes an item that fails when it is decoded. */
async function toItem(line: string, folder: string): Promise<EncodeItem> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new AppError("input-invalid", "not a JSON object");
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) throw new AppError("input-invalid", z.prettifyError(parsed.error));
  const { image, text } = parsed.data;
  return {
    ...(image === undefined ? {} : { image: await openFile(resolve(folder, image)) }),
    ...(text === undefined ? {} : { text }),
  };
}

interface ChunkResult {
  readonly vectors: Float32Array;
  readonly failures: readonly {
    readonly row: number;
    readonly code: string;
    readonly message: string;
  }[];
}

/** Prefix of every row, normalised again (Matryoshka). */
function shorten(vectors: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return vectors;
  const rows = vectors.length / from;
  const out = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) {
    const prefix = vectors.subarray(row * from, row * from + to);
    const norm = Math.hypot(...prefix);
    for (let i = 0; i < to; i++) out[row * to + i] = norm > 0 ? prefix[i]! / norm : 0;
  }
  return out;
}

async function encodeChunk(
  lines: readonly string[],
  request: EncodeFileRequest,
): Promise<ChunkResult> {
  const { model, dimension, signal } = request;
  const failures: { row: number; code: string; message: string }[] = [];
  const items: EncodeItem[] = [];
  const rows: number[] = [];
  for (const [row, line] of lines.entries()) {
    try {
      items.push(await toItem(line, dirname(request.input)));
      rows.push(row);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failures.push({ row, code: error.code, message: error.message });
    }
  }
  const full = await encodeBatch(items, model, {
    decode: decodeImageInNode,
    signal,
    giveWay: () => Promise.resolve(),
    onProgress: () => undefined,
  });
  for (const { index, error } of full.failures) {
    failures.push({ row: rows[index]!, code: error.code ?? "protocol", message: error.message });
  }
  const short = shorten(full.vectors, full.dimension, dimension);
  const vectors = new Float32Array(lines.length * dimension);
  for (const [i, row] of rows.entries()) {
    vectors.set(short.subarray(i * dimension, (i + 1) * dimension), row * dimension);
  }
  failures.sort((a, b) => a.row - b.row);
  return { vectors, failures };
}

class Output {
  private readonly request: EncodeFileRequest;
  private readonly headerBytes: number;
  progress: Progress;

  constructor(request: EncodeFileRequest, progress: Progress) {
    this.request = request;
    this.progress = progress;
    this.headerBytes = npyHeader([progress.lines, progress.dimension]).length;
  }

  private get partial(): string {
    return `${this.request.output}.partial`;
  }
  private get progressPath(): string {
    return `${this.request.output}.progress.json`;
  }
  private get errorsPath(): string {
    return `${this.request.output}.errors.jsonl`;
  }

  private async writeProgress(): Promise<void> {
    await writeFile(`${this.progressPath}.tmp`, JSON.stringify(this.progress));
    await rename(`${this.progressPath}.tmp`, this.progressPath);
  }

  /** Begins, or continues behind the last row that the progress file vouches for. */
  async begin(): Promise<void> {
    const found = this.request.isRestart
      ? undefined
      : await readProgress(this.progressPath, this.progress);
    const rowBytes = this.progress.dimension * 4;
    const size = (await stat(this.partial).catch(() => undefined))?.size ?? 0;
    const kept = this.headerBytes + (found?.done ?? 0) * rowBytes;
    if (found !== undefined && size >= kept) {
      this.progress = found;
      const file = await open(this.partial, "r+");
      await file.truncate(kept);
      await file.close();
      this.request.onResume(found.done);
      return;
    }
    await writeFile(this.partial, npyHeader([this.progress.lines, this.progress.dimension]));
    await rm(this.errorsPath, { force: true });
    await this.writeProgress();
  }

  async append({ vectors, failures }: ChunkResult): Promise<void> {
    const { done, failed, dimension } = this.progress;
    const file = await open(this.partial, "a");
    await file.write(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
    await file.sync();
    await file.close();
    const errors = failures.map(({ row, ...rest }) => ({ line: done + row + 1, ...rest }));
    if (errors.length > 0) {
      const text = errors.map((error) => `${JSON.stringify(error)}\n`).join("");
      await appendFile(this.errorsPath, text);
    }
    for (const { line, message } of errors) this.request.onFailure(line, message);
    this.progress = {
      ...this.progress,
      done: done + vectors.length / dimension,
      failed: failed + errors.length,
    };
    await this.writeProgress();
  }

  async finish(): Promise<void> {
    await rename(this.partial, this.request.output);
    await rm(this.progressPath, { force: true });
  }
}

/**
 * Encodes a JSONL file into a `.npy` file. Rows are appended to `OUTPUT.partial` and vouched for by
 * `OUTPUT.progress.json`, so an interrupted run continues; the output appears only when complete.
 */
export async function encodeFile(
  request: EncodeFileRequest,
): Promise<{ readonly rows: number; readonly failed: number }> {
  const { input, modelName, dimension, signal } = request;
  const { sha256, lines } = await inspect(input);
  const output = new Output(request, {
    version: 1,
    model: modelName,
    dimension,
    input: sha256,
    lines,
    done: 0,
    failed: 0,
  });
  await output.begin();
  const startedWith = output.progress.done;
  let number = 0;
  let chunk: string[] = [];
  const flush = async (): Promise<void> => {
    signal.throwIfAborted();
    await output.append(await encodeChunk(chunk, request));
    chunk = [];
    request.onProgress(output.progress.done, lines, startedWith);
  };
  for await (const line of readLines(input)) {
    number += 1;
    if (number <= startedWith) continue;
    chunk.push(line);
    if (chunk.length === CHUNK_LINES) await flush();
  }
  if (chunk.length > 0) await flush();
  await output.finish();
  return { rows: output.progress.done, failed: output.progress.failed };
}
