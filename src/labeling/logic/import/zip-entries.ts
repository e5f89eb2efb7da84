import { AppError } from "@/shared/lib/errors";

/** Reads ranges of a file. */
export type RangeReader = (offset: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;

/** Images of a zip mostly lie one behind the other: each read brings some of the next ones. */
const WINDOW = 1 << 19;
/** Windows kept, since entries may be asked for in another order than they lie in. */
const WINDOWS = 16;

/**
 * Reads a file in windows and keeps the last few: one read of a file costs the browser about a
 * millisecond, however short it is. The bytes are the caller's own.
 */
export function createRangeReader(file: Blob): RangeReader {
  const windows = new Map<number, Promise<ArrayBuffer>>();
  function windowAt(at: number): Promise<ArrayBuffer> {
    const known = windows.get(at);
    const window = known ?? file.slice(at * WINDOW, (at + 1) * WINDOW).arrayBuffer();
    // The one used last is the youngest.
    windows.delete(at);
    windows.set(at, window);
    for (const old of windows.keys()) if (windows.size > WINDOWS) windows.delete(old);
    return window;
  }
  return async (offset, length) => {
    const end = Math.min(offset + length, file.size);
    if (end - offset > WINDOW) {
      return new Uint8Array(await file.slice(offset, end).arrayBuffer());
    }
    const out = new Uint8Array(Math.max(0, end - offset));
    for (let at = offset; at < end;) {
      const index = Math.floor(at / WINDOW);
      const window = new Uint8Array(await windowAt(index));
      const from = at - index * WINDOW;
      const part = window.subarray(from, Math.min(window.length, from + end - at));
      // A file that has become shorter since it was chosen.
      if (part.length === 0) return out.slice(0, at - offset);
      out.set(part, at - offset);
      at += part.length;
    }
    return out;
  };
}

/** Where an entry lies and how it is packed, from the zip's directory. */
export interface ZipEntryPlace {
  readonly filename: string;
  readonly offset: number;
  readonly compressionMethod: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

/** Local file header: its signature, its fixed length, and where the two variable lengths stand (APPNOTE 4.3.7). */
const SIGNATURE = 0x04034b50;
const HEADER_BYTES = 30;
const NAME_LENGTH_AT = 26;
const EXTRA_LENGTH_AT = 28;
const STORED = 0;
const DEFLATED = 8;

function broken({ filename }: ZipEntryPlace, why: string, cause?: unknown): AppError {
  return new AppError("input-invalid", `${filename.slice(0, 200)}: ${why}`, { cause });
}

/** Reads at most what the entry says it holds: a lying header cannot fill the memory. */
async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  entry: ZipEntryPlace,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(entry.uncompressedSize);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (size + value.length > out.length) throw broken(entry, "holds more than its header says");
      out.set(value, size);
      size += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    if (error instanceof AppError) throw error;
    throw broken(entry, "its compressed data are broken", error);
  }
  if (size < out.length) throw broken(entry, "holds less than its header says");
  return out;
}

export function canReadMethod(method: number): boolean {
  return method === STORED || method === DEFLATED;
}

/** The bytes of an entry of a readable method. @throws AppError that names the entry when it is broken. */
export async function readZipEntry(
  read: RangeReader,
  entry: ZipEntryPlace,
): Promise<Uint8Array<ArrayBuffer>> {
  const { compressionMethod, compressedSize, uncompressedSize, offset } = entry;
  const header = await read(offset, HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < HEADER_BYTES || view.getUint32(0, true) !== SIGNATURE) {
    throw broken(entry, "is not where the zip's directory says");
  }
  const names = view.getUint16(NAME_LENGTH_AT, true) + view.getUint16(EXTRA_LENGTH_AT, true);
  const data = await read(offset + HEADER_BYTES + names, compressedSize);
  if (data.length < compressedSize) throw broken(entry, "the zip ends before it does");
  if (compressionMethod === DEFLATED) return await inflate(data, entry);
  if (compressedSize !== uncompressedSize) throw broken(entry, "its two lengths differ");
  return data;
}
