import { AppError } from "@/shared/lib/errors";

/** Bytes per element of every type the format knows. */
const DTYPE_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

/** The format's own limit; a larger length is a damaged or hostile file. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_RANK = 8;

export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range [begin, end) in the file. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

function fail(file: string, problem: string, details: Record<string, string | number> = {}): never {
  throw new AppError(
    "asset-integrity",
    `${file}: ${problem}. The file is damaged or not a safetensors file; download it again.`,
    { details: { file, ...details } },
  );
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseEntry(file: string, name: string, value: unknown, dataStart: number): TensorEntry {
  if (!isRecord(value)) return fail(file, `tensor "${name}" has no description`);
  const { dtype, shape, data_offsets: offsets } = value;
  const elementBytes =
    typeof dtype === "string" && Object.hasOwn(DTYPE_BYTES, dtype) ? DTYPE_BYTES[dtype] : undefined;
  if (elementBytes === undefined) {
    return fail(file, `tensor "${name}" has the unknown type ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize)) {
    return fail(file, `tensor "${name}" has the impossible shape ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return fail(file, `tensor "${name}" has the impossible offsets ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = (shape as number[]).reduce((product, side) => product * side, elementBytes);
  if (end - begin !== expected) {
    return fail(
      file,
      `tensor "${name}" (${String(dtype)} [${shape.join(", ")}]) needs ${expected} bytes but spans ${end - begin}`,
    );
  }
  return { dtype: dtype as string, shape, begin: dataStart + begin, end: dataStart + end };
}

/** The tensors must fill the data section without gap or overlap, as the format demands. */
function checkCoverage(
  file: string,
  tensors: ReadonlyMap<string, TensorEntry>,
  dataStart: number,
  fileBytes: number,
): void {
  let position = dataStart;
  for (const [name, entry] of [...tensors].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    if (entry.begin !== position) {
      fail(file, `tensor "${name}" starts at byte ${entry.begin}, expected ${position}`);
    }
    position = entry.end;
  }
  if (position !== fileBytes) {
    fail(file, `the tensors end at byte ${position} but the file has ${fileBytes} bytes`);
  }
}

function parseJson(file: string, bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return fail(file, "the header is not valid JSON");
  }
  return isRecord(json) ? json : fail(file, "the header is not a JSON object");
}

/** Length of the JSON header, from the file's first 8 bytes (little-endian). */
export function readHeaderLength(file: string, start: Uint8Array, fileBytes: number): number {
  if (start.length < 8) return fail(file, `the file has only ${start.length} bytes`);
  const view = new DataView(start.buffer, start.byteOffset, 8);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length + 8 > fileBytes) {
    return fail(file, `the header claims ${length} bytes of ${fileBytes}`, { length, fileBytes });
  }
  return length;
}

/**
 * Reads the header of a safetensors file: 8 bytes of length, JSON, then the tensors' bytes.
 *
 * Checks: length limit, types, shapes, byte counts (type × shape), offsets in bounds, contiguous and
 * covering the whole file.
 *
 * @param file - name for messages.
 * @param json - the header's JSON bytes, without the length.
 * @param fileBytes - size of the whole file.
 * @throws AppError `asset-integrity` saying what is wrong and where.
 */
export function parseSafetensorsHeader(
  file: string,
  json: Uint8Array,
  fileBytes: number,
): SafetensorsHeader {
  const dataStart = 8 + json.length;
  const { __metadata__: metadata = {}, ...entries } = parseJson(file, json);
  if (!isRecord(metadata) || !Object.values(metadata).every((v) => typeof v === "string")) {
    return fail(file, "__metadata__ is not a map of texts");
  }
  const tensors = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(entries)) {
    tensors.set(name, parseEntry(file, name, value, dataStart));
  }
  checkCoverage(file, tensors, dataStart, fileBytes);
  return { tensors, metadata: metadata as Record<string, string> };
}

/** Reads the header of a file on disk or in memory; only the header's bytes are read. */
export async function loadSafetensorsHeader(name: string, file: Blob): Promise<SafetensorsHeader> {
  const read = async (from: number, to: number): Promise<Uint8Array> =>
    new Uint8Array(await file.slice(from, to).arrayBuffer());
  const length = readHeaderLength(name, await read(0, 8), file.size);
  return parseSafetensorsHeader(name, await read(8, 8 + length), file.size);
}
