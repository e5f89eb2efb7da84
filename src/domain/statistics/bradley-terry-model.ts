import { invertPositiveDefinite } from "./linear-algebra";
import type { Outcome } from "./comparison-graph";

/** Equal comparisons counted together; what the likelihood is summed over. */
export interface ComparisonGroup {
  readonly left: number;
  readonly right: number;
  readonly outcome: Outcome;
  readonly count: number;
  /** What multiplies the location parameters shared by all pairs: 1 for the side, x_left − x_right. */
  readonly design: readonly number[];
}

/** The parts of the model that do not change between iterations. */
export interface ModelLayout {
  readonly items: number;
  readonly groups: readonly ComparisonGroup[];
  /** Items of each block; strengths of different blocks never meet in a comparison. */
  readonly blocks: readonly (readonly number[])[];
  readonly blockOf: Int32Array;
  /** Position of each item within its block. */
  readonly position: Int32Array;
  /** Number of shared location parameters (side, covariates). */
  readonly locations: number;
  /** Whether the last shared parameter is ln ν, the log tie parameter. */
  readonly ties: boolean;
  /** Whether items have strengths of their own, or differ by covariates only. */
  readonly itemStrengths: boolean;
  readonly ridge: number;
  readonly sharedRidge: number;
}

export interface ModelParameters {
  /** [items] log strengths. */
  readonly strengths: Float64Array;
  /** [locations + ties] side, covariates, ln ν. */
  readonly shared: Float64Array;
}

/** Gradient and information of the penalised log likelihood, in blocks. */
export interface ModelDerivatives {
  readonly gradientItems: Float64Array;
  readonly gradientShared: Float64Array;
  /** Per block [m, m]: information of the strengths, made regular along the all-ones direction. */
  readonly blocks: readonly Float64Array[];
  /** Per block: how much was added along the all-ones direction (0 with a ridge). */
  readonly anchors: readonly number[];
  /** Per block [m, s]: information between strengths and shared parameters. */
  readonly borders: readonly Float64Array[];
  /** [s, s] information of the shared parameters. */
  readonly corner: Float64Array;
}

/** Outcome probabilities, and the scores and curvatures that follow from them. */
export interface OutcomeTerms {
  readonly left: number;
  readonly right: number;
  readonly tie: number;
  /** d ln(denominator) / dη. */
  readonly mean: number;
  /** Fisher information of one comparison about η. */
  readonly information: number;
}

export function sharedCount(layout: ModelLayout): number {
  return layout.locations + (layout.ties ? 1 : 0);
}

/** η = θ_left − θ_right + Σ shared · design. */
export function linearPredictor(
  layout: ModelLayout,
  parameters: ModelParameters,
  group: ComparisonGroup,
): number {
  let eta = 0;
  if (layout.itemStrengths) {
    eta +=
      (parameters.strengths[group.left] as number) - (parameters.strengths[group.right] as number);
  }
  for (let i = 0; i < layout.locations; i++) {
    eta += (parameters.shared[i] as number) * (group.design[i] as number);
  }
  return eta;
}

/** ln(e^{η/2} + e^{−η/2} + ν) without overflow. */
function logDenominator(eta: number, nu: number): number {
  const half = Math.abs(eta) / 2;
  return half + Math.log1p(Math.exp(-2 * half) + nu * Math.exp(-half));
}

/**
 * Davidson's outcome probabilities for a location difference.
 *
 *   P(left) : P(right) : P(tie) = e^{η/2} : e^{−η/2} : ν
 *
 * Source: R. R. Davidson 1970, JASA 65; ν = 0 is Bradley & Terry 1952.
 *
 * @param eta - difference on the log scale.
 * @param nu - tie parameter, ≥ 0; two equal items tie with probability ν / (2 + ν).
 * @returns probabilities that add up to one, with the derivatives used for fitting.
 */
export function outcomeTerms(eta: number, nu: number): OutcomeTerms {
  const log = logDenominator(eta, nu);
  const left = Math.exp(eta / 2 - log);
  const right = Math.exp(-eta / 2 - log);
  const tie = nu === 0 ? 0 : Math.exp(Math.log(nu) - log);
  const mean = (left - right) / 2;
  return { left, right, tie, mean, information: (left + right) / 4 - mean * mean };
}

/** ν of the parameters: exp of the last shared one, or 0 where ties count half. */
export function tieParameter(layout: ModelLayout, parameters: ModelParameters): number {
  return layout.ties ? Math.exp(parameters.shared[layout.locations] as number) : 0;
}

const OUTCOME_SCORE = { left: 0.5, right: -0.5, tie: 0 } as const satisfies Record<Outcome, number>;

/** Log likelihood, without and with the ridge penalty. */
export function logLikelihood(
  layout: ModelLayout,
  parameters: ModelParameters,
): { plain: number; penalised: number } {
  const nu = tieParameter(layout, parameters);
  let plain = 0;
  for (const group of layout.groups) {
    const eta = linearPredictor(layout, parameters, group);
    let log = OUTCOME_SCORE[group.outcome] * eta - logDenominator(eta, nu);
    if (group.outcome === "tie" && layout.ties) {
      log += parameters.shared[layout.locations] as number;
    }
    plain += group.count * log;
  }
  let penalty = 0;
  for (const value of parameters.strengths) penalty += (layout.ridge * value * value) / 2;
  for (const value of parameters.shared) penalty += (layout.sharedRidge * value * value) / 2;
  return { plain, penalised: plain - penalty };
}

/** Score of one comparison of a group: about η, and about ln ν. */
export function groupScore(
  group: ComparisonGroup,
  terms: OutcomeTerms,
): { location: number; tie: number } {
  return {
    location: OUTCOME_SCORE[group.outcome] - terms.mean,
    tie: (group.outcome === "tie" ? 1 : 0) - terms.tie,
  };
}

/** Adds `value` at [row, column] of a row-major matrix. */
function add(matrix: Float64Array, columns: number, row: number, column: number, value: number) {
  const at = row * columns + column;
  matrix[at] = (matrix[at] as number) + value;
}

/** Gradient and information at the given parameters; information is observed = expected here. */
export function differentiate(layout: ModelLayout, parameters: ModelParameters): ModelDerivatives {
  const s = sharedCount(layout);
  const derivatives = {
    gradientItems: new Float64Array(layout.items),
    gradientShared: new Float64Array(s),
    blocks: layout.blocks.map((block) => new Float64Array(block.length ** 2)),
    anchors: [] as number[],
    borders: layout.blocks.map((block) => new Float64Array(block.length * s)),
    corner: new Float64Array(s * s),
  };
  const nu = tieParameter(layout, parameters);
  for (const group of layout.groups) {
    const terms = outcomeTerms(linearPredictor(layout, parameters, group), nu);
    accumulateShared(layout, group, terms, derivatives);
    if (layout.itemStrengths) accumulateItems(layout, group, terms, derivatives);
  }
  for (let i = 0; i < layout.items; i++) {
    add(derivatives.gradientItems, 1, i, 0, -layout.ridge * (parameters.strengths[i] as number));
  }
  for (let i = 0; i < s; i++) {
    add(
      derivatives.gradientShared,
      1,
      i,
      0,
      -layout.sharedRidge * (parameters.shared[i] as number),
    );
    add(derivatives.corner, s, i, i, layout.sharedRidge);
  }
  derivatives.blocks.forEach((block, index) => {
    derivatives.anchors[index] = regularise(block, layout, index);
  });
  return derivatives;
}

/** Adds the ridge, or else fills the direction that comparisons cannot see. Returns what it added. */
function regularise(block: Float64Array, layout: ModelLayout, index: number): number {
  const m = layout.blocks[index]?.length ?? 0;
  if (layout.ridge > 0) {
    for (let i = 0; i < m; i++) add(block, m, i, i, layout.ridge);
    return 0;
  }
  let trace = 0;
  for (let i = 0; i < m; i++) trace += block[i * m + i] as number;
  const anchor = trace > 0 ? trace / m : 1;
  for (let i = 0; i < block.length; i++) block[i] = (block[i] as number) + anchor / m;
  return anchor;
}

type MutableDerivatives = Pick<
  ModelDerivatives,
  "gradientItems" | "gradientShared" | "blocks" | "borders" | "corner"
>;

function accumulateShared(
  layout: ModelLayout,
  group: ComparisonGroup,
  terms: OutcomeTerms,
  out: MutableDerivatives,
): void {
  const s = sharedCount(layout);
  const score = groupScore(group, terms);
  for (let i = 0; i < layout.locations; i++) {
    const x = group.count * (group.design[i] as number);
    add(out.gradientShared, 1, i, 0, x * score.location);
    for (let j = 0; j < layout.locations; j++) {
      add(out.corner, s, i, j, x * (group.design[j] as number) * terms.information);
    }
    if (layout.ties) {
      add(out.corner, s, i, layout.locations, -x * terms.mean * terms.tie);
      add(out.corner, s, layout.locations, i, -x * terms.mean * terms.tie);
    }
  }
  if (layout.ties) {
    add(out.gradientShared, 1, layout.locations, 0, group.count * score.tie);
    const curvature = group.count * terms.tie * (1 - terms.tie);
    add(out.corner, s, layout.locations, layout.locations, curvature);
  }
}

function accumulateItems(
  layout: ModelLayout,
  group: ComparisonGroup,
  terms: OutcomeTerms,
  out: MutableDerivatives,
): void {
  const s = sharedCount(layout);
  const index = layout.blockOf[group.left] as number;
  const block = out.blocks[index] as Float64Array;
  const border = out.borders[index] as Float64Array;
  const m = layout.blocks[index]?.length ?? 0;
  const left = layout.position[group.left] as number;
  const right = layout.position[group.right] as number;
  const gradient = group.count * groupScore(group, terms).location;
  add(out.gradientItems, 1, group.left, 0, gradient);
  add(out.gradientItems, 1, group.right, 0, -gradient);
  const weight = group.count * terms.information;
  add(block, m, left, left, weight);
  add(block, m, right, right, weight);
  add(block, m, left, right, -weight);
  add(block, m, right, left, -weight);
  for (let i = 0; i < layout.locations; i++) {
    const cross = weight * (group.design[i] as number);
    add(border, s, left, i, cross);
    add(border, s, right, i, -cross);
  }
  if (layout.ties) {
    const cross = -group.count * terms.mean * terms.tie;
    add(border, s, left, layout.locations, cross);
    add(border, s, right, layout.locations, -cross);
  }
}

/** The inverse information, kept in blocks: [[D⁻¹ + E S⁻¹ Eᵀ, −E S⁻¹], [−S⁻¹ Eᵀ, S⁻¹]]. */
export interface InverseInformation {
  /** Per block [m, m]: D⁻¹. */
  readonly blocks: readonly Float64Array[];
  /** Per block [m, s]: E = D⁻¹ B. */
  readonly projections: readonly Float64Array[];
  /** [s, s]: inverse of the Schur complement. */
  readonly shared: Float64Array;
}

/**
 * Inverts the block-bordered information matrix by its Schur complement.
 *
 * @param layout - the model.
 * @param derivatives - from {@link differentiate}.
 * @returns the inverse in blocks, or null where a parameter is not identified.
 */
export function invertInformation(
  layout: ModelLayout,
  derivatives: ModelDerivatives,
): InverseInformation | null {
  const s = sharedCount(layout);
  const schur = derivatives.corner.slice();
  const blocks: Float64Array[] = [];
  const projections: Float64Array[] = [];
  for (const [index, members] of layout.blocks.entries()) {
    const m = members.length;
    const inverse = invertPositiveDefinite(derivatives.blocks[index] as Float64Array, m);
    if (inverse === null) return null;
    const border = derivatives.borders[index] as Float64Array;
    const projection = new Float64Array(m * s);
    for (let i = 0; i < m; i++) {
      for (let k = 0; k < m; k++) {
        const weight = inverse[i * m + k] as number;
        for (let j = 0; j < s; j++)
          add(projection, s, i, j, weight * (border[k * s + j] as number));
      }
    }
    for (let i = 0; i < m; i++) {
      for (let a = 0; a < s; a++) {
        for (let b = 0; b < s; b++) {
          const product = (border[i * s + a] as number) * (projection[i * s + b] as number);
          add(schur, s, a, b, -product);
        }
      }
    }
    blocks.push(inverse);
    projections.push(projection);
  }
  for (let i = 0; i < s; i++) {
    // What the strengths already explain entirely leaves only rounding noise here.
    const left = schur[i * s + i] as number;
    if (!(left > 1e-10 * (derivatives.corner[i * s + i] as number))) return null;
  }
  const shared = invertPositiveDefinite(schur, s);
  return shared === null ? null : { blocks, projections, shared };
}
