import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareBytes,
  createQrelsReader,
  createRunReader,
  formatQrels,
  formatRun,
  readTrec,
  type Qrels,
  type Run,
} from "../trec";
import { evaluateRun } from "./evaluate-run";
import fixture from "./trec.fixture.json";
import { isCount, parseMeasures } from "./trec-measures";

interface Case {
  readonly qrels: readonly string[];
  readonly run: readonly string[];
  readonly level: number;
  readonly per_query: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly all: Readonly<Record<string, number>>;
}

function load(input: Pick<Case, "qrels" | "run">): { qrels: Qrels; run: Run } {
  const qrels = readTrec(createQrelsReader(), input.qrels.join("\n"));
  const run = readTrec(createRunReader(), input.run.join("\n"));
  expect([...qrels.errors, ...run.errors]).toEqual([]);
  return { qrels: qrels.value, run: run.value };
}

/** The same numbers, matched to ten decimals. */
function near(values: Readonly<Record<string, number>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, expect.closeTo(value, 10)]),
  );
}

const CASES = Object.entries(fixture).filter(([name]) => name !== "made_with") as unknown as [
  string,
  Case,
][];

test.each(CASES)("%s: every measure of every query equals pytrec_eval", (_, input) => {
  const { qrels, run } = load(input);
  const result = evaluateRun(qrels, run, parseMeasures([]), { relevanceLevel: input.level });
  expect([...result.perQuery.keys()].sort()).toEqual(Object.keys(input.per_query).sort());
  for (const [query, expected] of Object.entries(input.per_query)) {
    const got = result.perQuery.get(query)!;
    expect({ query, ...got }).toEqual({ query, ...near(expected) });
  }
  expect(result.all).toEqual(near(input.all));
});

test("ranx agrees where its definitions are the same", () => {
  const { qrels, run } = load(fixture.ranx);
  const { all } = evaluateRun(qrels, run, parseMeasures([]));
  const same = {
    map: "map",
    recip_rank: "mrr",
    ndcg_cut_10: "ndcg@10",
    P_5: "precision@5",
    recall_10: "recall@10",
    success_5: "hit_rate@5",
    Rprec: "r-precision",
  } as const;
  for (const [ours, theirs] of Object.entries(same)) {
    expect({ [ours]: all[ours] }).toEqual({ [ours]: expect.closeTo(fixture.ranx.ranx[theirs], 9) });
  }
});

test("queries that the run does not answer count as 0 when all judged queries are averaged", () => {
  const { qrels, run } = load(fixture.adversarial);
  const both = evaluateRun(qrels, run, parseMeasures(["map", "num_q", "num_rel"]));
  const all = evaluateRun(qrels, run, parseMeasures(["map", "num_q", "num_rel"]), {
    queries: "judged",
  });
  expect(both.unansweredQueries).toEqual(["unanswered"]);
  expect(both.unjudgedQueries).toEqual(["unjudged-query"]);
  expect(all.all["num_q"]).toBe(both.all["num_q"]! + 1);
  expect(all.all["num_rel"]).toBe(both.all["num_rel"]! + 1);
  expect(all.all["map"]).toBeCloseTo((both.all["map"]! * 7) / 8, 12);
});

test("scores that differ beyond float32 tie as in trec_eval 9, and not as in trec_eval 10", () => {
  const { qrels, run } = load(fixture.adversarial);
  const measures = parseMeasures(["recip_rank"]);
  const value = (scorePrecision: "float32" | "float64"): number | undefined =>
    evaluateRun(qrels, run, measures, { scorePrecision }).perQuery.get("float32")!["recip_rank"];
  expect(value("float32")).toBe(0.5);
  expect(value("float64")).toBe(1);
});

test("run and qrels without a common query are an error that says so", () => {
  const { qrels } = load(fixture.adversarial);
  expect(() => evaluateRun(qrels, new Map([["other", new Map()]]), parseMeasures([]))).toThrow(
    /no query is in both files/,
  );
});

test("unusable lines are listed with their number, and the others are kept", () => {
  const text =
    "# comment\nq1 Q0 d1 1 0.5 t\nq1 Q0 d1 2 0.4 t\n\nq1 Q0 d2 3 abc t\nq1 Q0 d3\nq2 Q0 d1 1 -1e-3 t\n";
  const { value, errors } = readTrec(createRunReader(), text);
  expect(errors).toEqual([
    { line: 3, reason: 'document "d1" appears twice for query "q1"' },
    { line: 5, reason: 'score: expected a number, got "abc"' },
    { line: 6, reason: "expected 6 columns (qid Q0 docid rank score tag), got 3" },
  ]);
  expect(value.get("q2")!.get("d1")).toBe(-0.001);
  expect(readTrec(createQrelsReader(), "q 0 d 1.5").errors[0]!.reason).toMatch(/whole number/);
});

test("measures are named as in trec_eval, with one or several cutoffs", () => {
  const names = (wanted: string[]): string[] => parseMeasures(wanted).map(({ name }) => name);
  expect(names(["P.5,10", "P_10", "map"])).toEqual(["P_5", "P_10", "map"]);
  expect(names(["success"])).toEqual(["success_1", "success_5", "success_10"]);
  for (const wrong of ["P_0", "accuracy", "map_5", "toString"]) {
    expect(() => names([wrong])).toThrow(/unknown measure/);
  }
});

const id = fc.stringMatching(/^[a-e]$/);
const qrelsArbitrary: fc.Arbitrary<Qrels> = fc
  .dictionary(id, fc.integer({ min: -1, max: 3 }), { minKeys: 1 })
  .map((judged) => new Map([["q", new Map(Object.entries(judged))]]));
const runArbitrary: fc.Arbitrary<Run> = fc
  .dictionary(id, fc.integer({ min: 0, max: 3 }))
  .map((scores) => new Map([["q", new Map(Object.entries(scores))]]));

test("measures stay within bounds, and recall and success grow with the cutoff", () => {
  fc.assert(
    fc.property(qrelsArbitrary, runArbitrary, (qrels, run) => {
      const measures = parseMeasures([]);
      const { all } = evaluateRun(qrels, run, measures);
      for (const measure of measures) {
        const value = all[measure.name]!;
        expect(value).toBeGreaterThanOrEqual(0);
        expect(isCount(measure) ? 0 : value).toBeLessThanOrEqual(1 + 1e-12);
      }
      expect(all["recall_5"]).toBeGreaterThanOrEqual(all["recall_1"]!);
      expect(all["success_5"]).toBeGreaterThanOrEqual(all["success_1"]!);
    }),
  );
});

test("the order of lines, and adding a constant to all scores, change nothing", () => {
  fc.assert(
    fc.property(qrelsArbitrary, runArbitrary, (qrels, run) => {
      const moved = new Map(
        [...run].map(([query, scores]) => [
          query,
          new Map([...scores].reverse().map(([document, score]) => [document, score + 8])),
        ]),
      );
      const measures = parseMeasures([]);
      expect(evaluateRun(qrels, moved, measures).all).toEqual(
        evaluateRun(qrels, run, measures).all,
      );
    }),
  );
});

test("printed runs and qrels read back to the same values, best document first", () => {
  fc.assert(
    fc.property(qrelsArbitrary, runArbitrary, (qrels, run) => {
      const lines = [...formatRun(run, "tag")];
      const again = readTrec(createRunReader(), lines.join("\n")).value;
      expect(again.get("q") ?? new Map()).toEqual(run.get("q")!);
      const scores = lines.map((line) => Number(line.split(" ")[4]));
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      const judged = readTrec(createQrelsReader(), [...formatQrels(qrels)].join("\n")).value;
      expect(judged).toEqual(qrels);
    }),
  );
});

const text = fc.string({ unit: "binary", maxLength: 4 });

test("ids are ordered as their UTF-8 bytes", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareBytes(a, b))).toBe(expected);
    }),
  );
});
