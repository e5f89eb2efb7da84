import { createDeflater, type Deflater } from "./deflate";
import {
  createUtf8Buffer,
  type ExportFile,
  type Piece,
  type Pieces,
  type Utf8Buffer,
} from "./pieces";

/** Bytes of a file that are gathered before they are compressed. */
const CHUNK = 1 << 18;
/** Method number of deflate in a zip (APPNOTE 4.4.5). */
const DEFLATE = 8;

interface TextFile {
  readonly deflater: Deflater;
  readonly text: Utf8Buffer;
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

  function flush({ deflater, text }: TextFile): Promise<void> {
    return deflater.write(text.take());
  }
  /** Bytes as they are; what came before goes first. */
  async function appendBytes(file: TextFile, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (file.text.size() > 0) await flush(file);
    // The deflater may keep it, and a part of a larger buffer would take that buffer along.
    const isWhole = bytes.byteLength === bytes.buffer.byteLength;
    await file.deflater.write(isWhole ? bytes : bytes.slice());
  }
  function take([path, content]: Piece): Promise<void> | undefined {
    if (content instanceof Blob) {
      files.set(path, content);
      return undefined;
    }
    let file = files.get(path);
    if (file === undefined || file instanceof Blob) {
      file = { deflater: makeDeflater(), text: createUtf8Buffer(CHUNK) };
      files.set(path, file);
    }
    if (typeof content !== "string") return appendBytes(file, content);
    file.text.add(content);
    return file.text.size() < CHUNK ? undefined : flush(file);
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
