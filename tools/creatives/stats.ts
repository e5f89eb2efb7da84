import type { DatasetOptions, DatasetPlan } from "./dataset";
import { ASPECTS } from "./plan/aspects";
import { bayesReport } from "./plan/bayes";
import type { RenderResult } from "./render/pool";

/** Counts, answer shares and speed of one run. */
export function statsOf(
  plan: DatasetPlan,
  options: DatasetOptions,
  result: RenderResult,
): Record<string, unknown> {
  const comparable = plan.pairs.filter((pair) => pair.comparable);
  const ties: Record<string, number> = {};
  for (const q of ASPECTS) {
    const equal = comparable.filter((pair) => pair.answers[q] === "A=B").length;
    ties[q] = Math.round((1000 * equal) / Math.max(1, comparable.length)) / 1000;
  }
  return {
    seed: options.seed,
    size: options.size,
    products: plan.products.length,
    creatives: plan.creatives.length,
    views: plan.views.length,
    pairs: plan.pairs.length,
    identical_pairs: plan.pairs.filter((pair) => pair.answers.q1 === "YES").length,
    imperceptible_pairs: plan.pairs.filter((pair) => pair.answers.q2 === "YES").length,
    tie_share: ties,
    label_a_share:
      comparable.filter((pair) => pair.label === "A").length / Math.max(1, comparable.length),
    bayes: bayesReport(plan.pairs)["all"],
    pictures: result.pictures,
    bytes: result.bytes,
    seconds: Math.round(result.seconds * 10) / 10,
    pictures_per_second: Math.round((result.pictures / Math.max(0.001, result.seconds)) * 10) / 10,
  };
}
