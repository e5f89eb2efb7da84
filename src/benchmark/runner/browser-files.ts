import { nameInAddress, safePath } from "@/domain/benchmark/rows";
import { AppError } from "@/shared/lib/errors";
import type { Pixels } from "../logic/baseline-encoder";
import type { DataFiles } from "../logic/read-data-set";
import { fetchImage } from "./fetch-image";

const DEMO = "/data/demo/";

/** The demo catalogue as the site serves it; the service worker keeps it for offline use. */
export function createDemoFiles(): DataFiles {
  return {
    paths: ["catalogue.jsonl", "queries.jsonl"],
    async open(path) {
      let response: Response;
      try {
        response = await fetch(`${DEMO}${path}`);
      } catch (error) {
        throw new AppError(
          "asset-fetch",
          `${DEMO}${path} cannot be reached; connect once to load the demo catalogue.`,
          { cause: error },
        );
      }
      return response.ok ? await response.blob() : undefined;
    },
  };
}

/** A picture is hashed, encoded and shown within a short time. */
const REMEMBERED = 64;

function createFetcher(): (address: string) => Promise<Blob> {
  const recent = new Map<string, Promise<Blob>>();
  return (address) => {
    const known = recent.get(address) ?? fetchImage(address);
    recent.delete(address);
    recent.set(address, known);
    known.catch(() => recent.delete(address));
    if (recent.size > REMEMBERED) recent.delete(recent.keys().next().value!);
    return known;
  };
}

/** Files by their path, and by every end of it that only one file has. */
function indexFiles(entries: ReadonlyMap<string, () => Promise<Blob>>): DataFiles {
  const fetchOnce = createFetcher();
  const byEnd = new Map<string, string | null>();
  for (const path of entries.keys()) {
    const parts = path.split("/");
    for (let at = 1; at < parts.length; at++) {
      const end = parts.slice(at).join("/");
      byEnd.set(end, byEnd.has(end) ? null : path);
    }
  }
  const names = [...entries.keys()];
  // A dropped folder puts its own name before every path.
  const [root] = (names[0] ?? "").split("/");
  const isWrapped = names.every((name) => name.startsWith(`${root}/`));
  return {
    paths: isWrapped ? names.map((name) => name.slice(root!.length + 1)) : names,
    async open(path) {
      const exact = entries.get(path) ?? entries.get(`${root}/${path}`);
      const name = nameInAddress(path);
      const found = exact ?? entries.get(byEnd.get(name ?? path) ?? name ?? "");
      if (found !== undefined) return await found();
      return name === undefined ? undefined : await fetchOnce(path);
    },
  };
}

const MAX_ENTRIES = 500_000;
const MAX_ENTRY_BYTES = 500_000_000;
const MAX_RATIO = 200;

async function addZip(file: File, out: Map<string, () => Promise<Blob>>): Promise<void> {
  const { BlobReader, BlobWriter, ZipReader } = await import("@zip.js/zip.js");
  const reader = new ZipReader(new BlobReader(file));
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      const path = safePath(entry.filename);
      const { uncompressedSize, compressedSize } = entry;
      const isBomb =
        uncompressedSize > 1_000_000 && uncompressedSize > MAX_RATIO * Math.max(1, compressedSize);
      if (path === undefined || entry.encrypted || isBomb || uncompressedSize > MAX_ENTRY_BYTES) {
        continue;
      }
      if (out.size >= MAX_ENTRIES) throw new Error(`more than ${MAX_ENTRIES} files`);
      out.set(path, () => entry.getData(new BlobWriter()));
    }
  } catch (error) {
    throw new AppError(
      "input-invalid",
      `${file.name} cannot be read as a zip file; save it again without encryption.`,
      { cause: error },
    );
  }
}

/** A chosen file under its path; without the file where only its name matters. */
export interface NamedFile {
  readonly path: string;
  readonly file?: File;
}

/** Chosen or dropped files with the paths that they have in their folder, as far as those are safe. */
export function nameFiles(files: readonly File[]): (NamedFile & { readonly file: File })[] {
  return files.flatMap((file) => {
    const path = safePath(file.webkitRelativePath || file.name);
    return path === undefined ? [] : [{ path, file }];
  });
}

/** Files and zips as one data set. */
export async function openFiles(files: readonly NamedFile[]): Promise<DataFiles> {
  const entries = new Map<string, () => Promise<Blob>>();
  for (const { path, file } of files) {
    if (file !== undefined && /\.zip$/iu.test(path)) await addZip(file, entries);
    else entries.set(path, () => (file === undefined ? missing(path) : Promise.resolve(file)));
  }
  return indexFiles(entries);
}

function missing(path: string): Promise<never> {
  return Promise.reject(new AppError("input-decode", `${path} is missing`));
}

/** Adds images of free queries to a data set. */
export function withExtraFiles(files: DataFiles, extra: ReadonlyMap<string, Blob>): DataFiles {
  return { paths: files.paths, open: async (path) => extra.get(path) ?? (await files.open(path)) };
}

/** @throws {AppError} input-decode when the data set has no such file, or what fetching it reports. */
export async function openImage(files: DataFiles, image: string): Promise<Blob> {
  return (await files.open(image)) ?? (await missing(image));
}

/** Pixels as stored: no colour management, opacity apart. */
export async function readPixels(files: DataFiles, image: string): Promise<Pixels> {
  const blob = await openImage(files, image);
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new AppError("unsupported", "this browser has no 2D canvas");
    context.drawImage(bitmap, 0, 0);
    return { data: context.getImageData(0, 0, bitmap.width, bitmap.height).data, channels: 4 };
  } finally {
    bitmap.close();
  }
}
