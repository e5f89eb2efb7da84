import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import { isRunFile, readQrels, readRun } from "./read-trec";

const TEXT = "q1 Q0 d1 1 2.5 bm25\r\nq1 Q0 d2 2 1 bm25\n\nq2 Q0 d1 1 0.5 bm25";

test("reads a run, plain or gzipped, whatever its line breaks", async () => {
  const plain = await readRun(new Blob([TEXT]), "a.run");
  expect([...plain].map(([query, list]) => [query, [...list]])).toEqual([
    [
      "q1",
      [
        ["d1", 2.5],
        ["d2", 1],
      ],
    ],
    ["q2", [["d1", 0.5]]],
  ]);
  expect(await readRun(new Blob([gzipSync(TEXT)]), "a.run.gz")).toEqual(plain);
});

test("reads judgements the same way", async () => {
  const text = "q1 0 d1 2\nq1 0 d2 0\n";
  const expected = new Map([
    [
      "q1",
      new Map([
        ["d1", 2],
        ["d2", 0],
      ]),
    ],
  ]);
  expect(await readQrels(new Blob([text]), "set.qrels")).toEqual(expected);
  expect(await readQrels(new Blob([gzipSync(text)]), "set.qrels.gz")).toEqual(expected);
  await expect(readQrels(new Blob(["q1 0 d1 much"]), "set.qrels")).rejects.toThrow(
    /set\.qrels: line 1: relevance/u,
  );
});

test("says which line cannot be used, and that an empty or broken file is none", async () => {
  const read = (text: string, name = "a.run") => readRun(new Blob([text]), name);
  await expect(read("q1 Q0 d1 1 high bm25")).rejects.toThrow(/a\.run: line 1: score/u);
  await expect(read("q1 Q0 d1 1 2 a\nq1 d1")).rejects.toThrow(/line 2: expected 6 columns/u);
  await expect(read("\n\n")).rejects.toThrow(/holds no ranking/u);
  await expect(read("no gzip", "a.run.gz")).rejects.toThrow(/a\.run\.gz: cannot be read/u);
  await expect(read("x".repeat(200_000))).rejects.toThrow(/line 1 is too long/u);
});

test("knows run files by their names", () => {
  const names = ["a.run", "a.TREC.gz", "a.txt", "a.npy", "vectors.npz", "a.gz"];
  expect(names.map(isRunFile)).toEqual([true, true, true, false, false, false]);
});

test("changed bytes end in a run or a stated error", async () => {
  const packed = gzipSync(TEXT);
  const runs = Number(process.env["PERIGEE_FUZZ"] ?? 200);
  const change = fc.tuple(fc.boolean(), fc.nat(), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(change, async ([isPacked, place, value]) => {
      const bytes = Uint8Array.from(isPacked ? packed : Buffer.from(TEXT));
      bytes[place % bytes.length] = value;
      const name = isPacked ? "a.run.gz" : "a.run";
      const outcome = await readRun(new Blob([bytes]), name).catch((error: unknown) => error);
      expect(outcome instanceof AppError || (outcome instanceof Map && outcome.size > 0)).toBe(
        true,
      );
    }),
    { numRuns: runs },
  );
});
