/**
 * A Bradley-Terry head on frozen features: P(left wins) = σ(w · (x_left − x_right)), fitted by
 * penalised maximum likelihood. Pure; deterministic for a given seed.
 */
import { AppError } from "@/shared/lib/errors";
import { createRng, shuffled } from "@/shared/lib/rng";
import { dot, invertPositiveDefinite, multiply } from "./statistics/linear-algebra";

export interface PreferenceData {
  /** [creatives × dimension] row-major. */
  readonly features: Float32Array;
  readonly dimension: number;
  /** Rows of `features`; one entry per judgement. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 left wins, 0 right wins, 0.5 tie. */
  readonly outcome: Float32Array;
}

export interface PreferenceOptions {
  /** Ridge penalty λ ≥ 0 on λ/2 · |w|², per fit (not per judgement). */
  readonly l2: number;
  readonly folds: number;
  readonly seed: number;
}

export interface HeldOutFigures {
  /** Share of decided judgements that the head predicts right; a head without opinion counts ½. */
  readonly accuracy: number;
  /** Mean −log P(outcome) in nats over all held-out judgements; a tie counts half each way. */
  readonly logLoss: number;
  /** Judgements that were held out once. */
  readonly count: number;
}

/** Below this penalty the Hessian can be singular: more features than judgements. */
const MIN_L2 = 1e-8;
const MAX_STEPS = 50;
const TOLERANCE = 1e-9;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** −log σ(x), without overflow. */
function softLoss(x: number): number {
  return x > 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x;
}

function differenceOf(data: PreferenceData, judgement: number): Float64Array {
  const { features, dimension } = data;
  const out = new Float64Array(dimension);
  const left = data.left[judgement]! * dimension;
  const right = data.right[judgement]! * dimension;
  for (let i = 0; i < dimension; i++) out[i] = features[left + i]! - features[right + i]!;
  return out;
}

/** The pair a judgement is about, whichever side each creative was on. */
function coupleOf({ left, right }: PreferenceData, judgement: number): string {
  const [a, b] = [left[judgement]!, right[judgement]!];
  return a < b ? `${a}|${b}` : `${b}|${a}`;
}

function assertData(data: PreferenceData): void {
  const { features, dimension, left, right, outcome } = data;
  const creatives = features.length / dimension;
  const isRow = (row: number): boolean => row >= 0 && row < creatives;
  const isSound =
    Number.isInteger(dimension) &&
    dimension > 0 &&
    Number.isInteger(creatives) &&
    left.length === outcome.length &&
    right.length === outcome.length &&
    left.every(isRow) &&
    right.every(isRow) &&
    outcome.every((value) => value === 0 || value === 0.5 || value === 1);
  if (isSound) return;
  throw new AppError(
    "shape-mismatch",
    `preference head: ${left.length}/${right.length}/${outcome.length} judgements over ${creatives} creatives of ${dimension} features do not fit together, or an outcome is not 0, 0.5 or 1.`,
  );
}

/** Penalised negative log-likelihood at w. */
function objective(
  differences: readonly Float64Array[],
  outcomes: readonly number[],
  w: Float64Array,
  l2: number,
): number {
  let loss = (l2 / 2) * dot(w, w);
  for (const [i, x] of differences.entries()) {
    const margin = dot(w, x);
    const y = outcomes[i]!;
    loss += y * softLoss(margin) + (1 - y) * softLoss(-margin);
  }
  return loss;
}

/**
 * Fits w by Newton's method with step halving on
 *
 *   Σ −[y log σ(w·x) + (1 − y) log σ(−w·x)] + λ/2 |w|²,  x = x_left − x_right,
 *
 * which is strictly convex for λ > 0, so the answer is unique.
 *
 * @param data - features and judgements.
 * @param judgements - which judgements to fit on.
 * @param l2 - ridge penalty λ; at least 1e-8 is used.
 * @returns w [dimension]; zeros where there is no judgement.
 * @throws AppError `input-invalid` when the fit does not converge.
 */
export function fitPreferenceHead(
  data: PreferenceData,
  judgements: readonly number[],
  l2: number,
): Float64Array {
  const { dimension } = data;
  const penalty = Math.max(l2, MIN_L2);
  const differences = judgements.map((judgement) => differenceOf(data, judgement));
  const outcomes = judgements.map((judgement) => data.outcome[judgement]!);
  let w: Float64Array = new Float64Array(dimension);
  let loss = objective(differences, outcomes, w, penalty);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, hessian } = derivatives(differences, outcomes, w, penalty);
    const inverse = invertPositiveDefinite(hessian, dimension);
    if (inverse === null) break;
    const direction = multiply(inverse, gradient, dimension);
    const decrement = dot(gradient, direction);
    if (decrement < TOLERANCE) return w;
    let size = 1;
    for (; size > 1e-6; size /= 2) {
      const next = w.map((value, i) => value - size * direction[i]!);
      const nextLoss = objective(differences, outcomes, next, penalty);
      if (nextLoss > loss - 1e-4 * size * decrement) continue;
      [w, loss] = [next, nextLoss];
      break;
    }
    if (size <= 1e-6) return w;
  }
  throw new AppError(
    "input-invalid",
    `preference head: the fit on ${judgements.length} judgements did not converge; use a larger l2 than ${l2}.`,
    { details: { l2, judgements: judgements.length } },
  );
}

function derivatives(
  differences: readonly Float64Array[],
  outcomes: readonly number[],
  w: Float64Array,
  l2: number,
): { gradient: Float64Array; hessian: Float64Array } {
  const n = w.length;
  const gradient = w.map((value) => l2 * value);
  const hessian = new Float64Array(n * n);
  for (let i = 0; i < n; i++) hessian[i * n + i] = l2;
  for (const [row, x] of differences.entries()) {
    const p = sigmoid(dot(w, x));
    const slope = p - outcomes[row]!;
    const curvature = p * (1 - p);
    for (let i = 0; i < n; i++) {
      gradient[i]! += slope * x[i]!;
      const scaled = curvature * x[i]!;
      if (scaled === 0) continue;
      // Only the lower triangle is read.
      for (let j = 0; j <= i; j++) hessian[i * n + j]! += scaled * x[j]!;
    }
  }
  return { gradient, hessian };
}

function judge(
  data: PreferenceData,
  judgements: readonly number[],
  w: Float64Array,
  sums: { right: number; decided: number; loss: number },
): void {
  for (const judgement of judgements) {
    const margin = dot(w, differenceOf(data, judgement));
    const y = data.outcome[judgement]!;
    sums.loss += y * softLoss(margin) + (1 - y) * softLoss(-margin);
    if (y === 0.5) continue;
    sums.decided += 1;
    sums.right += margin === 0 ? 0.5 : margin > 0 === (y === 1) ? 1 : 0;
  }
}

/**
 * Fits the head on all judgements and measures it by k-fold cross-validation over pairs: what several
 * annotators said about one pair is held out together, so that nobody's answer predicts another's.
 *
 * @param data - features and judgements.
 * @param options - penalty, number of folds (2 to the number of pairs), seed of their order.
 * @param onFold - called after every fold and after the final fit; may throw to stop.
 * @returns weights, scores w · x of every creative, and held-out figures (NaN accuracy when every
 *   judgement is a tie; count 0 and NaN figures with fewer than 2 pairs).
 * @throws AppError `shape-mismatch` for data that do not fit together.
 */
export async function trainPreferenceHead(
  data: PreferenceData,
  options: PreferenceOptions,
  onFold: (done: number, total: number) => Promise<void> | void = () => undefined,
): Promise<{ weights: Float32Array; scores: Float32Array; heldOut: HeldOutFigures }> {
  assertData(data);
  const { dimension } = data;
  const all = Array.from(data.outcome, (_, judgement) => judgement);
  const couples = Array.from(all, (judgement) => coupleOf(data, judgement));
  const order = shuffled([...new Set(couples)], createRng(options.seed));
  const place = new Map(order.map((couple, at) => [couple, at]));
  const folds = Math.min(Math.max(2, Math.floor(options.folds)), order.length);
  const sums = { right: 0, decided: 0, loss: 0 };
  const isMeasured = order.length >= 2;
  const rounds = isMeasured ? folds : 0;
  for (let fold = 0; fold < rounds; fold++) {
    const isHeldOut = (judgement: number) => place.get(couples[judgement]!)! % folds === fold;
    const heldOut = all.filter(isHeldOut);
    const rest = all.filter((judgement) => !isHeldOut(judgement));
    judge(data, heldOut, fitPreferenceHead(data, rest, options.l2), sums);
    await onFold(fold + 1, rounds + 1);
  }
  const w = fitPreferenceHead(data, all, options.l2);
  await onFold(rounds + 1, rounds + 1);
  const scores = new Float32Array(data.features.length / dimension);
  for (let row = 0; row < scores.length; row++) {
    scores[row] = dot(w, data.features.subarray(row * dimension, (row + 1) * dimension));
  }
  return {
    weights: Float32Array.from(w),
    scores,
    heldOut: {
      accuracy: sums.right / sums.decided,
      logLoss: sums.loss / (isMeasured ? all.length : 0),
      count: isMeasured ? all.length : 0,
    },
  };
}
