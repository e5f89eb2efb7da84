import {
  groupScore,
  linearPredictor,
  outcomeTerms,
  sharedCount,
  tieParameter,
  type InverseInformation,
  type ModelLayout,
  type ModelParameters,
} from "./bradley-terry-model";
import { dot, multiply } from "./linear-algebra";

/** Variances of centred strengths and shared parameters. */
export interface Variances {
  readonly strengths: Float64Array;
  readonly shared: Float64Array;
}

/**
 * Covariance of two strengths of one block, from the inverse information.
 *
 * With `centre` it is the covariance after the block's mean has been fixed at 0; without, the prior
 * variance of the mean (1 / (ridge · m)) stays in.
 */
export function strengthCovariance(
  layout: ModelLayout,
  inverse: InverseInformation,
  anchors: readonly number[],
  pair: readonly [number, number],
  centre: boolean,
): number {
  const [first, second] = pair;
  const index = layout.blockOf[first] as number;
  const m = layout.blocks[index]?.length ?? 0;
  const s = sharedCount(layout);
  const i = layout.position[first] as number;
  const j = layout.position[second] as number;
  const projection = inverse.projections[index] as Float64Array;
  const through = multiply(inverse.shared, projection.subarray(j * s, (j + 1) * s), s);
  const value =
    ((inverse.blocks[index] as Float64Array)[i * m + j] as number) +
    dot(projection.subarray(i * s, (i + 1) * s), through);
  const anchor = anchors[index] as number;
  // The all-ones direction holds no information about differences; take out what was filled in.
  if (anchor > 0) return value - 1 / (anchor * m);
  return centre ? value - 1 / (layout.ridge * m) : value;
}

/** Variances from the observed information (the model holds). */
export function modelVariances(
  layout: ModelLayout,
  inverse: InverseInformation,
  anchors: readonly number[],
): Variances {
  const s = sharedCount(layout);
  const strengths = new Float64Array(layout.items);
  if (layout.itemStrengths) {
    for (let i = 0; i < layout.items; i++) {
      strengths[i] = strengthCovariance(layout, inverse, anchors, [i, i], true);
    }
  }
  const shared = Float64Array.from({ length: s }, (_, i) => inverse.shared[i * s + i] as number);
  return { strengths, shared };
}

interface SandwichSums {
  /** Σ (own influence)² per item. */
  readonly own: Float64Array;
  /** [items, s]: Σ own influence · influence on the shared parameters. */
  readonly cross: Float64Array;
  /** [s, s]: Σ influence on the shared parameters, squared. */
  readonly shared: Float64Array;
}

/** Sums over comparisons of products of their influences (inverse information × score). */
function sandwichSums(
  layout: ModelLayout,
  parameters: ModelParameters,
  inverse: InverseInformation,
): SandwichSums {
  const s = sharedCount(layout);
  const nu = tieParameter(layout, parameters);
  const own = new Float64Array(layout.items);
  const cross = new Float64Array(layout.items * s);
  const shared = new Float64Array(s * s);
  for (const group of layout.groups) {
    const terms = outcomeTerms(linearPredictor(layout, parameters, group), nu);
    const score = groupScore(group, terms);
    const right = group.design.map((x) => x * score.location);
    if (layout.ties) right.push(score.tie);
    const index = layout.blockOf[group.left] as number;
    const members = layout.itemStrengths ? (layout.blocks[index] ?? []) : [];
    const block = inverse.blocks[index];
    const projection = inverse.projections[index];
    const l = layout.position[group.left] as number;
    const r = layout.position[group.right] as number;
    if (layout.itemStrengths && projection !== undefined) {
      for (let a = 0; a < s; a++) {
        const pull = (projection[l * s + a] as number) - (projection[r * s + a] as number);
        right[a] = (right[a] as number) - pull * score.location;
      }
    }
    const u = multiply(inverse.shared, right, s);
    for (let a = 0; a < s; a++) {
      for (let b = 0; b < s; b++) {
        const at = a * s + b;
        shared[at] = (shared[at] as number) + group.count * (u[a] as number) * (u[b] as number);
      }
    }
    if (block === undefined) continue;
    const m = members.length;
    members.forEach((item, i) => {
      const influence =
        ((block[i * m + l] as number) - (block[i * m + r] as number)) * score.location;
      own[item] = (own[item] as number) + group.count * influence * influence;
      for (let a = 0; a < s; a++) {
        const at = item * s + a;
        cross[at] = (cross[at] as number) + group.count * influence * (u[a] as number);
      }
    });
  }
  return { own, cross, shared };
}

/**
 * Sandwich variances H⁻¹ (Σ g gᵀ) H⁻¹: valid when comparisons are independent, even where the model
 * is only an approximation (Huber 1967, White 1982; no small-sample factor).
 */
export function sandwichVariances(
  layout: ModelLayout,
  parameters: ModelParameters,
  inverse: InverseInformation,
): Variances {
  const s = sharedCount(layout);
  const sums = sandwichSums(layout, parameters, inverse);
  const strengths = new Float64Array(layout.items);
  if (layout.itemStrengths) {
    for (let item = 0; item < layout.items; item++) {
      const projection = inverse.projections[layout.blockOf[item] as number] as Float64Array;
      const i = layout.position[item] as number;
      const e = projection.subarray(i * s, (i + 1) * s);
      strengths[item] =
        (sums.own[item] as number) -
        2 * dot(e, sums.cross.subarray(item * s, (item + 1) * s)) +
        dot(e, multiply(sums.shared, e, s));
    }
  }
  const shared = Float64Array.from({ length: s }, (_, i) => sums.shared[i * s + i] as number);
  return { strengths, shared };
}
