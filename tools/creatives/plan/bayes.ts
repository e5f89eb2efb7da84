import { queryProbability } from "./clicks";
import { kindOf } from "./kinds";
import type { PairRecord } from "./pairs";
import type { Creative, Factors } from "./types";

export interface BayesRow {
  readonly pairs: number;
  /** Mean of max(p, 1 − p): the accuracy that who also knows the shopper group can expect at best. */
  readonly ceiling: number;
  /** The same for who has only the pictures, the title and the queries, which may fit several groups. */
  readonly ceiling_from_queries: number;
  /** Accuracy of "A if p_a ≥ 0.5" on the drawn labels, with a Wilson 95 % interval. */
  readonly achieved: number;
  readonly interval: readonly [number, number];
}

/** Wilson score interval of k successes in n trials at 95 %. */
export function wilson(k: number, n: number): readonly [number, number] {
  if (n === 0) return [0, 1];
  const z = 1.959964;
  const p = k / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [centre - half, centre + half];
}

/** P(A wins) for who does not know the shopper group. */
export function probabilityFromQueries(
  { a, b, context, ctr }: PairRecord,
  factors: ReadonlyMap<string, Factors>,
): number {
  const [left, right] = [factors.get(a), factors.get(b)];
  if (!left || !right) throw new Error(`probabilityFromQueries: no creative ${left ? b : a}`);
  return queryProbability(left, right, context, kindOf(context.kind).interests, [
    ctr.a.impressions,
    ctr.b.impressions,
  ]);
}

function row(pairs: readonly PairRecord[], factors: ReadonlyMap<string, Factors>): BayesRow {
  const n = pairs.length;
  const right = pairs.filter((pair) => (pair.p_a >= 0.5 ? "A" : "B") === pair.label).length;
  const ceilingOf = (probability: (pair: PairRecord) => number) => {
    const best = pairs.map(probability).map((p) => Math.max(p, 1 - p));
    return round(best.reduce((sum, p) => sum + p, 0) / Math.max(1, n));
  };
  const round = (x: number) => Math.round(x * 1e4) / 1e4;
  const [low, high] = wilson(right, n);
  return {
    pairs: n,
    ceiling: ceilingOf((pair) => pair.p_a),
    ceiling_from_queries: ceilingOf((pair) => probabilityFromQueries(pair, factors)),
    achieved: round(right / Math.max(1, n)),
    interval: [round(low), round(high)],
  };
}

/** The Bayes-optimal accuracy per split, for unseen kinds and for photographs; comparable pairs only. */
export function bayesReport(
  all: readonly PairRecord[],
  creatives: readonly Pick<Creative, "id" | "factors">[],
): Record<string, BayesRow> {
  const factors = new Map(creatives.map((creative) => [creative.id, creative.factors]));
  const pairs = all.filter((pair) => pair.comparable);
  const rowOf = (of: (pair: PairRecord) => boolean) => row(pairs.filter(of), factors);
  return {
    all: row(pairs, factors),
    train: rowOf(({ split }) => split === "train"),
    val: rowOf(({ split }) => split === "val"),
    test: rowOf(({ split }) => split === "test"),
    unseen: rowOf(({ unseen }) => unseen),
    "photo-train": rowOf(({ source, split }) => source === "photo" && split === "train"),
    "photo-val": rowOf(({ source, split }) => source === "photo" && split === "val"),
  };
}
