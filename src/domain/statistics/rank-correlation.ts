import { AppError } from "@/shared/lib/errors";

/** Ranks from 1; equal values share the mean of their ranks. */
function midRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i);
  order.sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let at = start; at < end; at++) ranks[order[at]!] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Spearman's rank correlation: Pearson's correlation of the mid-ranks.
 *
 * Source: Spearman 1904, American Journal of Psychology 15; the same as scipy.stats.spearmanr.
 *
 * @param a - finite numbers.
 * @param b - as many.
 * @returns −1 to 1; null with fewer than two values or where one side is constant.
 * @throws {AppError} input-invalid for lists of different length or values that are not finite.
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const isFinite = [a, b].every((list) => Array.from(list).every(Number.isFinite));
  if (a.length !== b.length || !isFinite) {
    throw new AppError(
      "input-invalid",
      `rankCorrelation: expected as many finite values on both sides, got ${a.length} and ${b.length}`,
    );
  }
  const [x, y] = [midRanks(a), midRanks(b)];
  const mean = (a.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [dx, dy] = [x[i]! - mean, y[i]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}
