import type { MeasurementLevel, RatedItem, RatingTable } from "./rating-table";

/**
 * Agreement coefficients of weighted items. Every function takes how often each item counts
 * (all 1 for the data, draws for a bootstrap) and answers with a value or with why there is none.
 */

/** Why a coefficient has no value. */
export type UndefinedReason =
  /** No item has two labels. */
  | "no-overlap"
  /** Fewer than two workers. */
  | "one-worker"
  /** Chance agreement is total, because a single label was used. */
  | "one-label"
  /** Labels have no order or no numbers, as the level would need. */
  | "not-on-scale"
  /** The formula divides by zero on these categories (a ratio scale with 0 or negative values). */
  | "scale-not-positive";

export type CoefficientValue =
  | { readonly value: number; readonly reason?: never }
  | { readonly value: null; readonly reason: UndefinedReason };

export type Coefficient = (counts: ArrayLike<number>) => CoefficientValue;

const undefinedFor = (reason: UndefinedReason): CoefficientValue => ({ value: null, reason });

/** (observed − expected) / (1 − expected), or "one label" where chance agreement is total. */
function chanceCorrected(observed: number, expected: number): CoefficientValue {
  // Sums of rounded shares can miss 1 by a few units in the last place.
  if (1 - expected < 1e-12) return undefinedFor("one-label");
  return { value: (observed - expected) / (1 - expected) };
}

/** [q] how many workers gave each label. */
function labelCounts(item: RatedItem, categories: number): Float64Array {
  const counts = new Float64Array(categories);
  for (const label of item.labels) counts[label] = (counts[label] as number) + 1;
  return counts;
}

/** [q, q] row-major identity weights: only equal labels agree. */
export function identityWeights(categories: number): Float64Array {
  const weights = new Float64Array(categories * categories);
  for (let i = 0; i < categories; i++) weights[i * categories + i] = 1;
  return weights;
}

/**
 * Weights of partial agreement for a level (Gwet 2014, chapter 3).
 *
 *   ordinal  w_kl = 1 − C(|k−l|+1, 2) / C(q, 2), by rank on the scale
 *   interval w_kl = 1 − (x_k − x_l)² / (x_max − x_min)²
 *   ratio    w_kl = 1 − [(x_k − x_l)/(x_k + x_l)]² / [(x_max − x_min)/(x_max + x_min)]²
 *
 * @param scale - number of each category, ascending for the ordinal level.
 * @param level - nominal gives the identity.
 * @returns [q, q] row-major weights in [0, 1].
 */
export function levelWeights(scale: readonly number[], level: MeasurementLevel): Float64Array {
  const q = scale.length;
  if (level === "nominal" || q < 2) return identityWeights(q);
  const low = Math.min(...scale);
  const high = Math.max(...scale);
  const weights = new Float64Array(q * q);
  for (let k = 0; k < q; k++) {
    for (let l = 0; l < q; l++) {
      const x = scale[k] as number;
      const y = scale[l] as number;
      let distance = 0;
      if (k !== l && level === "ordinal") {
        const steps = Math.abs(k - l);
        distance = ((steps + 1) * steps) / (q * (q - 1));
      } else if (k !== l && level === "interval") distance = ((x - y) / (high - low)) ** 2;
      else if (k !== l) distance = ((x - y) / (x + y) / ((high - low) / (high + low))) ** 2;
      weights[k * q + l] = 1 - distance;
    }
  }
  return weights;
}

interface ItemAgreement {
  /** Share of agreeing (weighted) label pairs, or NaN with fewer than two labels. */
  readonly agreement: number;
  /** [q] share of each label; null for an item without labels. */
  readonly shares: Float64Array | null;
}

function describeItems(
  patterns: readonly RatedItem[],
  categories: number,
  weights: Float64Array,
): ItemAgreement[] {
  return patterns.map((item) => {
    const n = item.labels.length;
    if (n === 0) return { agreement: Number.NaN, shares: null };
    const counts = labelCounts(item, categories);
    let pairs = 0;
    for (let k = 0; k < categories; k++) {
      if (counts[k] === 0) continue;
      let weighted = -1;
      for (let l = 0; l < categories; l++) {
        weighted += (weights[k * categories + l] as number) * (counts[l] as number);
      }
      pairs += (counts[k] as number) * weighted;
    }
    return {
      agreement: n < 2 ? Number.NaN : pairs / (n * (n - 1)),
      shares: counts.map((c) => c / n),
    };
  });
}

interface ItemMeans {
  readonly agreement: number;
  readonly shares: Float64Array;
}

/** Mean agreement over items with two labels or more, mean label shares over all labelled items. */
function meansOf(
  items: readonly ItemAgreement[],
  counts: ArrayLike<number>,
  categories: number,
): ItemMeans | null {
  let agreement = 0;
  let paired = 0;
  let labelled = 0;
  const shares = new Float64Array(categories);
  items.forEach((item, i) => {
    const count = counts[i] as number;
    if (count === 0 || item.shares === null) return;
    labelled += count;
    for (let k = 0; k < categories; k++) {
      shares[k] = (shares[k] as number) + count * (item.shares[k] as number);
    }
    if (Number.isNaN(item.agreement)) return;
    paired += count;
    agreement += count * item.agreement;
  });
  if (paired === 0) return null;
  return { agreement: agreement / paired, shares: shares.map((sum) => sum / labelled) };
}

/**
 * Observed agreement: mean over items with two or more labels of the share of equal label pairs.
 *
 *   P̄ = mean_i Σ_k n_ik (n_ik − 1) / (n_i (n_i − 1)), in [0, 1]
 */
export function percentageAgreement(
  patterns: readonly RatedItem[],
  table: RatingTable,
): Coefficient {
  const q = table.categories.length;
  const items = describeItems(patterns, q, identityWeights(q));
  return (counts) => {
    const means = meansOf(items, counts, q);
    return means === null ? undefinedFor("no-overlap") : { value: means.agreement };
  };
}

/**
 * Fleiss' κ, with the usual extension to missing labels.
 *
 *   κ = (P̄ − Σ π_k²) / (1 − Σ π_k²), π_k = mean over items of the share of label k
 *
 * Source: Fleiss 1971; unequal numbers of labels as in Gwet 2014, §2.4 (items with one label count
 * for π, not for P̄), which equals Fleiss on complete data.
 */
export function fleissKappa(patterns: readonly RatedItem[], table: RatingTable): Coefficient {
  const q = table.categories.length;
  const items = describeItems(patterns, q, identityWeights(q));
  return (counts) => {
    const means = meansOf(items, counts, q);
    if (means === null) return undefinedFor("no-overlap");
    return chanceCorrected(
      means.agreement,
      means.shares.reduce((sum, share) => sum + share * share, 0),
    );
  };
}

/**
 * Gwet's AC1 (identity weights) and AC2 (weights of a level).
 *
 *   AC = (P_w − P_e) / (1 − P_e),  P_e = T_w / (q (q − 1)) · Σ π_k (1 − π_k),  T_w = Σ_kl w_kl
 *
 * Source: Gwet 2008; Gwet 2014, §§2.4, 3.5. Stable where one label prevails, unlike κ. q counts the
 * categories of the table, used or not; with a single category it is undefined.
 *
 * @param patterns - items.
 * @param table - for the categories.
 * @param weights - [q, q] row-major partial agreement.
 */
export function gwetCoefficient(
  patterns: readonly RatedItem[],
  table: RatingTable,
  weights: Float64Array,
): Coefficient {
  const q = table.categories.length;
  const items = describeItems(patterns, q, weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (counts) => {
    const means = meansOf(items, counts, q);
    if (means === null) return undefinedFor("no-overlap");
    if (q < 2) return undefinedFor("one-label");
    const spread = means.shares.reduce((sum, share) => sum + share * (1 - share), 0);
    return chanceCorrected(means.agreement, (total / (q * (q - 1))) * spread);
  };
}

/**
 * Cohen's κ of two workers; with more, the mean over all pairs of workers that share items.
 *
 *   κ = (P_o − Σ_k p_k q_k) / (1 − Σ_k p_k q_k) on the items that both labelled
 *
 * Source: Cohen 1960; mean of pairs: Light 1971. Pairs without a shared item are left out, and so
 * are pairs whose κ is undefined (both used one and the same label); undefined when none is left.
 */
export function cohenKappa(patterns: readonly RatedItem[], table: RatingTable): Coefficient {
  const q = table.categories.length;
  const cells = new Map<string, { pattern: number; first: number; second: number }[]>();
  patterns.forEach((item, pattern) => {
    for (let i = 0; i < item.workers.length; i++) {
      for (let j = i + 1; j < item.workers.length; j++) {
        const key = `${item.workers[i]} ${item.workers[j]}`;
        const list = cells.get(key) ?? [];
        list.push({ pattern, first: item.labels[i] as number, second: item.labels[j] as number });
        cells.set(key, list);
      }
    }
  });
  const pairs = [...cells.values()];
  return (counts) => {
    if (table.workers.length < 2) return undefinedFor("one-worker");
    let sum = 0;
    let defined = 0;
    let shared = false;
    for (const pair of pairs) {
      const kappa = pairKappa(pair, counts, q);
      shared ||= kappa !== null;
      if (kappa === null || kappa.value === null) continue;
      sum += kappa.value;
      defined++;
    }
    if (!shared) return undefinedFor("no-overlap");
    return defined === 0 ? undefinedFor("one-label") : { value: sum / defined };
  };
}

function pairKappa(
  cells: readonly { pattern: number; first: number; second: number }[],
  counts: ArrayLike<number>,
  categories: number,
): CoefficientValue | null {
  const first = new Float64Array(categories);
  const second = new Float64Array(categories);
  let equal = 0;
  let total = 0;
  for (const cell of cells) {
    const count = counts[cell.pattern] as number;
    total += count;
    if (cell.first === cell.second) equal += count;
    first[cell.first] = (first[cell.first] as number) + count;
    second[cell.second] = (second[cell.second] as number) + count;
  }
  if (total === 0) return null;
  let chance = 0;
  for (let k = 0; k < categories; k++) {
    chance += ((first[k] as number) / total) * ((second[k] as number) / total);
  }
  return chanceCorrected(equal / total, chance);
}
