import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import fixture from "@/domain/retrieval/trec.fixture.json";
import { runCaptured } from "../run-captured";
import { command } from "./metrics";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "perigee-metrics-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(
  qrels: string | Buffer,
  results: string | Buffer,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const suffix = (content: string | Buffer): string => (typeof content === "string" ? "" : ".gz");
  const qrelsPath = path.join(folder, `qrels.txt${suffix(qrels)}`);
  const runPath = path.join(folder, `run.txt${suffix(results)}`);
  await Promise.all([writeFile(qrelsPath, qrels), writeFile(runPath, results)]);
  return runCaptured(["metrics", "--qrels", qrelsPath, "--run", runPath, ...args], command);
}

const { qrels, run: results, all, per_query: perQuery } = fixture.graded_ties;
const [qrelsText, runText] = [qrels.join("\n"), results.join("\n")];

test.each([
  ["plain", qrelsText, runText],
  ["gzipped", gzipSync(qrelsText), gzipSync(runText)],
])("%s files: JSON equals pytrec_eval per query and overall", async (_, qrelsFile, runFile) => {
  const { code, out, err } = await run(qrelsFile, runFile, "--json");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const result = JSON.parse(out) as {
    all: Record<string, number>;
    per_query: Record<string, Record<string, number>>;
  };
  for (const [name, value] of Object.entries(all)) expect(result.all[name]).toBeCloseTo(value, 9);
  for (const [query, values] of Object.entries(perQuery)) {
    for (const [name, value] of Object.entries(values)) {
      expect(result.per_query[query]![name]).toBeCloseTo(value, 9);
    }
  }
});

test("text output has trec_eval's three columns", async () => {
  const { out } = await run(qrelsText, runText, "--measures", "num_q,P.5,10,map", "--per-query");
  const lines = out.trimEnd().split("\n");
  expect(lines.at(-1)).toBe(`map                   \tall\t${all.map.toFixed(4)}`);
  expect(lines.at(-4)).toBe(`num_q                 \tall\t${all.num_q}`);
  expect(lines).toHaveLength(4 * (Object.keys(perQuery).length + 1));
});

test("--bootstrap adds intervals that contain the means", async () => {
  const { out } = await run(qrelsText, runText, "--json", "--bootstrap", "200", "--no-per-query");
  const result = JSON.parse(out) as { intervals: Record<string, { low: number; high: number }> };
  expect(result.intervals["map"]!.low).toBeLessThan(all.map);
  expect(result.intervals["map"]!.high).toBeGreaterThan(all.map);
  expect(result).not.toHaveProperty("per_query");
});

test.each([
  ["a duplicate document", "q 0 d 1", "q Q0 d 1 2 t\nq Q0 d 2 1 t", /run\.txt:2: document "d"/],
  ["a line with missing columns", "q 0 d", "q Q0 d 1 2 t", /qrels\.txt:1: expected 4 columns/],
  ["files without a common query", "p 0 d 1", "q Q0 d 1 2 t", /no query is in both files/],
  ["an unreadable gzip file", Buffer.from("no gzip"), "q Q0 d 1 2 t", /cannot read .*qrels/],
] as const)("%s fails with exit code 1 and its place", async (_, qrelsFile, runFile, message) => {
  const { code, out, err } = await run(qrelsFile, runFile, "--json");
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(message);
});

test("a file that does not exist is named", async () => {
  const missing = path.join(folder, "missing.txt");
  const { code, err } = await runCaptured(
    ["metrics", "--qrels", missing, "--run", missing],
    command,
  );
  expect(code).toBe(1);
  expect(err).toContain("missing.txt");
});

test("wrong arguments exit with code 2", async () => {
  const { code, err } = await run(qrelsText, runText, "--score-precision", "half");
  expect(code).toBe(2);
  expect(err).toContain("--score-precision");
});
