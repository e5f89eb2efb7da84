import { assertNever } from "@/shared/lib/assert";
import type { Coefficient, UndefinedReason } from "./agreement-coefficients";
import type { MeasurementLevel, RatedItem, RatingTable } from "./rating-table";

/** δ² between two categories; the ordinal distance depends on how often labels were used. */
function squaredDistances(
  scale: readonly number[],
  level: MeasurementLevel,
  totals: Float64Array,
): Float64Array {
  const q = scale.length;
  const distances = new Float64Array(q * q);
  for (let c = 0; c < q; c++) {
    let between = totals[c] as number;
    for (let k = c + 1; k < q; k++) {
      between += totals[k] as number;
      const x = scale[c] as number;
      const y = scale[k] as number;
      const distance = distanceOf(
        level,
        x,
        y,
        between - ((totals[c] as number) + (totals[k] as number)) / 2,
      );
      distances[c * q + k] = distance * distance;
      distances[k * q + c] = distance * distance;
    }
  }
  return distances;
}

function distanceOf(level: MeasurementLevel, x: number, y: number, ranks: number): number {
  switch (level) {
    case "nominal":
      return 1;
    case "ordinal":
      return ranks;
    case "interval":
      return x - y;
    case "ratio":
      return x + y === 0 ? 0 : (x - y) / (x + y);
    default:
      return assertNever(level);
  }
}

/** One item's share of the coincidence matrix: cells with their weight. */
interface ItemCoincidences {
  readonly cells: Int32Array;
  readonly weights: Float64Array;
}

function coincidencesOf(item: RatedItem, categories: number): ItemCoincidences {
  const matrix = new Float64Array(categories * categories);
  const n = item.labels.length;
  if (n >= 2) {
    const weight = 1 / (n - 1);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const at = (item.labels[i] as number) * categories + (item.labels[j] as number);
        matrix[at] = (matrix[at] as number) + weight;
      }
    }
  }
  const cells = Int32Array.from([...matrix.keys()].filter((at) => matrix[at] !== 0));
  return { cells, weights: Float64Array.from(cells, (at) => matrix[at] as number) };
}

/**
 * Krippendorff's α.
 *
 *   α = 1 − D_o / D_e = 1 − (n − 1) Σ_ck o_ck δ²_ck / Σ_ck n_c n_k δ²_ck
 *
 * o is the coincidence matrix: each item with m ≥ 2 labels adds each ordered pair of its labels with
 * weight 1/(m − 1); n_c are its row sums, n its total. δ² is 0/1 (nominal), the squared number of
 * labels between two ranks (ordinal), (x − y)² (interval) or ((x − y)/(x + y))² (ratio).
 * Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability". Items with fewer than two
 * labels do not count. Range (−∞, 1]; undefined without such items, and when one label only was
 * used, where agreement cannot be told from habit.
 *
 * @param patterns - items.
 * @param table - categories and their numbers.
 * @param level - what the distance between labels means.
 * @returns the coefficient for given item counts.
 */
export function krippendorffAlpha(
  patterns: readonly RatedItem[],
  table: RatingTable,
  level: MeasurementLevel,
): Coefficient {
  const q = table.categories.length;
  const items = patterns.map((item) => coincidencesOf(item, q));
  const matrix = new Float64Array(q * q);
  const fail = (reason: UndefinedReason) => ({ value: null, reason }) as const;
  return (counts) => {
    matrix.fill(0);
    items.forEach(({ cells, weights }, i) => {
      const count = counts[i] as number;
      if (count === 0) return;
      for (let c = 0; c < cells.length; c++) {
        const at = cells[c] as number;
        matrix[at] = (matrix[at] as number) + count * (weights[c] as number);
      }
    });
    const totals = new Float64Array(q);
    matrix.forEach((value, at) => {
      const row = Math.floor(at / q);
      totals[row] = (totals[row] as number) + value;
    });
    const total = totals.reduce((sum, value) => sum + value, 0);
    if (total === 0) return fail("no-overlap");
    const distances = squaredDistances(table.scale, level, totals);
    let observed = 0;
    let expected = 0;
    for (let at = 0; at < distances.length; at++) {
      const distance = distances[at] as number;
      observed += (matrix[at] as number) * distance;
      const row = Math.floor(at / q);
      expected += (totals[row] as number) * (totals[at - row * q] as number) * distance;
    }
    if (expected === 0) return fail("one-label");
    return { value: 1 - ((total - 1) * observed) / expected };
  };
}
