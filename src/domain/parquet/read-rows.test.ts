import { describe, expect, it, test } from "vitest";
import { createRng, randomInt } from "@/shared/lib/rng";
import files from "./pyarrow-files.json";
import { readParquetRows } from "./read-rows";
import { checkDelta, checkRuns } from "./run-length-check";
import { checkThrift } from "./thrift-check";

const FILES = Object.entries(files);

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function rowsOf(bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, unknown>[]> {
  const rows = [];
  const options = { maxRows: 1000, isText: true };
  for await (const row of readParquetRows(new Blob([bytes]), options)) rows.push(row);
  return rows;
}

/** The row that tools/fixtures/parquet_files.py wrote. */
function expectedRow(i: number): Record<string, unknown> {
  return {
    id: `item-${String(i).padStart(5, "0")}`,
    cat: i % 7 === 0 ? null : `c${i % 5}`,
    num: i % 11 === 0 ? null : i * i,
    big: BigInt(i) * 10n ** 12n,
    flag: i % 13 === 0 ? null : i % 3 > 0,
    list: i % 9 === 0 ? null : Array.from({ length: i % 4 }, (_, at) => at),
    none: null,
  };
}

/** Empty cells come as null or undefined, depending on the page version. */
const withNulls = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? null]));

describe("files by PyArrow", () => {
  it.each(FILES)("%s: every value", async (_name, base64) => {
    const rows = await rowsOf(bytesOf(base64));
    expect(rows).toHaveLength(40);
    for (const [i, row] of rows.entries()) {
      expect(expectedRow(i)).toMatchObject(withNulls(row));
      expect(Object.keys(row).length).toBeGreaterThanOrEqual(4);
    }
  });
});

describe("lengths that the bytes do not cover", () => {
  // One run of 2^30 values, as five bytes: the decoder would write values until memory ends.
  const run = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x08, 0x01);

  test("a run longer than its page", () => {
    expect(() => checkRuns(run, 0, 1, 40)).toThrow(
      "a run of 1073741824 values stands in a page of 40",
    );
    // 20 times 1, then 8 bits of which 4 are set: 24 of 28.
    expect(checkRuns(Uint8Array.of(40, 1, 3, 0b01010101), 0, 1, 28, 1)).toBe(24);
  });

  test("delta blocks that lead backwards", () => {
    expect(() => checkDelta(Uint8Array.of(0x80, 1, 0), 0)).toThrow("0 delta blocks in 128 values");
    expect(() => checkDelta(Uint8Array.of(0x80, 1, 4), 0)).not.toThrow();
  });

  test("a list of 2^28 entries in metadata of 8 bytes", () => {
    const list = Uint8Array.of(0x19, 0xf5, 0x80, 0x80, 0x80, 0x80, 0x01, 0);
    expect(() => checkThrift(list, 0)).toThrow("a list of 268435456 in 1 bytes");
  });

  test("a file with such a run ends with the column and the reason", async () => {
    const bytes = bytesOf(files["none-1.0"]);
    // The levels of `cat`: 4 bytes length, then runs. The first place where a level stream of 25
    // values starts is found by its length, its one bit-packed run and its first bits.
    const at = bytes.findIndex(
      (_, i) => bytes[i] === 5 && bytes[i + 4] === 9 && bytes[i + 5] === 126,
    );
    expect(at).toBeGreaterThan(0);
    bytes.set(run.subarray(0, 5), at + 4);
    await expect(rowsOf(bytes)).rejects.toThrow(/column cat: a run of \d+ values/u);
  });

  test("row counts that disagree, and too many rows", async () => {
    const bytes = bytesOf(files["none-1.0"]);
    const read = readParquetRows(new Blob([bytes]), { maxRows: 39, isText: true });
    await expect(read.next()).rejects.toThrow("40 rows are more than 39");
  });
});

/** Mutated files per fixture; PERIGEE_FUZZ=10000 is the full count. */
const COUNT = Number(process.env["PERIGEE_FUZZ"] ?? 30);

describe(`mutated files (${COUNT} each; PERIGEE_FUZZ sets it)`, { timeout: 3_000_000 }, () => {
  it.each(FILES)("%s ends in rows or a reason within 2 s of work", async (name, base64) => {
    const bytes = bytesOf(base64);
    const random = createRng(23);
    let refused = 0;
    for (let i = 0; i < COUNT; i++) {
      const mutant = bytes.slice();
      for (let n = 1 + randomInt(random, 3); n > 0; n--) {
        const at = randomInt(random, mutant.length);
        if (randomInt(random, 3) === 0) mutant[at] = [0, 127, 128, 255][randomInt(random, 4)]!;
        else if (randomInt(random, 2) === 0) mutant[at]! ^= 1 << randomInt(random, 8);
        else mutant.copyWithin(at, randomInt(random, mutant.length), mutant.length);
      }
      const start = process.cpuUsage();
      const reason = await rowsOf(mutant).then(
        () => "read",
        (error: unknown) => (error as Error).message,
      );
      expect(reason.length, `mutant ${i} of ${name}`).toBeGreaterThan(0);
      if (reason !== "read") refused++;
      const { user, system } = process.cpuUsage(start);
      expect(user + system, `microseconds for mutant ${i} of ${name}`).toBeLessThan(2_000_000);
    }
    expect(refused).toBeGreaterThan(0);
  });
});
