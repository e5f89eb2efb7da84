import { z } from "zod";
import { AppError, hasCode, messageOf } from "@/shared/lib/errors";
import type { Clock } from "@/shared/lib/ports";
import type { BlobStore } from "@/shared/persistence/opfs";
import { openChunkedFile, type ChunkedFile } from "./chunked-file";

export interface DownloadRequest {
  readonly url: string;
  /** Where its chunks lie in the store. */
  readonly path: string;
  /** Checked when known. */
  readonly bytes?: number;
  readonly sha256?: string;
}

export interface DownloadContext {
  readonly fetch: typeof fetch;
  readonly store: BlobStore;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onProgress?: DownloadProgress;
}

/** The third value is there only when an attempt has just failed: how many have, for this file. */
export type DownloadProgress = (
  doneBytes: number,
  totalBytes: number | undefined,
  failedAttempts?: number,
) => void;

export interface StoredFile {
  readonly blob: Blob;
  readonly sha256: string;
  /** False when the disk was full and (part of) the file is in memory only. */
  readonly isPersistent: boolean;
}

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;

const completeSchema = z.object({
  bytes: z.int(),
  sha256: z.string(),
  etag: z.string().nullable(),
});
type Complete = z.infer<typeof completeSchema>;

const completePath = (path: string): string => `${path}/complete`;
const etagPath = (path: string): string => `${path}/etag`;

/** The file as a finished download left it, or undefined. */
export async function readStoredFile(
  store: BlobStore,
  path: string,
): Promise<StoredFile | undefined> {
  const mark = await store.read(completePath(path));
  if (mark === undefined) return undefined;
  let complete: Complete;
  try {
    complete = completeSchema.parse(JSON.parse(await mark.text()));
  } catch {
    return undefined;
  }
  const chunks: File[] = [];
  for (;;) {
    const chunk = await store.read(`${path}/${chunks.length}`);
    if (chunk === undefined) break;
    chunks.push(chunk);
  }
  const blob = new Blob(chunks);
  // A missing or shortened chunk (a crash, or the user cleared data) means loading it again.
  if (blob.size !== complete.bytes) return undefined;
  return { blob, sha256: complete.sha256, isPersistent: true };
}

/** Writes a Blob the user gave into the store, chunk by chunk, and hashes it. */
export async function storeFile(
  file: Blob,
  path: string,
  context: Omit<DownloadContext, "fetch" | "clock">,
): Promise<StoredFile> {
  await context.store.remove(path);
  const target = await openChunkedFile(context.store, path);
  const reader = file.stream().getReader();
  for (;;) {
    context.signal?.throwIfAborted();
    const { done, value } = await reader.read();
    if (done) break;
    await target.append(value);
    context.onProgress?.(target.size, file.size);
  }
  return await finish(target, path, null, context.store);
}

async function finish(
  file: ChunkedFile,
  path: string,
  etag: string | null,
  store: BlobStore,
): Promise<StoredFile> {
  await file.flush();
  const sha256 = file.digest();
  if (file.isPersistent) {
    const complete: Complete = { bytes: file.size, sha256, etag };
    await store.write(completePath(path), new Blob([JSON.stringify(complete)]));
  }
  return { blob: file.toBlob(), sha256, isPersistent: file.isPersistent };
}

/** The server does not have what we began with: start over, once. */
class ChangedOnServer extends AppError {
  constructor(url: string) {
    super(
      "asset-integrity",
      `${url} is not the file it was announced to be, or changed while it was loaded. Try again, or check where the model comes from.`,
      { details: { url } },
    );
  }
}

function fetchError(url: string, problem: string, retryable: boolean, cause?: unknown): AppError {
  return new AppError(
    "asset-fetch",
    `Could not load ${url}: ${problem}. Check the connection and try again; what has arrived is kept.`,
    { details: { url }, retryable, cause },
  );
}

function totalOf(response: Response, offset: number): number | undefined {
  const range = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (range !== null) return Number(range[1]);
  // With content-encoding the length counts packed bytes.
  if (response.headers.get("content-encoding") !== null) return undefined;
  const length = response.headers.get("content-length");
  return length === null ? undefined : Number(length) + offset;
}

/** One request from where the file ends; resolves when the body has ended. */
async function fetchRest(
  request: DownloadRequest,
  file: ChunkedFile,
  context: DownloadContext,
): Promise<string | null> {
  const { url, path } = request;
  const offset = file.size;
  const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
  const response = await context.fetch(url, { headers, signal: context.signal ?? null });
  if (response.status === 416) {
    if (offset === request.bytes) return response.headers.get("etag");
    throw new ChangedOnServer(url);
  }
  if (!response.ok || response.body === null) {
    const isTemporary = response.status >= 500 || response.status === 429;
    throw fetchError(url, `the server answered ${response.status}`, isTemporary);
  }
  const etag = response.headers.get("etag");
  const earlier = await (await context.store.read(etagPath(path)))?.text();
  if (offset > 0 && earlier !== undefined && earlier !== (etag ?? ""))
    throw new ChangedOnServer(url);
  if (offset === 0) {
    await context.store.write(etagPath(path), new Blob([etag ?? ""])).catch(() => undefined);
  }
  // A server without ranges sends everything again: pass over what is here already.
  let skip = response.status === 206 ? 0 : offset;
  const total = request.bytes ?? totalOf(response, response.status === 206 ? offset : 0);
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const fresh = value.subarray(Math.min(skip, value.length));
    skip -= value.length - fresh.length;
    await file.append(fresh);
    if (request.bytes !== undefined && file.size > request.bytes) throw new ChangedOnServer(url);
    context.onProgress?.(file.size, total);
  }
  if (total !== undefined && file.size < total) {
    throw fetchError(url, `it ended after ${file.size} of ${total} bytes`, true);
  }
  return etag;
}

function isRetryable(error: unknown): boolean {
  // fetch and stream readers report a broken connection as a TypeError.
  return error instanceof TypeError || (error instanceof AppError && error.retryable);
}

async function fetchWithRetries(
  request: DownloadRequest,
  file: ChunkedFile,
  context: DownloadContext,
): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchRest(request, file, context);
    } catch (error) {
      context.signal?.throwIfAborted();
      if (!isRetryable(error) || attempt === ATTEMPTS) {
        if (error instanceof AppError) throw error;
        throw fetchError(request.url, messageOf(error), true, error);
      }
      context.onProgress?.(file.size, request.bytes, attempt);
      await context.clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), context.signal);
    }
  }
}

function checkIntegrity(request: DownloadRequest, file: ChunkedFile): void {
  const actual = file.digest();
  const wrongSize = request.bytes !== undefined && file.size !== request.bytes;
  if (!wrongSize && (request.sha256 === undefined || actual === request.sha256)) return;
  throw new AppError(
    "asset-integrity",
    `${request.url} is not the expected file (${file.size} bytes, SHA-256 ${actual}; expected ${request.bytes ?? "any"} bytes, ${request.sha256 ?? "any"}). The copy was discarded; try again, or check where the model comes from.`,
    {
      details: {
        url: request.url,
        expected: request.sha256 ?? null,
        actual,
        expectedBytes: request.bytes ?? null,
        bytes: file.size,
      },
    },
  );
}

/**
 * Loads a file into the store: resumes an earlier attempt by HTTP Range, retries a broken connection
 * up to four times with growing pauses, checks size and SHA-256, and falls back to memory when the
 * disk is full.
 *
 * @throws AppError `asset-fetch` (what arrived is kept for the next attempt) or `asset-integrity`
 *   (what arrived is discarded); the signal's reason when cancelled (kept).
 */
export async function downloadFile(
  request: DownloadRequest,
  context: DownloadContext,
): Promise<StoredFile> {
  const stored = await readStoredFile(context.store, request.path);
  if (stored !== undefined && (request.sha256 === undefined || stored.sha256 === request.sha256)) {
    context.onProgress?.(stored.blob.size, stored.blob.size);
    return stored;
  }
  const attempt = async (): Promise<StoredFile> => {
    const file = await openChunkedFile(context.store, request.path, (bytes) =>
      context.onProgress?.(bytes, request.bytes),
    );
    const etag = await fetchWithRetries(request, file, context);
    checkIntegrity(request, file);
    return await finish(file, request.path, etag, context.store);
  };
  try {
    return await attempt();
  } catch (error) {
    if (hasCode(error, "asset-integrity")) await context.store.remove(request.path);
    if (!(error instanceof ChangedOnServer)) throw error;
    return await attempt();
  }
}
