import type { DatasetOptions, DatasetPlan } from "./dataset";
import { ASPECTS } from "./plan/aspects";
import { bayesReport } from "./plan/bayes";
import type { RenderResult } from "./render/pool";

/** The share of the pairs that was to show photographs: none when there are none. */
function askedPhotoShare(options: DatasetOptions): number {
  return (options.photoProducts ?? []).length === 0 ? 0 : (options.photoShare ?? 0.25);
}

/** The share of the planned pairs that show photographs. */
function photoShareOf({ pairs }: Pick<DatasetPlan, "pairs">): number {
  return pairs.filter(({ source }) => source === "photo").length / Math.max(1, pairs.length);
}

/**
 * What was asked for beside what was planned: a product whose few creatives have too few pairs above
 * the gap gets fewer than its part, and no other product makes up for it.
 */
export function describePairs(plan: Pick<DatasetPlan, "pairs">, options: DatasetOptions): string {
  const number = (n: number) => n.toLocaleString("en");
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const pairs = `asked ${number(options.pairs)} pairs, planned ${number(plan.pairs.length)}`;
  const asked = askedPhotoShare(options);
  return asked === 0
    ? pairs
    : `${pairs}; asked ${percent(asked)} with photographs, planned ${percent(photoShareOf(plan))}`;
}

/** Counts, answer shares and speed of one run. */
export function statsOf(
  plan: DatasetPlan,
  options: DatasetOptions,
  result: RenderResult,
): Record<string, unknown> {
  const comparable = plan.pairs.filter((pair) => pair.comparable);
  const round = (value: number) => Math.round(value * 1000) / 1000;
  const ties: Record<string, number> = {};
  for (const q of ASPECTS) {
    const equal = comparable.filter((pair) => pair.answers[q] === "A=B").length;
    ties[q] = round(equal / Math.max(1, comparable.length));
  }
  return {
    seed: options.seed,
    size: options.size,
    products: plan.products.length,
    creatives: plan.creatives.length,
    views: plan.views.length,
    asked_pairs: options.pairs,
    pairs: plan.pairs.length,
    asked_photo_share: askedPhotoShare(options),
    photo_share: round(photoShareOf(plan)),
    identical_pairs: plan.pairs.filter((pair) => pair.answers.q1 === "YES").length,
    imperceptible_pairs: plan.pairs.filter((pair) => pair.answers.q2 === "YES").length,
    tie_share: ties,
    label_a_share:
      comparable.filter((pair) => pair.label === "A").length / Math.max(1, comparable.length),
    bayes: bayesReport(plan.pairs, plan.creatives)["all"],
    pictures: result.pictures,
    bytes: result.bytes,
    threads: result.threads,
    seconds: Math.round(result.seconds * 10) / 10,
    pictures_per_second: Math.round((result.pictures / Math.max(0.001, result.seconds)) * 10) / 10,
  };
}
