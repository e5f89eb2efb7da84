import { createDeflater, type Deflater } from "./deflate";
import type { ExportFile, Piece, Pieces } from "./pieces";

/** Bytes of a file that are gathered before they are compressed. */
const CHUNK = 1 << 18;
/** Most bytes that UTF-8 needs for a unit of a string's length. */
const MOST_BYTES = 3;
/** Method number of deflate in a zip (APPNOTE 4.4.5). */
const DEFLATE = 8;

interface TextFile {
  readonly deflater: Deflater;
  buffer: Uint8Array<ArrayBuffer>;
  filled: number;
}

/** A zip that files are added to piece by piece. */
export interface ZipBuilder {
  readonly add: (pieces: Pieces) => Promise<void>;
  /** The files so far, in the order in which they began. */
  readonly paths: () => string[];
  /** Writes the files in that order. */
  readonly finish: () => Promise<Blob>;
}

/**
 * Text is compressed while it comes and leaves the memory; images are stored as they are, since
 * they do not get smaller.
 */
export function createZip(makeDeflater: () => Deflater = createDeflater): ZipBuilder {
  const files = new Map<string, TextFile | Blob>();
  const encoder = new TextEncoder();

  function flush(file: TextFile, next = CHUNK): Promise<void> {
    const chunk = file.buffer.subarray(0, file.filled);
    file.buffer = new Uint8Array(next);
    file.filled = 0;
    return file.deflater.write(chunk);
  }
  /** Piece by piece: joined first, one Chinese note would make the whole chunk slow to encode. */
  function append(file: TextFile, text: string): Promise<void> | undefined {
    const most = text.length * MOST_BYTES;
    const isFull = file.filled + most > file.buffer.length;
    const room = isFull ? flush(file, Math.max(CHUNK, most)) : undefined;
    file.filled += encoder.encodeInto(text, file.buffer.subarray(file.filled)).written;
    return room;
  }
  function take([path, content]: Piece): Promise<void> | undefined {
    if (typeof content !== "string") {
      files.set(path, content);
      return undefined;
    }
    let file = files.get(path);
    if (file === undefined || file instanceof Blob) {
      file = { deflater: makeDeflater(), buffer: new Uint8Array(CHUNK), filled: 0 };
      files.set(path, file);
    }
    return append(file, content);
  }
  return {
    async add(pieces) {
      if (Symbol.asyncIterator in pieces) {
        for await (const piece of pieces) await take(piece);
        return;
      }
      // Waiting for every line would take longer than writing it.
      for (const piece of pieces) {
        const room = take(piece);
        if (room !== undefined) await room;
      }
    },
    paths: () => [...files.keys()],
    async finish() {
      const { ZipWriter, BlobWriter, BlobReader } = await import("@zip.js/zip.js");
      const writer = new ZipWriter(new BlobWriter("application/zip"), { useWebWorkers: false });
      const texts = [...files.values()].flatMap((file) => (file instanceof Blob ? [] : [file]));
      await Promise.all(texts.map((file) => flush(file)));
      for (const [path, file] of files) {
        if (file instanceof Blob) {
          await writer.add(path, new BlobReader(file), { level: 0 });
        } else {
          const { blob, crc32, size } = await file.deflater.finish();
          const known = { crc32, uncompressedSize: size, compressionMethod: DEFLATE };
          await writer.add(path, new BlobReader(blob), { ...known, passThrough: true });
        }
      }
      return writer.close();
    },
  };
}

/** Zips whole files. */
export async function zipOf(
  files: readonly ExportFile[],
  onProgress?: (done: number, total: number) => void,
): Promise<Blob> {
  const zip = createZip();
  for (const [at, { path, content }] of files.entries()) {
    await zip.add([[path, content]]);
    onProgress?.(at + 1, files.length);
  }
  return zip.finish();
}
