/**
 * Matrices of a safetensors file.
 *
 * Layout: header length (uint64, little-endian), a JSON object name → { dtype, shape, data_offsets }, then
 * the values. Source: the format's README, huggingface/safetensors.
 */
import { z } from "zod";
import { AppError, messageOf } from "@/shared/lib/errors";
import { widenHalves } from "./npy";

const MAX_HEADER = 10_000_000;

const headerSchema = z.record(
  z.string(),
  z.object({
    dtype: z.string(),
    shape: z.array(z.int().nonnegative()),
    data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  }),
);

function fail(problem: string, cause?: unknown): never {
  throw new AppError(
    "input-invalid",
    `safetensors: ${problem}; expected F32 or F16 tensors [rows, dimension], one for imported vectors.`,
    cause === undefined ? {} : { cause },
  );
}

function readHeader(bytes: Uint8Array): { header: z.infer<typeof headerSchema>; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? -1 : Number(view.getBigUint64(0, true));
  if (length < 2 || length > MAX_HEADER || 8 + length > bytes.length) {
    return fail("the header is cut off");
  }
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    const { __metadata__: _ignored, ...tensors } = z.record(z.string(), z.unknown()).parse(parsed);
    return { header: headerSchema.parse(tensors), start: 8 + length };
  } catch (error) {
    return fail(`the header is damaged (${messageOf(error).slice(0, 200)})`, error);
  }
}

export interface Matrix {
  readonly rows: number;
  readonly dimension: number;
  /** [rows × dimension]. */
  readonly data: Float32Array;
}

type Tensor = z.infer<typeof headerSchema>[string];

/** @throws {AppError} input-invalid: another element type, or fewer bytes than the shape needs. */
function readMatrix(bytes: Uint8Array, start: number, tensor: Tensor): Matrix {
  const { dtype, shape, data_offsets: offsets } = tensor;
  if (dtype !== "F32" && dtype !== "F16") return fail(`the element type is ${dtype}`);
  const [rows = 0, dimension = 0] = shape;
  const [from, to] = offsets;
  const needed = rows * dimension * (dtype === "F32" ? 4 : 2);
  if (to - from !== needed || start + to > bytes.length) {
    return fail(`[${shape.join(", ")}] needs ${needed} bytes, found ${to - from}`);
  }
  const values = Uint8Array.from(bytes.subarray(start + from, start + to)).buffer;
  return {
    rows,
    dimension,
    data: dtype === "F32" ? new Float32Array(values) : widenHalves(values),
  };
}

/**
 * Reads the matrix: the only tensor of rank 2.
 *
 * @param bytes - the whole file.
 * @throws {AppError} input-invalid: damaged, none or several matrices, or another element type.
 */
export function readSafetensorsMatrix(bytes: Uint8Array): Matrix {
  const { header, start } = readHeader(bytes);
  const found = Object.values(header).filter(({ shape }) => shape.length === 2);
  const [tensor] = found;
  if (tensor === undefined || found.length > 1) return fail(`${found.length} matrices`);
  return readMatrix(bytes, start, tensor);
}

/**
 * Reads every matrix by its name; tensors of another rank are left out.
 *
 * @param bytes - the whole file.
 * @throws {AppError} input-invalid: damaged, or another element type.
 */
export function readSafetensorsMatrices(bytes: Uint8Array): ReadonlyMap<string, Matrix> {
  const { header, start } = readHeader(bytes);
  return new Map(
    Object.entries(header)
      .filter(([, { shape }]) => shape.length === 2)
      .map(([name, tensor]) => [name, readMatrix(bytes, start, tensor)]),
  );
}
