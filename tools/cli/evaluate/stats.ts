/** Intervals and calibration, as `training/selector/results.py` and `training/common/stats.py` have them. */
import { wilsonInterval } from "@/domain/statistics/binomial";
import { bootstrapTogether } from "@/domain/statistics/bootstrap";

/** A share in 0…1 with its 95 % interval over products; null without observations. */
export interface Rate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

export interface Observation {
  readonly product: string;
  readonly isHit: boolean;
}

/**
 * Mean with a percentile bootstrap that draws whole products; Wilson's interval where all observations
 * agree, because every resample would then give the same mean.
 */
export function rateOf(observations: readonly Observation[]): Rate {
  const n = observations.length;
  if (n === 0) return { value: null, low: null, high: null, n };
  const total = observations.filter(({ isHit }) => isHit).length;
  const value = total / n;
  if (total === 0 || total === n) {
    const { low, high } = wilsonInterval(total, n);
    return { value, low, high, n };
  }
  const groups = [...Map.groupBy(observations, ({ product }) => product).values()];
  const hits = groups.map((group) => group.filter(({ isHit }) => isHit).length);
  const mean = (draws: ArrayLike<number>) => {
    let [sum, count] = [0, 0];
    groups.forEach((group, i) => {
      sum += (draws[i] as number) * (hits[i] as number);
      count += (draws[i] as number) * group.length;
    });
    return count === 0 ? null : sum / count;
  };
  const units = groups.map((_, i) => i);
  const [interval] = bootstrapTogether(units, groups.length, [mean]);
  return { value, low: interval?.low ?? null, high: interval?.high ?? null, n };
}

const BINS = 10;
/** Lower ends of equal bins over [0.5, 1]; each bin leaves out its upper end, the last one holds it. */
const BIN_STARTS = Array.from({ length: BINS }, (_, i) => i * (0.5 / BINS) + 0.5);

/**
 * Expected calibration error of the confidence in the chosen side: Σ (n_b / n) |accuracy_b − confidence_b|.
 *
 * `measureCalibration` bins probabilities over [0, 1], closed above; that is another measure.
 *
 * @param probabilities - P(A), each in [0, 1]; the chosen side is A from 0.5 on.
 * @param outcomes - whether A was right; same length.
 * @returns null without probabilities.
 */
export function expectedCalibrationError(
  probabilities: readonly number[],
  outcomes: readonly boolean[],
): number | null {
  if (probabilities.length === 0) return null;
  const bins = BIN_STARTS.map(() => ({ count: 0, right: 0, confidence: 0 }));
  probabilities.forEach((p, i) => {
    const confidence = Math.max(p, 1 - p);
    const bin = bins[BIN_STARTS.findLastIndex((start) => confidence >= start)]!;
    bin.count++;
    bin.confidence += confidence;
    if (p >= 0.5 === outcomes[i]) bin.right++;
  });
  const gaps = bins.map(({ right, confidence }) => Math.abs(right - confidence));
  return gaps.reduce((sum, gap) => sum + gap, 0) / probabilities.length;
}
