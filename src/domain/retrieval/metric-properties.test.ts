/** What must hold of every retrieval figure, whatever the scores: order, bounds, growth, ties. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Qrels, Run } from "../trec";
import { evaluateRun } from "./evaluate-run";
import {
  createLiveFigures,
  measureQuery,
  type LiveSnapshot,
  type RetrievalMeasure,
} from "./live-figures";
import { parseMeasures } from "./trec-measures";
import { rankRelevant, type RelevantCandidate, type TieRule, type TrueRanks } from "./true-rank";

const CUTOFFS = [1, 2, 3, 5, 10, 20];
const RULES: readonly TieRule[] = ["best", "id", "worst"];
const SHARES: readonly RetrievalMeasure[] = [
  ...CUTOFFS.flatMap((k): RetrievalMeasure[] => [`hit_${k}`, `recall_${k}`, `ndcg_${k}`]),
  "mrr",
  "map",
];
/** Sums of the same numbers in another order differ by rounding. */
const ROUNDING = 1e-12;

interface OneQuery {
  readonly scores: readonly number[];
  readonly relevant: readonly RelevantCandidate[];
}

/** Few different scores, so that ties are common; up to three true items with graded gains. */
const oneQuery: fc.Arbitrary<OneQuery> = fc
  .record({
    scores: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 15 }),
    places: fc.uniqueArray(fc.nat(14), { minLength: 1, maxLength: 3 }),
    gains: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ scores, places, gains }) => {
    const indices = [...new Set(places.map((place) => place % scores.length))];
    return { scores, relevant: indices.map((index, i) => ({ index, gain: gains[i]! })) };
  });

const withOrder = oneQuery.chain((query) =>
  fc.record({
    query: fc.constant(query),
    order: fc.shuffledSubarray([...query.scores.keys()], {
      minLength: query.scores.length,
      maxLength: query.scores.length,
    }),
  }),
);

const rank = ({ scores, relevant }: OneQuery): TrueRanks => rankRelevant(scores, relevant);

/** All measures under a rule. */
function valuesOf(ranks: TrueRanks, rule: TieRule): number[] {
  return SHARES.map((measure) => measureQuery(measure, ranks[rule]));
}

function snapshotOf(queries: readonly OneQuery[], tieRule: TieRule): LiveSnapshot {
  const live = createLiveFigures({ tieRule, cutoffs: CUTOFFS });
  for (const [i, query] of queries.entries()) live.add(`q${i}`, rank(query));
  return live.snapshot();
}

function expectNear(actual: readonly (number | null)[], expected: readonly (number | null)[]) {
  expect(expected).not.toContain(null);
  expect(actual).toEqual(expected.map((value) => expect.closeTo(value!, 11)));
}

describe("permutation", () => {
  it("does not matter in which order candidates lie, as long as their ids go with them", () => {
    fc.assert(
      fc.property(withOrder, ({ query, order }) => {
        const placeOf = new Map(order.map((old, place) => [old, place]));
        const moved = rankRelevant(
          order.map((old) => query.scores[old]!),
          query.relevant.map(({ index, gain }) => ({ index: placeOf.get(index)!, gain })),
          { compareIds: (a, b) => order[a]! - order[b]! },
        );
        expect(moved).toEqual(rank(query));
      }),
    );
  });

  it("does not matter in which order queries come", () => {
    const queries = fc.array(oneQuery, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(queries, fc.constantFrom(...RULES), (list, rule) => {
        const [one, other] = [list, list.toReversed()].map((order) => snapshotOf(order, rule));
        for (const key of ["value", "best", "worst"] as const) {
          expectNear(
            other!.figures.map((figure) => figure[key]),
            one!.figures.map((figure) => figure[key]),
          );
        }
        expectNear(
          other!.figures.map(({ interval }) => interval!.high),
          one!.figures.map(({ interval }) => interval!.high),
        );
        expect(other!.tiedQueries).toBe(one!.tiedQueries);
      }),
    );
  });
});

describe("bounds", () => {
  it("keeps shares in [0, 1], ranks among the candidates, intervals around values", () => {
    const queries = fc.array(oneQuery, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(queries, fc.constantFrom(...RULES), (list, rule) => {
        const most = Math.max(...list.map(({ scores }) => scores.length));
        for (const { measure, value, interval } of snapshotOf(list, rule).figures) {
          const [low, high] = measure === "median_rank" ? [1, most] : [0, 1];
          for (const number of [value!, interval!.low, interval!.high]) {
            expect(number).toBeGreaterThanOrEqual(low);
            expect(number).toBeLessThanOrEqual(high + ROUNDING);
          }
          expect(interval!.low).toBeLessThanOrEqual(value! + ROUNDING);
          expect(interval!.high).toBeGreaterThanOrEqual(value! - ROUNDING);
        }
        // All candidates are ranked, so a true item is always found somewhere.
        for (const ranks of list.map(rank)) {
          expect(measureQuery("mrr", ranks[rule])).toBeGreaterThan(0);
          expect(measureQuery("map", ranks[rule])).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("gives 1 in everything when the true items lead alone, by falling gain", () => {
    fc.assert(
      fc.property(oneQuery, ({ scores, relevant }) => {
        const lifted = [...scores];
        const order = [...relevant].sort((a, b) => b.gain - a.gain);
        for (const [i, { index }] of order.entries()) lifted[index] = 100 - i;
        const ranks = rank({ scores: lifted, relevant });
        for (const [i, value] of valuesOf(ranks, "worst").entries()) {
          const [kind, k] = SHARES[i]!.split("_");
          // Fewer places than true items cannot hold them all.
          const reachable = kind === "recall" ? Math.min(1, Number(k) / relevant.length) : 1;
          expect(value).toBeCloseTo(reachable, 12);
        }
      }),
    );
  });
});

describe("monotonicity", () => {
  it("never falls in k for hits and recall, under any tie rule", () => {
    fc.assert(
      fc.property(oneQuery, fc.constantFrom(...RULES), (query, rule) => {
        const list = rank(query)[rule];
        for (const kind of ["hit", "recall"] as const) {
          const values = CUTOFFS.map((k) => measureQuery(`${kind}_${k}`, list));
          expect(values).toEqual(values.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it("never falls when the only true item's score rises", () => {
    fc.assert(
      fc.property(oneQuery, fc.nat(3), ({ scores, relevant }, rise) => {
        const one = relevant.slice(0, 1);
        const { index } = one[0]!;
        const lifted = scores.map((score, i) => (i === index ? score + rise : score));
        const [before, after] = [scores, lifted].map((list) =>
          rank({ scores: list, relevant: one }),
        );
        for (const rule of RULES) {
          const [low, high] = [valuesOf(before!, rule), valuesOf(after!, rule)];
          for (const [i, value] of high.entries()) expect(value).toBeGreaterThanOrEqual(low[i]!);
        }
      }),
    );
  });

  it("never falls when a candidate that is not true leaves", () => {
    fc.assert(
      fc.property(oneQuery, fc.nat(14), ({ scores, relevant }, place) => {
        const gone = place % scores.length;
        fc.pre(!relevant.some(({ index }) => index === gone));
        const all = rank({ scores, relevant });
        const fewer = rankRelevant(scores, relevant, { excluded: new Set([gone]) });
        for (const rule of RULES) {
          const [low, high] = [valuesOf(all, rule), valuesOf(fewer, rule)];
          for (const [i, value] of high.entries()) {
            expect(value).toBeGreaterThanOrEqual(low[i]! - ROUNDING);
          }
        }
      }),
    );
  });
});

describe("ties", () => {
  it("orders the rules best ≥ id ≥ worst in every measure, all equal without ties", () => {
    fc.assert(
      fc.property(oneQuery, (query) => {
        const ranks = rank(query);
        const [best, id, worst] = RULES.map((rule) => valuesOf(ranks, rule));
        for (const i of SHARES.keys()) {
          expect(best![i]!).toBeGreaterThanOrEqual(id![i]! - ROUNDING);
          expect(id![i]!).toBeGreaterThanOrEqual(worst![i]! - ROUNDING);
        }
        const isTied = query.relevant.some(({ index }) =>
          query.scores.some((score, i) => i !== index && score === query.scores[index]),
        );
        expect(ranks.tied).toBe(isTied);
        expect(isTied ? [best, best] : [id, worst]).toEqual([best, best]);
      }),
    );
  });

  it("sees only the order of scores: a rising function of them changes nothing", () => {
    fc.assert(
      fc.property(oneQuery, ({ scores, relevant }) => {
        const curved = scores.map((score) => Math.expm1(score) / 7 - 3);
        expect(rank({ scores: curved, relevant })).toEqual(rank({ scores, relevant }));
      }),
    );
  });
});

/** The same scores as TREC tables: candidate i is `d` and two digits, so ids sort as indices. */
function toTrec({ scores, relevant }: OneQuery): { readonly qrels: Qrels; readonly run: Run } {
  const name = (i: number) => `d${String(i).padStart(2, "0")}`;
  return {
    qrels: new Map([["q", new Map(relevant.map(({ index, gain }) => [name(index), gain]))]]),
    run: new Map([["q", new Map(scores.map((score, i) => [name(i), score]))]]),
  };
}

describe("trec_eval's measures", () => {
  const cutoffs = CUTOFFS.join(",");
  const measures = parseMeasures([
    "map",
    "recip_rank",
    `P.${cutoffs}`,
    `recall.${cutoffs}`,
    `success.${cutoffs}`,
    `ndcg_cut.${cutoffs}`,
  ]);

  it("equals the live figures with ties by id, measure by measure", () => {
    fc.assert(
      fc.property(oneQuery, (query) => {
        const { qrels, run } = toTrec(query);
        const { all } = evaluateRun(qrels, run, measures);
        const list = rank(query).id;
        for (const k of CUTOFFS) {
          expect(all[`success_${k}`]).toBe(measureQuery(`hit_${k}`, list));
          expect(all[`recall_${k}`]).toBeCloseTo(measureQuery(`recall_${k}`, list), 12);
          expect(all[`ndcg_cut_${k}`]).toBeCloseTo(measureQuery(`ndcg_${k}`, list), 12);
        }
        expect(all["map"]).toBeCloseTo(measureQuery("map", list), 12);
        expect(all["recip_rank"]).toBeCloseTo(measureQuery("mrr", list), 12);
      }),
    );
  });

  it("never falls in k for recall and success, and finds k · P_k documents, more with every k", () => {
    fc.assert(
      fc.property(oneQuery, (query) => {
        const { qrels, run } = toTrec(query);
        const { all } = evaluateRun(qrels, run, measures);
        const rising = [
          CUTOFFS.map((k) => all[`recall_${k}`]!),
          CUTOFFS.map((k) => all[`success_${k}`]!),
          CUTOFFS.map((k) => Math.round(k * all[`P_${k}`]!)),
        ];
        for (const values of rising) expect(values).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
  });

  it("does not depend on the names of documents without ties", () => {
    const distinct = fc
      .uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 2, maxLength: 12 })
      .map((scores): OneQuery => ({ scores, relevant: [{ index: 0, gain: 1 }] }));
    fc.assert(
      fc.property(distinct, (query) => {
        const { qrels, run } = toTrec(query);
        const rename = (map: ReadonlyMap<string, ReadonlyMap<string, number>>) =>
          new Map(
            [...map].map(([q, own]) => [
              q,
              new Map([...own].map(([id, v]) => [`z${99 - Number(id.slice(1))}`, v])),
            ]),
          );
        expect(evaluateRun(rename(qrels), rename(run), measures).all).toEqual(
          evaluateRun(qrels, run, measures).all,
        );
      }),
    );
  });
});
