import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import { loadSafetensorsHeader } from "./safetensors";
import { createWeightSource } from "./weight-source";

type Entry = { dtype: string; shape: number[]; data_offsets: [number, number] };

function build(header: unknown, data: Uint8Array<ArrayBuffer>): Blob {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return new Blob([length, json, data]);
}

function bytes(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, i) => i);
}

/** a: F32 [2, 2] at 0–16, b: F16 [3] at 16–22. */
function valid(): Record<string, Entry> {
  return {
    b: { dtype: "F16", shape: [3], data_offsets: [16, 22] },
    a: { dtype: "F32", shape: [2, 2], data_offsets: [0, 16] },
  };
}

async function load(header: unknown, data = bytes(22)): Promise<unknown> {
  return await loadSafetensorsHeader("model.safetensors", build(header, data));
}

describe("a valid file", () => {
  test("gives types, shapes and bytes, in any order of the header", async () => {
    const file = build({ __metadata__: { format: "pt" }, ...valid() }, bytes(22));
    const source = await createWeightSource(new Map([["model.safetensors", file]]));
    expect([...source.names].sort()).toEqual(["a", "b"]);
    expect(source.describe("a")).toEqual({ dtype: "F32", shape: [2, 2] });
    expect([...(await source.bytes("b"))]).toEqual([16, 17, 18, 19, 20, 21]);
  });

  test("may hold scalars and empty tensors", async () => {
    const header = {
      scalar: { dtype: "F32", shape: [], data_offsets: [0, 4] },
      empty: { dtype: "F32", shape: [0, 7], data_offsets: [4, 4] },
    };
    const file = build(header, bytes(4));
    const source = await createWeightSource(new Map([["model.safetensors", file]]));
    expect(await source.bytes("scalar")).toHaveLength(4);
    expect(await source.bytes("empty")).toHaveLength(0);
  });
});

describe("refusals name what and where", () => {
  const broken = (change: (header: Record<string, Entry>) => void): Record<string, Entry> => {
    const header = valid();
    change(header);
    return header;
  };
  test.each<[string, unknown, RegExp]>([
    ["unknown type", broken((h) => (h["a"]!.dtype = "F31")), /"a" has the unknown type "F31"/],
    ["prototype name as type", broken((h) => (h["a"]!.dtype = "constructor")), /unknown type/],
    ["negative shape", broken((h) => (h["a"]!.shape = [-2, -2])), /impossible shape/],
    ["fractional shape", broken((h) => (h["a"]!.shape = [0.5, 8])), /impossible shape/],
    ["wrong byte count", broken((h) => (h["a"]!.shape = [2, 3])), /needs 24 bytes but spans 16/],
    ["overflowing shape", broken((h) => (h["a"]!.shape = [2 ** 40, 2 ** 40])), /but spans 16/],
    ["overlap", broken((h) => (h["b"]!.data_offsets = [10, 16])), /"b" starts at byte/],
    ["gap", broken((h) => (h["b"]!.data_offsets = [18, 24])), /"b" starts at byte/],
    ["end beyond the file", broken((h) => delete h["b"]), /the tensors end at byte/],
    ["missing description", { ...valid(), c: null }, /"c" has no description/],
    ["list for a header", [], /not a JSON object/],
    ["numbers as metadata", { __metadata__: { a: 1 }, ...valid() }, /__metadata__/],
  ])("%s", async (_name, header, message) => {
    await expect(load(header)).rejects.toThrow(message);
  });

  test("a header longer than the file, or than the limit, is not read", async () => {
    const start = new Uint8Array(8);
    new DataView(start.buffer).setBigUint64(0, 2n ** 63n, true);
    await expect(loadSafetensorsHeader("x", new Blob([start, bytes(10)]))).rejects.toThrow(
      /the header claims/,
    );
    await expect(loadSafetensorsHeader("x", new Blob([bytes(3)]))).rejects.toThrow(/only 3 bytes/);
  });

  test("element types the engines cannot read are listed", async () => {
    const file = build({ w: { dtype: "F64", shape: [1], data_offsets: [0, 8] } }, bytes(8));
    const source = createWeightSource(new Map([["model.safetensors", file]]));
    await expect(source).rejects.toMatchObject({ code: "unsupported" });
    await expect(source).rejects.toThrow(/w \(F64\)/);
  });

  test("index buffers of old checkpoints are left out", async () => {
    const name = "text_model.embeddings.position_ids";
    const file = build({ [name]: { dtype: "I64", shape: [1], data_offsets: [0, 8] } }, bytes(8));
    const source = await createWeightSource(new Map([["model.safetensors", file]]));
    expect(source.names).toEqual([]);
  });

  test("a tensor in two shards is refused", async () => {
    const file = build(valid(), bytes(22));
    const source = createWeightSource(
      new Map([
        ["model-1.safetensors", file],
        ["model-2.safetensors", file],
      ]),
    );
    await expect(source).rejects.toThrow(/both model-1\.safetensors and model-2\.safetensors/);
  });
});

/** The result, or the AppError; anything else is a defect. */
async function attempt<T>(run: Promise<T>): Promise<{ value?: T; error?: AppError }> {
  try {
    return { value: await run };
  } catch (error) {
    if (error instanceof AppError) return { error };
    throw error;
  }
}

test("whatever happens to the bytes, the answer is a sound header or an asset-integrity error", async () => {
  const whole = new Uint8Array(await build(valid(), bytes(22)).arrayBuffer());
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.nat(whole.length),
      async (changes, cut) => {
        const damaged = whole.slice(0, whole.length - (cut % 7 === 0 ? cut : 0));
        for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
        const { value, error } = await attempt(loadSafetensorsHeader("x", new Blob([damaged])));
        expect(error?.code ?? "asset-integrity").toBe("asset-integrity");
        const ends = [...(value?.tensors.values() ?? [])].map(({ end }) => end);
        expect(Math.max(0, ...ends)).toBeLessThanOrEqual(damaged.length);
      },
    ),
    { numRuns: 3000 },
  );
});
