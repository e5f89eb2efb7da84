import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { RetrievalMeasure } from "@/domain/retrieval/live-figures";
import type { SkipReason } from "@/domain/benchmark/score-direction";
import type { MeasureSet } from "../logic/search-params";

/** What the table shows at a time: three figures per direction. */
export const MEASURE_SET_LISTS: Readonly<Record<MeasureSet, readonly RetrievalMeasure[]>> = {
  recall: ["hit_1", "hit_5", "hit_10"],
  order: ["mrr", "map", "ndcg_10"],
  depth: ["recall_5", "recall_10", "median_rank"],
};

export const MEASURE_SET_NAMES: Readonly<Record<MeasureSet, MessageDescriptor>> = {
  recall: msg`R@1, R@5, R@10`,
  order: msg`MRR, mAP, nDCG@10`,
  depth: msg`Share of all true items found, median rank`,
};

function cutoffOf(measure: RetrievalMeasure): string {
  return measure.split("_")[1] ?? "";
}

/** The head of a column. */
export function measureName(measure: RetrievalMeasure): MessageDescriptor | string {
  if (measure === "mrr") return "MRR";
  if (measure === "map") return "mAP";
  if (measure === "median_rank") return msg`Median rank`;
  const k = cutoffOf(measure);
  if (measure.startsWith("hit_")) return `R@${k}`;
  return measure.startsWith("ndcg_") ? `nDCG@${k}` : msg`Found@${k}`;
}

export function measureText(measure: RetrievalMeasure): MessageDescriptor {
  const k = cutoffOf(measure);
  if (measure === "mrr") return msg`MRR: mean over queries of 1 / rank of the first true item.`;
  if (measure === "map") {
    return msg`mAP: mean over queries of the mean precision at the ranks of all true items, over the full ranking.`;
  }
  if (measure === "median_rank") {
    return msg`Median over queries of the rank of the first true item.`;
  }
  if (measure.startsWith("hit_")) {
    return msg`R@${k}: share of queries with a true item among the first ${k}.`;
  }
  return measure.startsWith("ndcg_")
    ? msg`nDCG@${k}: gains of the true items among the first ${k}, less the lower they stand, divided by the largest possible value.`
    : msg`Share of a query’s true items among the first ${k}, mean over queries (TREC’s recall; R@${k} asks for one of them only).`;
}

/** In symbols; Q the queries, T the true items of a query, r their ranks. */
export function measureFormula(measure: RetrievalMeasure): string {
  const k = cutoffOf(measure);
  if (measure === "mrr") return "MRR = 1/|Q| Σ_q 1 / min r";
  if (measure === "map") return "mAP = 1/|Q| Σ_q 1/|T| Σ_i i / r_i";
  if (measure === "median_rank") return "median_q (min r)";
  if (measure.startsWith("hit_")) {
    return `R@${k} = |{q : min rank(true items of q) ≤ ${k}}| / |Q|`;
  }
  return measure.startsWith("ndcg_")
    ? `nDCG@${k} = 1/|Q| Σ_q (Σ_{r ≤ ${k}} gain/log₂(r+1)) / ideal`
    : `1/|Q| Σ_q |{t ∈ T : r ≤ ${k}}| / |T|`;
}

export const SKIP_TEXTS: Readonly<Record<SkipReason, MessageDescriptor>> = {
  "query not encoded": msg`query not encoded`,
  "query not in the run": msg`query not in the run file`,
  "no true item": msg`no true item`,
  "true item not encoded": msg`true item not encoded`,
};

/** Medians may lie between two ranks; a list that lacks the item has none. */
export function formatRank(rank: number): string {
  return Number.isFinite(rank) ? `${rank}` : "–";
}
