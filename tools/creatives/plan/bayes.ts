import type { PairRecord } from "./pairs";

export interface BayesRow {
  readonly pairs: number;
  /** Mean of max(p, 1 − p): the best accuracy any predictor of the visible can expect. */
  readonly ceiling: number;
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

function row(pairs: readonly PairRecord[]): BayesRow {
  const n = pairs.length;
  const right = pairs.filter((pair) => (pair.p_a >= 0.5 ? "A" : "B") === pair.label).length;
  const ceiling =
    pairs.reduce((sum, pair) => sum + Math.max(pair.p_a, 1 - pair.p_a), 0) / Math.max(1, n);
  const round = (x: number) => Math.round(x * 1e4) / 1e4;
  const [low, high] = wilson(right, n);
  return {
    pairs: n,
    ceiling: round(ceiling),
    achieved: round(right / Math.max(1, n)),
    interval: [round(low), round(high)],
  };
}

/** The Bayes-optimal accuracy per split, for unseen kinds and for photographs; comparable pairs only. */
export function bayesReport(all: readonly PairRecord[]): Record<string, BayesRow> {
  const pairs = all.filter((pair) => pair.comparable);
  const out: Record<string, BayesRow> = { all: row(pairs) };
  for (const split of ["train", "val", "test"] as const)
    out[split] = row(pairs.filter((pair) => pair.split === split));
  out["unseen"] = row(pairs.filter((pair) => pair.unseen));
  out["photo-train"] = row(
    pairs.filter((pair) => pair.source === "photo" && pair.split === "train"),
  );
  out["photo-val"] = row(pairs.filter((pair) => pair.source === "photo" && pair.split === "val"));
  return out;
}
