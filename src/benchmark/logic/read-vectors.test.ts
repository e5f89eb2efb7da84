import { Uint8ArrayWriter, Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { writeNpy } from "@/domain/npy";
import { AppError } from "@/shared/lib/errors";
import { createRng, randomInt } from "@/shared/lib/rng";
import { readTable } from "./read-table";
import { readVectors } from "./read-vectors";

const DATA = Float32Array.from([1, 2, 3, 4, 5, 6]);
const npy = writeNpy({ dtype: "float32", shape: [2, 3], data: DATA });

function safetensors(dtype: "F32" | "F16", values: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(
    JSON.stringify({ vectors: { dtype, shape: [2, 3], data_offsets: [0, values.length] } }),
  );
  const out = new Uint8Array(8 + header.length + values.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  out.set(values, 8 + header.length);
  return out;
}

async function npz(level: number): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { level });
  await writer.add("vectors.npy", new Uint8ArrayReader(npy));
  return Uint8Array.from(await writer.close());
}

function parquet(): ArrayBuffer {
  return parquetWriteBuffer({
    columnData: [
      { name: "key", data: ["candidate:t:a", "candidate:t:b"], type: "STRING" },
      {
        name: "vector",
        data: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        type: "JSON",
      },
    ],
  });
}

// 1 to 6 as IEEE binary16.
const HALVES = new Uint8Array(Uint16Array.from([15360, 16384, 16896, 17408, 17664, 17920]).buffer);

const FORMATS: readonly (readonly [string, () => Promise<BlobPart> | BlobPart])[] = [
  ["v.npy", () => npy],
  ["stored.npz", () => npz(0)],
  ["deflated.npz", () => npz(6)],
  ["v.safetensors", () => safetensors("F32", new Uint8Array(DATA.buffer))],
  ["half.safetensors", () => safetensors("F16", HALVES)],
  ["v.parquet", parquet],
];

describe("readVectors", () => {
  it.each(FORMATS)("reads %s", async (name, make) => {
    const file = await readVectors(new Blob([await make()]), name);
    expect([file.rows, file.dimension]).toEqual([2, 3]);
    expect([...file.data]).toEqual([...DATA]);
    const keys = name === "v.parquet" ? ["candidate:t:a", "candidate:t:b"] : undefined;
    expect(file.keys).toEqual(keys);
  });

  it("names the file and what it expected", async () => {
    const flat = writeNpy({ dtype: "float32", shape: [6], data: DATA });
    await expect(readVectors(new Blob([flat]), "flat.npy")).rejects.toThrow(
      "flat.npy: expected a float array [rows, dimension], got float32 (6)",
    );
  });
});

/** Mutated files per format; PERIGEE_FUZZ=10000 is the full count. */
const COUNT = Number(process.env["PERIGEE_FUZZ"] ?? 150);

function mutate(bytes: Uint8Array, random: () => number): Uint8Array<ArrayBuffer> {
  let out = Uint8Array.from(bytes);
  for (let n = 1 + randomInt(random, 4); n > 0 && out.length > 0; n--) {
    const at = randomInt(random, out.length);
    const kind = randomInt(random, 4);
    if (kind === 0) out[at] = randomInt(random, 256);
    else if (kind === 1) out[at]! ^= 1 << randomInt(random, 8);
    else if (kind === 2) out = out.slice(0, at);
    else out.copyWithin(at, randomInt(random, out.length), randomInt(random, out.length));
  }
  return out;
}

const encode = (text: string) => new TextEncoder().encode(text);
const TABLES: readonly (readonly [string, () => Uint8Array])[] = [
  ["t.jsonl", () => encode('{"id":"a","title":"x"}\n{"id":"b","tags":["y","z"]}\n')],
  ["t.json", () => encode('[{"id":"a"},{"id":"b","price":3}]')],
  ["t.csv", () => encode('id,title\na,"x, y"\nb,z\n')],
];

/** Settles with a value, or with an AppError that names no raw exception. */
async function survives(work: Promise<unknown>): Promise<boolean> {
  return await work.then(
    () => true,
    (error: unknown) => error instanceof AppError,
  );
}

describe(`mutated files (${COUNT} per format; PERIGEE_FUZZ sets it)`, { timeout: 600_000 }, () => {
  it.each(FORMATS)("vectors: %s", async (name, make) => {
    const bytes = new Uint8Array(await new Blob([await make()]).arrayBuffer());
    const random = createRng(7);
    for (let i = 0; i < COUNT; i++) {
      const mutant = mutate(bytes, random);
      const work = readVectors(new Blob([mutant]), name);
      expect(await survives(work), `mutant ${i} of ${name}`).toBe(true);
    }
  });

  it.each(TABLES)("tables: %s", async (name, make) => {
    const bytes = make();
    const random = createRng(11);
    for (let i = 0; i < COUNT; i++) {
      const work = readTable(new Blob([mutate(bytes, random)]), name);
      expect(await survives(work), `mutant ${i} of ${name}`).toBe(true);
    }
  });
});
