import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import agreementFixture from "@/domain/statistics/agreement.fixture.json";
import rankingFixture from "@/domain/statistics/bradley-terry.fixture.json";
import type { CliCommand } from "../command";
import { runCaptured } from "../run-captured";
import { command as agreement } from "./agreement";
import { command as rank } from "./rank";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "perigee-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a command on a file with this content. */
async function run(
  command: CliCommand,
  csv: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const input = path.join(folder, "input.csv");
  await writeFile(input, csv);
  return runCaptured([command.name, "--input", input, ...args], command);
}

function csvOf(header: string, rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows.map((row) => row.join(","))].join("\n")}\n`;
}

test("agreement --json gives every coefficient of the reference with an interval", async () => {
  const { rows, expected, bootstrap } = agreementFixture.graded;
  const { code, out, err } = await run(
    agreement,
    csvOf("task,worker,label", [...rows, ["t99", "w1", ""]]),
    "--json",
    "--level",
    "ordinal",
    "--seed",
    String(bootstrap.seed),
    "--bootstrap",
    String(bootstrap.resamples),
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const result = JSON.parse(out) as Record<string, { value: number; low: number; high: number }>;
  expect(result["fleiss_kappa"]!.value).toBeCloseTo(expected.fleiss_kappa, 9);
  expect(result["cohen_kappa"]!.value).toBeCloseTo(expected.cohen_kappa, 9);
  expect(result["gwet_ac1"]!.value).toBeCloseTo(expected.gwet_ac1, 9);
  expect(result["gwet_ac2"]!.value).toBeCloseTo(expected.gwet_ac2.ordinal, 9);
  expect(result["krippendorff_alpha"]!.value).toBeCloseTo(expected.krippendorff_alpha.ordinal, 9);
  expect(result["krippendorff_alpha"]!.low).toBeCloseTo(bootstrap.krippendorff_alpha.low, 9);
  expect(result["percentage"]!.low).toBeLessThan(result["percentage"]!.value);
  expect(result).toMatchObject({ missing: 1, ratings: rows.length, level: "ordinal" });
});

test("agreement lists unusable rows by line, stops, and goes on only when told to", async () => {
  const csv = 'task,worker,label\nt1,u,yes\nt1,v,yes\nt1,u,no\n,v,no\n"t\n2",u,no\nt3,v\n';
  const stopped = await run(agreement, csv);
  expect(stopped.code).toBe(1);
  expect(stopped.out).toBe("");
  expect(stopped.err).toMatch(/input\.csv:4: worker: "u" labelled task "t1" already on line 2/);
  expect(stopped.err).toMatch(/input\.csv:5: task: is empty/);
  const skipped = await run(agreement, csv, "--skip-bad-rows", "--json");
  expect(skipped.code).toBe(0);
  expect(JSON.parse(skipped.out)).toMatchObject({ skipped_rows: 2, tasks: 2, missing: 1 });
});

test.each([
  [["--level", "fancy"], 2, "--level"],
  [["--bootstrap", "many"], 2, "--bootstrap"],
  [["--unknown"], 2, "unknown"],
  [["--level", "interval"], 1, "expected a number"],
] as const)("agreement %s exits with %i", async (args, expected, message) => {
  const { code, err, out } = await run(agreement, "task,worker,label\nt,u,yes\nt,v,no\n", ...args);
  expect({ code, out }).toEqual({ code: expected, out: "" });
  expect(err).toContain(message);
});

test("agreement explains undefined coefficients instead of printing NaN", async () => {
  const csv = "task;worker;label\na;u;x\na;v;x\n";
  const { out } = await run(agreement, csv, "--json");
  expect(JSON.parse(out)).toMatchObject({
    percentage: { value: 1 },
    cohen_kappa: { value: null, reason: "one-label" },
  });
  const table = await run(agreement, csv);
  expect(table.out).toContain("only one label was used");
});

test("agreement names the columns that a file lacks", async () => {
  const { code, err } = await run(agreement, "task,annotator,label\na,u,x\n");
  expect(code).toBe(1);
  expect(err).toMatch(/worker: column missing; expected task,worker,label/);
});

test("rank --json gives the Davidson fit with side bias of the reference", async () => {
  const { rows, davidson_side: expected, davidson } = rankingFixture.tied;
  const { code, out } = await run(rank, csvOf("left,right,label", rows), "--json");
  expect(code).toBe(0);
  const result = JSON.parse(out) as {
    items: Record<string, number>[];
    side_bias: { log_odds: { value: number; standard_error: number } };
    tie: { log_nu: { value: number } };
  };
  for (const item of result.items) {
    const i = Number(item["item"]);
    expect(item["strength"]).toBeCloseTo(expected.strengths[i]!, 8);
    expect(item["standard_error"]).toBeCloseTo(expected.se[i]!, 8);
    expect(item["low"]).toBeCloseTo(
      expected.strengths[i]! - 1.959963984540054 * expected.se[i]!,
      8,
    );
    expect(item["strength_without_side"]).toBeCloseTo(davidson.strengths[i]!, 8);
  }
  expect(result.side_bias.log_odds.value).toBeCloseTo(expected.shared[0]!, 8);
  expect(result.side_bias.log_odds.standard_error).toBeCloseTo(expected.shared_se[0]!, 8);
  expect(result.tie.log_nu.value).toBeCloseTo(expected.shared[1]!, 8);
});

test("rank reads Crowd-Kit files, where the label is the winner's name, and counts workers", async () => {
  const csv = "worker,left,right,label\nu,a,b,a\nu,b,a,a\nv,a,b,b\nv,b,a,tie\n";
  const { code, out } = await run(rank, csv, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    items: [
      { item: "a", rank: 1, wins: 2, losses: 1, ties: 1 },
      { item: "b", rank: 2 },
    ],
    side_bias: { left_share: { left: 1, right: 2 } },
    workers: [{ worker: "u", comparisons: 2 }, { worker: "v" }],
  });
});

test("rank warns when a prior was needed and when groups cannot be compared", async () => {
  const { code, err, out } = await run(rank, "left,right,label\na,b,left\nc,d,left\n", "--json");
  expect(code).toBe(0);
  expect(err).toMatch(/normal prior/);
  expect(err).toMatch(/2 groups/);
  expect(JSON.parse(out)).toMatchObject({ model: { ridge: 0.1 }, components: [{}, {}] });
});

test("rank reports rows that compare an item with itself or carry an unknown label", async () => {
  const { code, err } = await run(rank, "left,right,label\na,a,left\na,b,maybe\n");
  expect(code).toBe(1);
  expect(err).toMatch(/:2: right: "a" is compared with itself/);
  expect(err).toMatch(/:3: label: expected left, right or tie/);
});
