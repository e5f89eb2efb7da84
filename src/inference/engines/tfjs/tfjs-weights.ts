import * as tf from "@tensorflow/tfjs-core";
import { AppError } from "@/shared/lib/errors";
import { embedding } from "../../ops/embedding";
import type { Matrix, Shape } from "../../ops/ops";
import { formatShape, sizeOf } from "../../ops/shapes";
import type { WeightSource, Weights } from "../engine";
import type { TfjsDevice } from "./tfjs-device";
import {
  packedRowWords,
  packRows,
  STORED_BYTES,
  toFloat32,
  type StoredDType,
} from "./weight-values";

const PACKED_STORAGE = { F16: "float16", BF16: "bfloat16", I8: "int8" } as const;
const SCALE_SUFFIX = ".scale";

interface DenseWeight {
  readonly kind: "dense";
  readonly tensor: tf.Tensor;
}
interface PackedWeight {
  readonly kind: "packed";
  readonly matrix: Matrix<tf.Tensor>;
  readonly shape: Shape;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** The weights of one model on one device, uploaded once. */
export class TfjsWeights implements Weights<tf.Tensor> {
  private readonly stored = new Map<string, DenseWeight | PackedWeight>();
  private readonly derived = new Map<string, tf.Tensor | Matrix<tf.Tensor>>();
  private readonly device: TfjsDevice;

  private constructor(device: TfjsDevice) {
    this.device = device;
  }

  /**
   * Reads every tensor of `source` and uploads it: matrices (two axes or more) in F16, BF16 and I8 stay
   * packed where the device reads them so, everything else becomes float32.
   *
   * @throws AppError `weights-mismatch`, `out-of-memory`, `device-lost`; the signal's reason.
   */
  static async load(
    device: TfjsDevice,
    source: WeightSource,
    options: LoadOptions = {},
  ): Promise<TfjsWeights> {
    const weights = new TfjsWeights(device);
    const names = new Set(source.names);
    const own = source.names.filter((name) => !isRowScale(name, names, source));
    const totalBytes = own.reduce((sum, name) => sum + storedSize(source, name), 0);
    let doneBytes = 0;
    try {
      for (const name of own) {
        options.signal?.throwIfAborted();
        device.assertUsable();
        await weights.add(source, name);
        doneBytes += storedSize(source, name);
        options.onProgress?.(doneBytes, totalBytes);
      }
    } catch (error) {
      weights.dispose();
      throw error;
    }
    return weights;
  }

  has(name: string): boolean {
    return this.stored.has(name);
  }

  tensor(name: string): tf.Tensor {
    const weight = this.find(name);
    if (weight.kind === "dense") return weight.tensor;
    return this.derive(`tensor ${name}`, () => {
      // Outlives the tidy of the run that asks first.
      const { matrix, shape } = weight;
      const ids = tf.range(0, matrix.rows, 1, "int32");
      return tf.keep(tf.reshape(embedding(matrix, ids), [...shape]));
    });
  }

  matrix(name: string): Matrix<tf.Tensor> {
    const weight = this.find(name);
    if (weight.kind === "packed") return weight.matrix;
    return this.derive(`matrix ${name}`, () => {
      const [rows, columns] = matrixSize(name, weight.tensor.shape);
      const values = tf.keep(tf.reshape(weight.tensor, [rows, columns]));
      return { rows, columns, parts: [values], storage: "float32" } as const;
    });
  }

  /** Runs a dry run, which computes nothing, and forgets the tensors that it derived from weights. */
  rehearse(dryRun: () => void): void {
    const known = new Set(this.derived.keys());
    try {
      dryRun();
    } finally {
      for (const [key, value] of this.derived) {
        if (known.has(key)) continue;
        disposeDerived(value);
        this.derived.delete(key);
      }
    }
  }

  dispose(): void {
    for (const value of this.derived.values()) disposeDerived(value);
    for (const weight of this.stored.values()) {
      const tensors = weight.kind === "dense" ? [weight.tensor] : weight.matrix.parts;
      for (const tensor of tensors) this.device.release(tensor);
    }
    this.derived.clear();
    this.stored.clear();
  }

  private find(name: string): DenseWeight | PackedWeight {
    const weight = this.stored.get(name);
    if (weight !== undefined) return weight;
    throw new AppError(
      "weights-mismatch",
      `The model asks for the weight "${name}", which its file does not hold.`,
      { details: { missing: [name] } },
    );
  }

  private derive<V extends tf.Tensor | Matrix<tf.Tensor>>(key: string, make: () => V): V {
    const known = this.derived.get(key);
    if (known !== undefined) return known as V;
    const made = tf.tidy(make as () => tf.TensorContainer) as V;
    this.derived.set(key, made);
    return made;
  }

  private async add(source: WeightSource, name: string): Promise<void> {
    const { dtype, shape } = source.describe(name);
    const bytes = await source.bytes(name);
    if (bytes.byteLength !== storedSize(source, name)) {
      throw new AppError(
        "weights-mismatch",
        `Weight "${name}" ${dtype} ${formatShape(shape)} needs ${storedSize(source, name)} bytes, got ${bytes.byteLength}.`,
      );
    }
    const rowScale = dtype === "I8" ? await readRowScale(source, name, shape) : undefined;
    await this.device.guard(async () => {
      this.device.activate();
      const isPacked = this.device.readsPacked && dtype !== "F32" && shape.length >= 2;
      if (isPacked) this.addPacked(name, dtype, shape, bytes, rowScale);
      else this.addDense(name, shape, toFloat32(dtype, bytes, rowScale));
    });
  }

  private addDense(name: string, shape: Shape, values: Float32Array): void {
    this.stored.set(name, { kind: "dense", tensor: this.device.upload(values, shape) });
  }

  private addPacked(
    name: string,
    dtype: Exclude<StoredDType, "F32">,
    shape: Shape,
    bytes: Uint8Array,
    rowScale: Float32Array | undefined,
  ): void {
    const [rows, columns] = matrixSize(name, shape);
    const words = packRows(dtype, bytes, rows, columns);
    const parts = [this.device.upload(words, [rows, packedRowWords(dtype, columns)])];
    if (rowScale !== undefined) parts.push(this.device.upload(rowScale, [rows]));
    const matrix = { rows, columns, parts, storage: PACKED_STORAGE[dtype] };
    this.stored.set(name, { kind: "packed", matrix, shape });
  }
}

function disposeDerived(value: tf.Tensor | Matrix<tf.Tensor>): void {
  for (const tensor of value instanceof tf.Tensor ? [value] : value.parts) tensor.dispose();
}

/** A weight seen as a matrix: the first axis against all others. */
function matrixSize(name: string, shape: Shape): [rows: number, columns: number] {
  const [rows, ...rest] = shape;
  if (rows === undefined || rest.length === 0) {
    throw new AppError(
      "shape-mismatch",
      `Weight "${name}" ${formatShape(shape)} cannot be read as a matrix; it needs two axes or more.`,
    );
  }
  return [rows, sizeOf(rest)];
}

function storedSize(source: WeightSource, name: string): number {
  const { dtype, shape } = source.describe(name);
  return sizeOf(shape) * STORED_BYTES[dtype];
}

function isRowScale(name: string, names: ReadonlySet<string>, source: WeightSource): boolean {
  if (!name.endsWith(SCALE_SUFFIX)) return false;
  const base = name.slice(0, -SCALE_SUFFIX.length);
  return names.has(base) && source.describe(base).dtype === "I8";
}

async function readRowScale(
  source: WeightSource,
  name: string,
  shape: Shape,
): Promise<Float32Array> {
  const scaleName = `${name}${SCALE_SUFFIX}`;
  if (!source.names.includes(scaleName)) {
    throw new AppError(
      "weights-mismatch",
      `Weight "${name}" is I8 but "${scaleName}" is missing.`,
      {
        details: { missing: [scaleName] },
      },
    );
  }
  const { dtype } = source.describe(scaleName);
  const scale = toFloat32("F32", await source.bytes(scaleName));
  if (dtype === "F32" && scale.length === (shape[0] ?? 0)) return scale;
  throw new AppError(
    "weights-mismatch",
    `"${scaleName}" must be F32 with ${shape[0] ?? 0} entries, got ${dtype} with ${scale.length}.`,
  );
}
