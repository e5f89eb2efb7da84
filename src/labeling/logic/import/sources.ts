import { AppError } from "@/shared/lib/errors";
import { createTurns } from "@/shared/lib/turn";
import { IMPORT_LIMITS, safePath, type ImportIssue } from "./limits";
import { canReadMethod, createRangeReader, readZipEntry } from "./zip-entries";

/** A file of an import, wherever it comes from: a folder, a drop, a zip. */
export interface SourceFile {
  /** Safe relative path. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly blob: () => Promise<Blob>;
  /** The first `most` bytes, or all of them. */
  readonly bytes: (most?: number) => Promise<Uint8Array<ArrayBuffer>>;
}

/** A source file whose content is a blob. */
export function sourceOfBlob(
  path: string,
  sizeBytes: number,
  blob: () => Promise<Blob>,
): SourceFile {
  const bytes = async (most?: number) =>
    new Uint8Array(await (await blob()).slice(0, most).arrayBuffer());
  return { path, sizeBytes, blob, bytes };
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
      out.push(sourceOfBlob(path, file.size, () => Promise.resolve(file)));
    }
  }
  return { files: out, issues, close: () => Promise.resolve() };
}

function entryProblem(entry: {
  readonly uncompressedSize: number;
  readonly compressedSize: number;
  readonly encrypted: boolean;
  readonly compressionMethod: number;
}): string | undefined {
  if (entry.encrypted) return "is encrypted";
  if (!canReadMethod(entry.compressionMethod)) {
    return `is packed by method ${entry.compressionMethod}; only stored and deflated files are read`;
  }
  if (entry.uncompressedSize > IMPORT_LIMITS.wholeFileBytes) return "is too large";
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize);
  if (entry.uncompressedSize > 1_000_000 && ratio > IMPORT_LIMITS.zipRatio) {
    return `expands ${Math.round(ratio)} times, as a zip bomb does`;
  }
  return undefined;
}

/** Entries of a zip, read when asked for. @throws AppError when it is not a zip, or too large. */
export async function sourcesOfZip(file: Blob, name: string): Promise<SourceSet> {
  const { ZipReader, BlobReader } = await import("@zip.js/zip.js");
  // Names are checked below, one by one: one bad name must not lose the other files.
  const reader = new ZipReader(new BlobReader(file), { filenameValidation: "tolerant" });
  const read = createRangeReader(file);
  const turns = createTurns();
  const files: SourceFile[] = [];
  const issues: ImportIssue[] = [];
  let count = 0;
  let total = 0;
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (++count > IMPORT_LIMITS.zipEntries) {
        throw new AppError("input-invalid", `${name}: more than ${IMPORT_LIMITS.zipEntries} files`);
      }
      const pause = turns();
      if (pause !== undefined) await pause;
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
      const whole = () => readZipEntry(read, entry);
      files.push({
        path,
        sizeBytes: entry.uncompressedSize,
        blob: async () => new Blob([await whole()]),
        bytes: async (most) => (await whole()).subarray(0, most),
      });
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
