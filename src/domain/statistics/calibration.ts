import { AppError } from "@/shared/lib/errors";
import { wilsonInterval, type Interval } from "./binomial";

export interface ReliabilityBin {
  /** The bin holds probabilities in (low, high]; the first also holds its low end. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean predicted probability; null in an empty bin. */
  readonly meanPredicted: number | null;
  /** Share of true outcomes; null in an empty bin. */
  readonly observed: number | null;
  /** Wilson interval of the observed share; null in an empty bin. */
  readonly interval: Interval | null;
}

export interface Calibration {
  readonly count: number;
  /** Expected calibration error Σ (n_b / n) |observed_b − predicted_b|; null without predictions. */
  readonly expectedError: number | null;
  /** Largest |observed_b − predicted_b| over filled bins. */
  readonly maximumError: number | null;
  /** Brier score, mean (p − y)². */
  readonly brier: number | null;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Reliability of predicted probabilities in bins of equal width.
 *
 * Source: Guo et al. 2017, arXiv:1706.04599, eq. 3 (ECE); Brier 1950. The error depends on the number
 * of bins and is biased upwards for few predictions; state both.
 *
 * @param probabilities - predicted probability of the event, each in [0, 1].
 * @param outcomes - whether it happened; same length.
 * @param binCount - bins of equal width, default 10.
 * @returns errors and bins; null figures when there are no predictions.
 * @throws {AppError} input-invalid for unequal lengths, a probability outside [0, 1], or no bin.
 */
export function measureCalibration(
  probabilities: readonly number[],
  outcomes: readonly boolean[],
  binCount = 10,
): Calibration {
  const count = probabilities.length;
  const valid = probabilities.every((p) => p >= 0 && p <= 1) && outcomes.length === count;
  if (!valid || !Number.isInteger(binCount) || binCount < 1) {
    throw new AppError(
      "input-invalid",
      `measureCalibration: expected equally many outcomes and probabilities within [0, 1] and at least one bin, got ${count}, ${outcomes.length} and ${binCount}`,
    );
  }
  const sums = Array.from({ length: binCount }, () => ({ count: 0, predicted: 0, hits: 0 }));
  let squares = 0;
  probabilities.forEach((p, i) => {
    const bin = sums[Math.max(0, Math.ceil(p * binCount) - 1)] as (typeof sums)[number];
    const hit = outcomes[i] ? 1 : 0;
    bin.count++;
    bin.predicted += p;
    bin.hits += hit;
    squares += (p - hit) ** 2;
  });
  const bins = sums.map((bin, i) => describeBin(bin, i / binCount, (i + 1) / binCount));
  const gaps = bins.flatMap((bin) =>
    bin.observed === null || bin.meanPredicted === null
      ? []
      : [{ gap: Math.abs(bin.observed - bin.meanPredicted), count: bin.count }],
  );
  const empty = count === 0;
  return {
    count,
    expectedError: empty ? null : gaps.reduce((sum, g) => sum + (g.gap * g.count) / count, 0),
    maximumError: empty ? null : Math.max(...gaps.map(({ gap }) => gap)),
    brier: empty ? null : squares / count,
    bins,
  };
}

function describeBin(
  bin: { count: number; predicted: number; hits: number },
  low: number,
  high: number,
): ReliabilityBin {
  const { count, predicted, hits } = bin;
  if (count === 0) {
    return { low, high, count, meanPredicted: null, observed: null, interval: null };
  }
  return {
    low,
    high,
    count,
    meanPredicted: predicted / count,
    observed: hits / count,
    interval: wilsonInterval(hits, count),
  };
}
