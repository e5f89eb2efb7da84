import { AppError } from "@/shared/lib/errors";
import { IMPORT_LIMITS, safePath, type ImportIssue } from "./limits";

/** A file of an import, wherever it comes from: a folder, a drop, a zip. */
export interface SourceFile {
  /** Safe relative path. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly blob: () => Promise<Blob>;
}

export interface SourceSet {
  readonly files: readonly SourceFile[];
  readonly issues: readonly ImportIssue[];
  readonly close: () => Promise<void>;
}

const IMAGE_NAME = /\.(png|jpe?g|webp|gif|avif)$/iu;
const TABLE_NAME = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)$/iu;

export function isImagePath(path: string): boolean {
  return IMAGE_NAME.test(path);
}

export function isTablePath(path: string): boolean {
  return TABLE_NAME.test(path) && !/(^|\/)(\.|__MACOSX)/u.test(path);
}

/** Files chosen or dropped; a file without a usable path becomes an issue. */
export function sourcesOfFiles(files: readonly File[]): SourceSet {
  const issues: ImportIssue[] = [];
  const out: SourceFile[] = [];
  for (const file of files) {
    const path = safePath(file.webkitRelativePath || file.name);
    if (path === undefined) {
      issues.push({ source: file.name, reason: "the path leaves its folder" });
    } else {
      out.push({ path, sizeBytes: file.size, blob: () => Promise.resolve(file) });
    }
  }
  return { files: out, issues, close: () => Promise.resolve() };
}

function entryProblem(entry: {
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly encrypted: boolean;
}): string | undefined {
  if (entry.encrypted) return "is encrypted";
  if (entry.uncompressedSize > IMPORT_LIMITS.wholeFileBytes) return "is too large";
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
  if (entry.uncompressedSize > 1_000_000 && ratio > IMPORT_LIMITS.zipRatio) {
    return `expands ${Math.round(ratio)} times, as a zip bomb does`;
  }
  return undefined;
}

/** Reads at most what the entry says it holds: a lying header cannot fill the memory. */
async function readEntry(
  getStream: (writable: WritableStream<Uint8Array>) => Promise<unknown>,
  limit: number,
  name: string,
): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      size += chunk.byteLength;
      if (size > limit) {
        throw new AppError("input-invalid", `${name}: holds more than its header says`);
      }
      parts.push(chunk.slice());
    },
  });
  await getStream(writable);
  return new Blob(parts);
}

/** Entries of a zip, read when asked for. @throws AppError when it is not a zip, or too large. */
export async function sourcesOfZip(file: Blob, name: string): Promise<SourceSet> {
  const { ZipReader, BlobReader } = await import("@zip.js/zip.js");
  // Names are checked below, one by one: one bad name must not lose the other files.
  const reader = new ZipReader(new BlobReader(file), { filenameValidation: "tolerant" });
  const files: SourceFile[] = [];
  const issues: ImportIssue[] = [];
  let count = 0;
  let total = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (++count > IMPORT_LIMITS.zipEntries) {
        throw new AppError("input-invalid", `${name}: more than ${IMPORT_LIMITS.zipEntries} files`);
      }
      if (entry.directory) continue;
      const path = safePath(entry.filename);
      const reason = path === undefined ? "the path leaves its folder" : entryProblem(entry);
      if (path === undefined || reason !== undefined) {
        issues.push({ source: `${name}: ${entry.filename.slice(0, 200)}`, reason: reason ?? "" });
        continue;
      }
      total += entry.uncompressedSize;
      if (total > IMPORT_LIMITS.zipTotalBytes) {
        throw new AppError("input-invalid", `${name}: expands beyond the limit of 40 GB`);
      }
      const { uncompressedSize } = entry;
      const blob = () =>
        readEntry((writable) => entry.getData(writable), uncompressedSize, entry.filename);
      files.push({ path, sizeBytes: uncompressedSize, blob });
    }
  } catch (error) {
    await reader.close().catch(() => undefined);
    if (error instanceof AppError) throw error;
    throw new AppError("input-invalid", `${name}: is not a zip file that can be read`, {
      cause: error,
    });
  }
  return { files, issues, close: () => reader.close() };
}

/** Finds an image by the path a table gives: the whole path, else a unique end of it. */
export function createFileIndex(
  files: readonly SourceFile[],
): (path: string) => SourceFile | undefined {
  const byEnd = new Map<string, SourceFile | null>();
  for (const file of files) {
    const parts = file.path.split("/");
    for (let at = parts.length - 1; at >= 0; at--) {
      const end = parts.slice(at).join("/");
      const isTaken = byEnd.has(end) && byEnd.get(end) !== file;
      // Two files with the same end: neither is meant unless the path says more.
      byEnd.set(end, isTaken ? null : file);
    }
  }
  const exact = new Map(files.map((file) => [file.path, file]));
  return (path) => {
    const safe = safePath(path);
    if (safe === undefined) return undefined;
    const found = exact.get(safe) ?? byEnd.get(safe);
    if (found !== undefined) return found ?? undefined;
    return byEnd.get(safe.split("/").at(-1)!) ?? undefined;
  };
}
