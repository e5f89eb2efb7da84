import { judgementsOf } from "@/domain/labeling/judgement";
import type { ProjectData } from "./export/project-data";
import { qualityReport, reasonSummary, type QualityReport, type ReasonSummary } from "./quality";
import { pairProgress } from "./queue";
import {
  covariateEffects,
  rankCreatives,
  usableFactors,
  type CovariateReport,
  type RankingReport,
} from "./ranking";
import { reviewLists, type ReviewLists } from "./review-list";

/** Everything on the Results view that follows from the log. */
export interface ResultsReport {
  readonly quality: QualityReport;
  readonly reasons: readonly ReasonSummary[];
  /** Per annotator. */
  readonly progress: ReadonlyMap<string, { readonly done: number; readonly total: number }>;
}

export function resultsReport(data: ProjectData): ResultsReport {
  const { project, pairs, pairsById, state } = data;
  const quality = qualityReport(state, pairsById);
  return {
    quality,
    reasons: reasonSummary(judgementsOf(state, pairsById)),
    progress: new Map(
      quality.annotators.map(({ annotator }) => [
        annotator,
        pairProgress(project, pairs, state, annotator),
      ]),
    ),
  };
}

/** Everything on the Ranking view that follows from the log. */
export interface RankingOutcome {
  readonly ranking: RankingReport;
  readonly covariates: CovariateReport | undefined;
  /** Creatives of judged pairs. */
  readonly judged: readonly string[];
}

export function rankingOutcome({ state, pairsById, creatives }: ProjectData): RankingOutcome {
  const judged = new Set<string>();
  for (const [id, tasks] of state.tasksByPair) {
    const pair = tasks.size > 0 ? pairsById.get(id) : undefined;
    if (pair !== undefined) judged.add(pair.a).add(pair.b);
  }
  const known = [...judged].map((id) => creatives.get(id)).filter((one) => one !== undefined);
  const names = usableFactors(known);
  return {
    ranking: rankCreatives(state, pairsById),
    covariates:
      names.length === 0 ? undefined : covariateEffects(state, pairsById, creatives, names),
    judged: [...judged],
  };
}

/** Reports that are computed beside the page, by name. */
export interface Reports {
  readonly results: ResultsReport;
  readonly ranking: RankingOutcome;
  readonly review: ReviewLists;
}

export const REPORTS: { readonly [K in keyof Reports]: (data: ProjectData) => Reports[K] } = {
  results: resultsReport,
  ranking: rankingOutcome,
  review: ({ state, pairs, pairsById }) => reviewLists(state, pairs, pairsById),
};
