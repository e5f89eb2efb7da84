/** Reads the golden files that the Python scripts beside this file write. For tests and benchmarks. */
import type { WeightSource } from "@/inference/engines/engine";
import type { HostTensor, Shape } from "@/inference/ops/ops";

type StoredType = ReturnType<WeightSource["describe"]>["dtype"];

interface Entry {
  readonly dtype: StoredType | "I32";
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

export interface Golden {
  readonly name: string;
  readonly config: unknown;
  readonly weights: WeightSource;
  readonly valueNames: readonly string[];
  value(name: string): HostTensor;
  /** A one-dimensional int32 value as plain numbers. */
  ids(name: string): readonly number[];
  /** How to make the file again, for failure messages. */
  readonly regenerate: string;
}

/** @param read - the bytes of `tools/golden/data/<file>`. */
export async function loadGolden(
  name: string,
  read: (file: string) => Promise<Uint8Array>,
): Promise<Golden> {
  const weights = parse(await read(`${name}.weights.safetensors`));
  const values = parse(await read(`${name}.values.safetensors`));
  const value = (key: string): HostTensor => {
    const entry = values.entries.get(key);
    if (entry === undefined) throw new Error(`golden ${name}: no value ${key}`);
    const { buffer, byteOffset, byteLength } = entry.bytes.slice();
    return entry.dtype === "I32"
      ? { dtype: "int32", shape: entry.shape, data: new Int32Array(buffer, byteOffset, byteLength / 4) }
      : {
          dtype: "float32",
          shape: entry.shape,
          data: new Float32Array(buffer, byteOffset, byteLength / 4),
        };
  };
  return {
    name,
    config: JSON.parse(values.metadata["config"] ?? "null"),
    weights: sourceOf(weights.entries),
    valueNames: [...values.entries.keys()],
    value,
    ids: (key) => [...value(key).data],
    regenerate: values.metadata["regenerate"] ?? "see tools/golden",
  };
}

function sourceOf(entries: ReadonlyMap<string, Entry>): WeightSource {
  const find = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`golden weights: no tensor ${name}`);
    return entry;
  };
  return {
    names: [...entries.keys()],
    describe: (name) => {
      const { dtype, shape } = find(name);
      if (dtype === "I32") throw new Error(`golden weights: ${name} is int32`);
      return { dtype, shape };
    },
    bytes: (name) => Promise.resolve(find(name).bytes.slice()),
  };
}

interface Header {
  readonly [name: string]: {
    readonly dtype: Entry["dtype"];
    readonly shape: Shape;
    readonly data_offsets: readonly [number, number];
  };
}

/** Our own files only: no validation, unlike the reader in inference/assets. */
function parse(file: Uint8Array): {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const text = new TextDecoder().decode(file.subarray(8, 8 + headerBytes));
  const { __metadata__: metadata, ...tensors } = JSON.parse(text) as Header & {
    readonly __metadata__: Readonly<Record<string, string>>;
  };
  const entries = new Map<string, Entry>();
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(tensors as Header)) {
    const bytes = file.subarray(8 + headerBytes + offsets[0], 8 + headerBytes + offsets[1]);
    entries.set(name, { dtype, shape, bytes });
  }
  return { entries, metadata };
}
