/** Weights of a benchmark model, read from disk tensor by tensor. */
import { open } from "node:fs/promises";
import type { WeightSource } from "@/inference/engines/engine";

interface Entry {
  readonly dtype: "F32" | "F16" | "BF16" | "I8";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export async function openSafetensors(path: string): Promise<WeightSource> {
  const read = async (start: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    const file = await open(path);
    await file.read(bytes, 0, length, start);
    await file.close();
    return bytes;
  };
  const headerBytes = Number(new DataView((await read(0, 8)).buffer).getBigUint64(0, true));
  const text = new TextDecoder().decode(await read(8, headerBytes));
  const entries = new Map(
    Object.entries(JSON.parse(text) as Record<string, Entry>).filter(
      ([key]) => key !== "__metadata__",
    ),
  );
  const find = (name: string): Entry => {
    const entry = entries.get(name);
    if (entry === undefined) throw new Error(`${path}: no tensor ${name}`);
    return entry;
  };
  return {
    names: [...entries.keys()],
    describe: find,
    bytes: async (name) => {
      const [start, end] = find(name).data_offsets;
      return await read(8 + headerBytes + start, end - start);
    },
  };
}
