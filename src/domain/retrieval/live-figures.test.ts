import fc from "fast-check";
import { expect, test } from "vitest";
import { createLiveFigures, type LiveSnapshot, type RetrievalMeasure } from "./live-figures";
import fixture from "./true-rank.fixture.json";
import { rankRelevant, type RelevantCandidate } from "./true-rank";

type Query = (typeof fixture.queries)[number];

const candidatesOf = (query: Query): RelevantCandidate[] =>
  query.relevant.map((index, i) => ({ index, gain: query.gains[i]! }));

const figureIn = (snapshot: LiveSnapshot, measure: RetrievalMeasure): number | null =>
  snapshot.figures.find((figure) => figure.measure === measure)!.value;

function collect(tieRule: "best" | "id" | "worst"): ReturnType<typeof createLiveFigures> {
  const live = createLiveFigures({ tieRule });
  fixture.queries.forEach((query, i) => {
    live.add(`q${i}`, rankRelevant(query.scores, candidatesOf(query)));
  });
  return live;
}

const SAME = {
  hit_1: "success_1",
  hit_5: "success_5",
  hit_10: "success_10",
  recall_5: "recall_5",
  mrr: "recip_rank",
  map: "map",
  ndcg_1: "ndcg_cut_1",
  ndcg_10: "ndcg_cut_10",
} as const;

test("with ties by id, figures equal pytrec_eval's on the same scores", () => {
  const live = collect("id");
  const snapshot = live.snapshot();
  for (const [ours, theirs] of Object.entries(SAME)) {
    const measure = ours as keyof typeof SAME;
    expect(figureIn(snapshot, measure)).toBeCloseTo(fixture.all[theirs], 10);
    for (const [query, value] of live.values(measure)) {
      const expected = fixture.per_query[query as keyof typeof fixture.per_query];
      expect(value).toBeCloseTo(expected[theirs], 10);
    }
  }
});

test("the median rank is the middle of the first ranks", () => {
  const firsts = fixture.queries.map((query) => {
    const ranks = rankRelevant(query.scores, candidatesOf(query));
    return ranks.id[0]!.rank;
  });
  firsts.sort((a, b) => a - b);
  expect(figureIn(collect("id").snapshot(), "median_rank")).toBe((firsts[14]! + firsts[15]!) / 2);
});

/** Ranks by sorting everything, ties broken by the given preference. */
function sortedRanks(
  scores: readonly number[],
  relevant: readonly RelevantCandidate[],
  relevantFirst: boolean,
): number[] {
  const gains = new Map(relevant.map(({ index, gain }) => [index, gain]));
  const sign = relevantFirst ? 1 : -1;
  const order = scores
    .map((_, i) => i)
    .sort((a, b) => scores[b]! - scores[a]! || sign * ((gains.get(b) ?? 0) - (gains.get(a) ?? 0)));
  return relevant.map(({ index }) => order.indexOf(index) + 1).sort((a, b) => a - b);
}

const scoresArbitrary = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 12 });

test("counted ranks equal ranks after sorting, and the id rule lies between the bounds", () => {
  fc.assert(
    fc.property(scoresArbitrary, fc.nat(11), fc.nat(11), (scores, a, b) => {
      const indices = [...new Set([a % scores.length, b % scores.length])];
      const relevant = indices.map((index, i) => ({ index, gain: i + 1 }));
      const ranks = rankRelevant(scores, relevant);
      const list = (entries: readonly { rank: number }[]): number[] => entries.map((r) => r.rank);
      expect(list(ranks.best)).toEqual(sortedRanks(scores, relevant, true));
      expect(list(ranks.worst)).toEqual(sortedRanks(scores, relevant, false));
      ranks.id.forEach(({ rank }, i) => {
        expect(rank).toBeGreaterThanOrEqual(ranks.best[i]!.rank);
        expect(rank).toBeLessThanOrEqual(ranks.worst[i]!.rank);
      });
    }),
  );
});

test("figures stay between their bounds and intervals around them, live and by bootstrap", () => {
  const live = collect("id");
  for (const options of [{}, { bootstrap: { seed: 3, resamples: 300 } }]) {
    for (const { value, best, worst, interval, measure } of live.snapshot(options).figures) {
      const [low, high] = measure === "median_rank" ? [best!, worst!] : [worst!, best!];
      expect(value!).toBeGreaterThanOrEqual(low - 1e-12);
      expect(value!).toBeLessThanOrEqual(high + 1e-12);
      expect(interval!.low).toBeLessThanOrEqual(value! + 1e-12);
      expect(interval!.high).toBeGreaterThanOrEqual(value! - 1e-12);
    }
  }
});

test("the formula intervals come close to the bootstrap on the same queries", () => {
  const live = collect("id");
  const byFormula = live.snapshot().figures;
  const byBootstrap = live.snapshot({ bootstrap: { resamples: 2000 } }).figures;
  byFormula.forEach(({ measure, interval }, i) => {
    const scale = measure === "median_rank" ? 20 : 1;
    expect(Math.abs(interval!.low - byBootstrap[i]!.interval!.low)).toBeLessThan(0.1 * scale);
    expect(Math.abs(interval!.high - byBootstrap[i]!.interval!.high)).toBeLessThan(0.1 * scale);
  });
});

test("a snapshot is partial until all queries came, and counts what was skipped", () => {
  const live = createLiveFigures();
  expect(live.snapshot({ expected: 1 })).toMatchObject({ queries: 0, partial: true });
  expect(live.snapshot().figures[0]).toMatchObject({ value: null, interval: null });
  live.skip("broken image");
  live.add("q", rankRelevant([0.2, 0.9], [{ index: 1, gain: 1 }]));
  expect(live.snapshot({ expected: 1 })).toMatchObject({
    partial: false,
    skipped: { "broken image": 1 },
    tiedQueries: 0,
  });
  expect(() => live.add("q", rankRelevant([1], [{ index: 0, gain: 1 }]))).toThrow(/added before/);
});

test("constant scores do not help under the default rule", () => {
  const live = createLiveFigures();
  live.add("q", rankRelevant([1, 1, 1, 1], [{ index: 3, gain: 1 }]));
  expect(live.snapshot().figures.find(({ measure }) => measure === "hit_1")).toMatchObject({
    value: 0,
    best: 1,
    worst: 0,
  });
});

test("excluded candidates do not count, and broken input is refused", () => {
  const relevant = [{ index: 2, gain: 1 }];
  const ranks = rankRelevant([0.9, 0.8, 0.5], relevant, { excluded: new Set([0]) });
  expect(ranks.worst[0]!.rank).toBe(2);
  expect(() => rankRelevant([0.1], [])).toThrow(/at least one/);
  expect(() => rankRelevant([Number.NaN], [{ index: 0, gain: 1 }])).toThrow(/needs a score/);
  expect(rankRelevant([Number.NaN, 0.5], [{ index: 1, gain: 1 }]).worst[0]!.rank).toBe(1);
});
