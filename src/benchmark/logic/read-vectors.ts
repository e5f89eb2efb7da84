import { readNpy } from "@/domain/npy";
import { readSafetensorsMatrix, type Matrix } from "@/domain/safetensors-table";
import { AppError, messageOf } from "@/shared/lib/errors";
import { readTable } from "./read-table";

/** Vectors made elsewhere: by key where the file names them, else in the order of the item list. */
export interface VectorFile extends Matrix {
  readonly keys?: readonly string[];
}

export const VECTOR_FILES = ".npy,.npz,.parquet,.safetensors";

function fail(name: string, problem: string, cause?: unknown): never {
  throw new AppError("input-invalid", `${name}: ${problem}`, cause === undefined ? {} : { cause });
}

function fromNpy(bytes: Uint8Array, name: string): Matrix {
  const { shape, data, dtype } = readNpy(bytes);
  const [rows = 0, dimension = 0] = shape;
  if (shape.length !== 2 || dtype !== "float32") {
    return fail(
      name,
      `expected a float array [rows, dimension], got ${dtype} (${shape.join(", ")})`,
    );
  }
  return { rows, dimension, data: data as Float32Array };
}

/** More is refused before anything is unpacked. */
const MAX_BYTES = 4_000_000_000;

async function fromNpz(blob: Blob, name: string): Promise<Matrix> {
  const { BlobReader, Uint8ArrayWriter, ZipReader } = await import("@zip.js/zip.js");
  let bytes: Uint8Array | undefined;
  try {
    const entries = (await new ZipReader(new BlobReader(blob)).getEntries()).filter(
      (entry) => !entry.directory && entry.filename.endsWith(".npy"),
    );
    const found = entries.find(({ filename }) => filename === "vectors.npy") ?? entries[0];
    if (found === undefined || found.directory) throw new Error("it holds no array");
    if (entries.length > 1 && found.filename !== "vectors.npy") {
      throw new Error(`it holds ${entries.length} arrays and none is named "vectors"`);
    }
    if (found.uncompressedSize > MAX_BYTES) throw new Error("the array is too large");
    bytes = await found.getData(new Uint8ArrayWriter());
  } catch (error) {
    return fail(name, `cannot be read as .npz (${messageOf(error)})`, error);
  }
  return fromNpy(bytes, name);
}

const KEY_COLUMNS = ["key", "id"] as const;
const VECTOR_COLUMNS = ["vector", "embedding", "values"] as const;

async function fromParquet(blob: Blob, name: string): Promise<VectorFile> {
  const rows = await readTable(blob, name);
  const keys: string[] = [];
  let data = new Float32Array(0);
  let dimension = 0;
  for (const [i, result] of rows.entries()) {
    if ("issue" in result) return fail(name, `row ${result.row} ${result.issue}`);
    const { value } = result;
    const key = KEY_COLUMNS.map((column) => value[column]).find((cell) => cell !== undefined);
    const cell = VECTOR_COLUMNS.map((column) => value[column]).find((list) => list !== undefined);
    const isList = Array.isArray(cell) || ArrayBuffer.isView(cell);
    const list = isList ? Array.from(cell as ArrayLike<unknown>, Number) : [];
    if (i === 0) {
      dimension = list.length;
      data = new Float32Array(rows.length * dimension);
    }
    if (list.length === 0 || list.length !== dimension) {
      return fail(
        name,
        `row ${result.row} has ${list.length} values in its column ${VECTOR_COLUMNS.join(" or ")}, expected ${dimension || "some"}`,
      );
    }
    data.set(list, i * dimension);
    if (typeof key === "string") keys.push(key);
  }
  const matrix = { rows: rows.length, dimension, data };
  return keys.length === rows.length ? { ...matrix, keys } : matrix;
}

/**
 * Reads .npy, .npz (one array, or the one named `vectors`), safetensors (one matrix) and Parquet (a list
 * column `vector`, and optionally `key`).
 *
 * @throws {AppError} input-invalid with the file's name and what was expected.
 */
export async function readVectors(blob: Blob, name: string): Promise<VectorFile> {
  const extension = /\.([a-z]+)$/iu.exec(name)?.[1]?.toLowerCase();
  if (extension === "npz") return await fromNpz(blob, name);
  if (extension === "parquet") return await fromParquet(blob, name);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return extension === "safetensors" ? readSafetensorsMatrix(bytes) : fromNpy(bytes, name);
}
