import { createDeflater, type Deflater } from "./deflate";
import type { ExportFile, Piece, Pieces } from "./pieces";

/** Characters of a file that are gathered before they are compressed. */
const CHUNK = 1 << 17;
/** Method number of deflate in a zip (APPNOTE 4.4.5). */
const DEFLATE = 8;

interface TextFile {
  readonly deflater: Deflater;
  pending: string;
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

  function flush(file: TextFile): Promise<void> {
    const chunk = encoder.encode(file.pending);
    file.pending = "";
    return file.deflater.write(chunk);
  }
  function take([path, content]: Piece): Promise<void> | undefined {
    if (typeof content !== "string") {
      files.set(path, content);
      return undefined;
    }
    let file = files.get(path);
    if (file === undefined || file instanceof Blob) {
      file = { deflater: makeDeflater(), pending: "" };
      files.set(path, file);
    }
    file.pending += content;
    return file.pending.length < CHUNK ? undefined : flush(file);
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
      await Promise.all(texts.map(flush));
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
