import { judgementsOf, type Judgement } from "@/domain/labeling/judgement";
import type { LabelState } from "@/domain/labeling/label-state";
import type { LabelingCreative, LabelingPair } from "@/domain/labeling/records";
import {
  fitBradleyTerry,
  type BradleyTerryFit,
  type Estimate,
  type NamedEstimate,
} from "@/domain/statistics/bradley-terry";
import { rankRanges, type RankRange } from "@/domain/statistics/pair-selection";
import { comparesTwo, comparisonsOf, indexCreatives } from "./comparisons";

export interface RankedCreative {
  readonly creative: string;
  readonly strength: Estimate;
  readonly range: RankRange;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

export interface ProductRanking {
  readonly product: string;
  readonly creatives: readonly RankedCreative[];
  /** True when the judgements connect all creatives, so that all of them can be compared. */
  readonly isConnected: boolean;
  readonly judgements: number;
}

export interface RankingReport {
  readonly products: readonly ProductRanking[];
  readonly sideBias: Estimate | null;
  readonly sideBiasIdentified: boolean;
  readonly tie: Estimate | null;
  readonly usesPrior: boolean;
  readonly judgements: number;
}

function outcomesOf(judgements: readonly Judgement[]) {
  const counts = new Map<string, { wins: number; losses: number; ties: number }>();
  const of = (id: string) => {
    const known = counts.get(id) ?? { wins: 0, losses: 0, ties: 0 };
    counts.set(id, known);
    return known;
  };
  for (const { pair, label } of judgements) {
    const [a, b] = [of(pair.a), of(pair.b)];
    if (label === "none") {
      a.ties++;
      b.ties++;
    } else {
      (label === "A" ? a : b).wins++;
      (label === "A" ? b : a).losses++;
    }
  }
  return counts;
}

/**
 * Bradley-Terry strengths (Davidson's ties) of every judged creative, with a side bias shared by
 * the whole project. Strengths compare creatives of one product, which is what the pairs do.
 */
export function rankCreatives(
  state: LabelState,
  pairs: ReadonlyMap<string, LabelingPair>,
): RankingReport {
  const judgements = judgementsOf(state, pairs).filter(({ pair }) => comparesTwo(pair));
  const judged = [...new Map(judgements.map(({ pair }) => [pair.id, pair])).values()];
  const index = indexCreatives(judged);
  const fit = fitBradleyTerry(index.size, comparisonsOf(judgements, index), { sideBias: true });
  const ranges = rankRanges(fit);
  const outcomes = outcomesOf(judgements);
  const byProduct = new Map<string, Set<string>>();
  for (const { productId, a, b } of judged) {
    const set = byProduct.get(productId) ?? new Set();
    byProduct.set(productId, set.add(a).add(b));
  }
  const products = [...byProduct].map(([product, ids]) =>
    productRanking(product, [...ids], { fit, index, ranges, outcomes, judgements }),
  );
  return {
    products: products.sort((x, y) => y.judgements - x.judgements),
    sideBias: fit.sideBias,
    sideBiasIdentified: fit.sideBiasIdentified,
    tie: fit.logTie,
    usesPrior: fit.ridge > 0,
    judgements: judgements.length,
  };
}

interface RankingParts {
  readonly fit: BradleyTerryFit;
  readonly index: ReadonlyMap<string, number>;
  readonly ranges: readonly RankRange[];
  readonly outcomes: ReturnType<typeof outcomesOf>;
  readonly judgements: readonly Judgement[];
}

function productRanking(product: string, ids: string[], parts: RankingParts): ProductRanking {
  const { fit, index, ranges, outcomes } = parts;
  const creatives = ids.map((creative): RankedCreative => {
    const at = index.get(creative)!;
    return {
      creative,
      strength: fit.strengths[at]!,
      range: ranges[at]!,
      ...outcomes.get(creative)!,
    };
  });
  const components = new Set(ids.map((id) => fit.component[index.get(id)!]));
  const wins = creatives.reduce((sum, one) => sum + one.wins + one.ties / 2, 0);
  return {
    product,
    creatives: creatives.sort((x, y) => y.strength.value - x.strength.value),
    isConnected: components.size === 1,
    judgements: Math.round(wins),
  };
}

/** A creative among those of all products. */
export interface OverallPlace extends RankedCreative {
  readonly product: string;
}

/**
 * All judged creatives, the strongest first. Strengths are relative to the creative's own product:
 * pairs lie within products, so that nothing is known of how products compare.
 */
export function rankOverall({ products }: RankingReport): OverallPlace[] {
  return products
    .flatMap(({ product, creatives }) => creatives.map((one) => ({ ...one, product })))
    .sort((x, y) => y.strength.value - x.strength.value);
}

export interface CovariateReport {
  readonly estimates: readonly NamedEstimate[];
  readonly judgements: number;
  /** Judged creatives without every value; their pairs are left out. */
  readonly missing: number;
}

/** Numeric value of a recorded factor: flags are 0 or 1, words have none. */
function numericFactor(creative: LabelingCreative | undefined, name: string): number | undefined {
  const value = creative?.factors?.[name];
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Names of the factors that have a number for most creatives and are not the same everywhere. */
export function usableFactors(creatives: Iterable<LabelingCreative>): string[] {
  const values = new Map<string, number[]>();
  let count = 0;
  for (const creative of creatives) {
    count++;
    for (const name of Object.keys(creative.factors ?? {})) {
      const value = numericFactor(creative, name);
      if (value !== undefined) values.set(name, [...(values.get(name) ?? []), value]);
    }
  }
  return [...values]
    .filter(([, list]) => list.length * 2 > count && new Set(list).size > 1)
    .map(([name]) => name)
    .sort();
}

/**
 * Contribution of creatives' properties to winning: a Bradley-Terry model in which creatives differ
 * only by standardised covariates. Each estimate is the change in log odds for one standard
 * deviation more than the other creative.
 */
export function covariateEffects(
  state: LabelState,
  pairs: ReadonlyMap<string, LabelingPair>,
  creatives: ReadonlyMap<string, LabelingCreative>,
  names: readonly string[],
): CovariateReport {
  const judgements = judgementsOf(state, pairs);
  const index = indexCreatives(judgements.map(({ pair }) => pair));
  const rows = new Map(
    [...index.keys()].map((id) => [
      id,
      names.map((name) => numericFactor(creatives.get(id), name)),
    ]),
  );
  const complete = [...rows.values()].filter((row) => row.every((value) => value !== undefined));
  const scales = names.map((_, at) => standardDeviation(complete.map((row) => row[at]!)));
  const comparisons = comparisonsOf(judgements, index, (id) => {
    const row = rows.get(id)!;
    if (row.some((value) => value === undefined)) return undefined;
    return row.map((value, at) => value! / scales[at]!);
  });
  if (comparisons.length === 0) return { estimates: [], judgements: 0, missing: rows.size };
  const fit = fitBradleyTerry(index.size, comparisons, {
    itemStrengths: false,
    covariateNames: names,
    sideBias: true,
    // A little prior keeps covariates that move together from running away.
    ridge: 0.01,
  });
  return {
    estimates: fit.covariates,
    judgements: comparisons.length,
    missing: rows.size - complete.length,
  };
}

/** Population standard deviation; 1 for a constant, so that dividing by it is harmless. */
function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return variance > 0 ? Math.sqrt(variance) : 1;
}
