import type { Judgement } from "@/domain/labeling/judgement";
import type { LabelingPair } from "@/domain/labeling/records";
import type { Comparison } from "@/domain/statistics/bradley-terry";

/** Row of each creative that occurs in a pair. */
export function indexCreatives(pairs: readonly LabelingPair[]): ReadonlyMap<string, number> {
  const index = new Map<string, number>();
  for (const { a, b } of pairs) {
    if (!index.has(a)) index.set(a, index.size);
    if (!index.has(b)) index.set(b, index.size);
  }
  return index;
}

/** A creative beside itself, which some data sets hold for Q1, says nothing of strengths. */
export function comparesTwo({ a, b }: Pick<LabelingPair, "a" | "b">): boolean {
  return a !== b;
}

/**
 * Judgements as comparisons of rows, left and right as shown (so that a side bias can be told from
 * strength). A pair closed as identical or too similar counts as a tie; one creative beside itself is
 * left out.
 *
 * @param covariatesOf - x of a creative, for contextual models; a pair with a missing value is
 *   left out.
 */
export function comparisonsOf(
  judgements: readonly Judgement[],
  index: ReadonlyMap<string, number>,
  covariatesOf?: (creative: string) => readonly number[] | undefined,
): Comparison[] {
  const out: Comparison[] = [];
  for (const { pair, label, isSwapped } of judgements) {
    if (!comparesTwo(pair)) continue;
    const [leftId, rightId] = isSwapped ? [pair.b, pair.a] : [pair.a, pair.b];
    const left = index.get(leftId);
    const right = index.get(rightId);
    if (left === undefined || right === undefined) continue;
    const favoursLeft = (label === "A") !== isSwapped;
    const outcome = label === "none" ? "tie" : favoursLeft ? "left" : "right";
    if (covariatesOf === undefined) {
      out.push({ left, right, outcome });
      continue;
    }
    const [x, y] = [covariatesOf(leftId), covariatesOf(rightId)];
    if (x === undefined || y === undefined) continue;
    out.push({ left, right, outcome, covariates: x.map((value, at) => value - (y[at] ?? 0)) });
  }
  return out;
}
