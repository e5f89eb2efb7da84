import type { Label } from "@/domain/evaluation-protocol";
import { createRng, type Rng } from "@/shared/lib/rng";
import { ASPECTS, aspectScores, type Aspect, type PairContext } from "./aspects";
import type { Factors } from "./types";

/**
 * The user and click model. All numbers here are our choice; docs/generator.md explains them.
 *
 *   P(click | seen) = σ(BASE + SCALE · Σ_q w_group,q · score_q + ε),  ε ~ N(0, HIDDEN²) per creative
 *   clicks ~ Binomial(impressions, P(click | seen) · examination)
 *   smoothed CTR = (clicks + a) / (impressions + a + b),  a = 2.0402, b = 54.0625
 *
 * The smoothing constants are CreativeRanking's (WWW 2021).
 */
export const SMOOTHING = { a: 2.0402, b: 54.0625 } as const;
/** Pairs are kept above this relative gap: (high − low) / low. */
export const MIN_GAP = 0.6;
export const MIN_IMPRESSIONS = 1000;
const BASE = -3.5;
const SCALE = 0.5;
/** Appeal that nothing visible explains, in logits. */
const HIDDEN = 0.32;
const POSITIONS = [1, 2, 3, 4, 5];
/** Examination falls with the position k = 1, 2, … as k^-0.6. */
export function examinationAt(position: number): number {
  return position ** -0.6;
}
const EXAMINATION = POSITIONS.map(examinationAt);

type Weights = Readonly<Record<Aspect, number>>;
export interface Group {
  readonly interests: readonly string[];
  readonly weights: Weights;
}

const weights = (
  q3: number,
  q4: number,
  q5: number,
  q6: number,
  q7: number,
  q8: number,
  q9: number,
): Weights => ({ q3, q4, q5, q6, q7, q8, q9 });

/** Shopper groups: what they search for, and how much each aspect sways them. */
export const GROUPS: Readonly<Record<string, Group>> = {
  bargain: {
    interests: ["sale", "durable"],
    weights: weights(1.1, 0.55, 0.9, 0.2, 0.25, 0.4, 0.25),
  },
  explorer: {
    interests: ["outdoor", "waterproof", "lightweight"],
    weights: weights(1.1, 0.6, 0.35, 0.45, 0.2, 0.6, 0.85),
  },
  homebody: {
    interests: ["comfort", "eco"],
    weights: weights(1.1, 0.55, 0.3, 0.7, 0.25, 0.45, 0.9),
  },
  worker: {
    interests: ["work", "lightweight", "durable"],
    weights: weights(1.1, 0.7, 0.6, 0.2, 0.55, 0.85, 0.3),
  },
  giver: { interests: ["gift", "kids"], weights: weights(1.1, 0.55, 0.45, 0.85, 0.6, 0.4, 0.45) },
  trendsetter: {
    interests: ["new", "summer"],
    weights: weights(1.1, 0.5, 0.3, 0.75, 0.45, 0.5, 0.8),
  },
};
export const GROUP_IDS = Object.keys(GROUPS);

/** A group's interests that products of a kind can have: what its first query is drawn from, evenly. */
export function likedOf(group: string, interests: readonly string[]): readonly string[] {
  return (GROUPS[group]?.interests ?? []).filter((id) => interests.includes(id));
}

export interface ClickCounts {
  readonly impressions: number;
  readonly clicks: number;
}

/** Weighted appeal of a creative to the pair's shopper, in logits, without the hidden part. */
export function appealOf(f: Factors, context: PairContext): number {
  const group = GROUPS[context.group];
  if (!group) throw new Error(`appealOf: no shopper group "${context.group}"`);
  const scores = aspectScores(f, context);
  return SCALE * ASPECTS.reduce((sum, q) => sum + group.weights[q] * scores[q], 0);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Standard normal by Box–Muller. */
export function normal(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

/** Mean examination of a creative's impressions, which spread unevenly over the positions. */
function examination(rng: Rng): number {
  let total = 0;
  let seen = 0;
  for (const chance of EXAMINATION) {
    const share =
      -Math.log(1 - rng()) - Math.log(1 - rng()) - Math.log(1 - rng()) - Math.log(1 - rng());
    total += share;
    seen += share * chance;
  }
  return seen / total;
}

function momentsOfExamination(): { readonly mean: number; readonly logVariance: number } {
  const rng = createRng(20_251_120);
  const logs = Array.from({ length: 4000 }, () => Math.log(examination(rng)));
  const mean = logs.reduce((s, x) => s + x, 0) / logs.length;
  return {
    mean: Math.exp(mean),
    logVariance: logs.reduce((s, x) => s + (x - mean) ** 2, 0) / logs.length,
  };
}
const EXAMINED = momentsOfExamination();

/** A binomial count: exact for few trials' worth of successes, normal approximation above. */
export function binomial(n: number, p: number, rng: Rng): number {
  const mean = n * p;
  if (mean < 40) {
    // Waiting times between successes are geometric.
    let count = 0;
    let at = 0;
    const log = Math.log(1 - Math.min(p, 1 - 1e-12));
    for (;;) {
      at += Math.floor(Math.log(1 - rng()) / log) + 1;
      if (at > n) return count;
      count++;
    }
  }
  const drawn = Math.round(mean + Math.sqrt(mean * (1 - p)) * normal(rng));
  return Math.max(0, Math.min(n, drawn));
}

/** Impressions with popularity skew: a Pareto tail above 1,000. */
export function impressionsOf(rng: Rng): number {
  return Math.min(60_000, Math.round(1001 * (1 - rng()) ** -0.85));
}

export function smoothedCtr(counts: ClickCounts): number {
  return (counts.clicks + SMOOTHING.a) / (counts.impressions + SMOOTHING.a + SMOOTHING.b);
}

/** Simulates the log of one creative before one group. */
export function simulateClicks(
  f: Factors,
  context: PairContext,
  impressions: number,
  rng: Rng,
): ClickCounts {
  const seen = sigmoid(BASE + appealOf(f, context) + HIDDEN * normal(rng));
  return {
    impressions,
    clicks: binomial(impressions, Math.min(0.95, seen * examination(rng)), rng),
  };
}

/** Spreads a creative's log over the positions, as the examination model would have produced it. */
export function splitByPosition(
  counts: ClickCounts,
  rng: Rng,
): { position: number; impressions: number; clicks: number }[] {
  const shares = EXAMINATION.map(
    () => -Math.log(1 - rng()) - Math.log(1 - rng()) - Math.log(1 - rng()) - Math.log(1 - rng()),
  );
  const spread = (total: number, weights: readonly number[]) => {
    let left = total;
    let weight = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w, i) => {
      const part =
        i === weights.length - 1 ? left : Math.min(left, binomial(left, w / weight, rng));
      left -= part;
      weight -= w;
      return part;
    });
  };
  const impressions = spread(counts.impressions, shares);
  const clicks = spread(
    counts.clicks,
    impressions.map((n, i) => n * EXAMINATION[i]!),
  ).map((n, i) => Math.min(n, impressions[i]!));
  return POSITIONS.map((position, i) => ({
    position,
    impressions: impressions[i]!,
    clicks: clicks[i]!,
  }));
}

/** (high − low) / low of the smoothed rates. */
export function relativeGap(a: ClickCounts, b: ClickCounts): number {
  const [x, y] = [smoothedCtr(a), smoothedCtr(b)];
  return Math.abs(x - y) / Math.min(x, y);
}

export function labelOf(a: ClickCounts, b: ClickCounts): Label {
  return smoothedCtr(a) >= smoothedCtr(b) ? "A" : "B";
}

/** Φ, by Abramowitz and Stegun 7.1.26; absolute error below 1.5e-7. */
export function normalCdf(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const poly =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp((-x * x) / 2);
  return x > 0 ? 1 - tail : tail;
}

/**
 * P(the pair is kept and A wins) and P(kept and B wins), given everything visible and the shopper group.
 *
 * The log-ratio D of the two rates is about normal: mean μ from the visible appeal, variance s² from
 * hidden appeal, position mix and counting. A pair is kept when |D| > g:
 *
 *   a = Φ((μ − g)/s),  b = Φ((−μ − g)/s),  g = ln(1 + MIN_GAP)
 *
 * Impressions are known to the log but not visible; they enter through the counting noise.
 */
export function keptChances(
  a: Factors,
  b: Factors,
  context: PairContext,
  impressions: readonly [number, number],
): { readonly a: number; readonly b: number } {
  const side = (f: Factors, n: number) => {
    const seen = sigmoid(BASE + appealOf(f, context));
    const rate = seen * EXAMINED.mean;
    const slope = 1 - seen;
    const smoothed = (n * rate + SMOOTHING.a) / (n + SMOOTHING.a + SMOOTHING.b);
    const counting = (1 - rate) / (n * rate + SMOOTHING.a);
    return {
      log: Math.log(smoothed),
      variance: (HIDDEN * slope) ** 2 + EXAMINED.logVariance + counting,
    };
  };
  const left = side(a, impressions[0]);
  const right = side(b, impressions[1]);
  const mean = left.log - right.log;
  const deviation = Math.sqrt(left.variance + right.variance);
  const bar = Math.log(1 + MIN_GAP);
  return { a: normalCdf((mean - bar) / deviation), b: normalCdf((-mean - bar) / deviation) };
}

/** P(A has the higher smoothed CTR | everything visible, the shopper group, the pair was kept). */
export function bayesProbability(
  a: Factors,
  b: Factors,
  context: PairContext,
  impressions: readonly [number, number],
): number {
  const kept = keptChances(a, b, context, impressions);
  return kept.a + kept.b === 0 ? 0.5 : kept.a / (kept.a + kept.b);
}

/**
 * The same for who reads the queries and must guess the shopper group g from them:
 *
 *   p = Σ_g w_g · a_g / Σ_g w_g · (a_g + b_g),  w_g = 1 / (number of g's interests that the kind has)
 *
 * over the groups that have the first query's interest. Groups are drawn evenly, and a group's first query
 * is drawn evenly from those interests, hence w; the second query is drawn alike for every group.
 *
 * @param interests - of the product's kind.
 */
export function queryProbability(
  a: Factors,
  b: Factors,
  context: PairContext,
  interests: readonly string[],
  impressions: readonly [number, number],
): number {
  let wins = 0;
  let kept = 0;
  for (const group of GROUP_IDS) {
    const liked = likedOf(group, interests);
    if (!liked.includes(context.interests[0] ?? "")) continue;
    const chances = keptChances(a, b, { ...context, group }, impressions);
    wins += chances.a / liked.length;
    kept += (chances.a + chances.b) / liked.length;
  }
  return kept === 0 ? 0.5 : wins / kept;
}
