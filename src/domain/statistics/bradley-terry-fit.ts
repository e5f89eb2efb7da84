import {
  differentiate,
  invertInformation,
  logLikelihood,
  sharedCount,
  type InverseInformation,
  type ModelLayout,
  type ModelParameters,
} from "./bradley-terry-model";
import { dot, multiply } from "./linear-algebra";

/** Newton's method needs 5–10 steps on data with a finite maximum. */
const MAX_ITERATIONS = 60;
/** Strengths that far apart mean odds beyond e^40: the likelihood has no finite maximum. */
const DIVERGED = 40;
const STEP_TOLERANCE = 1e-11;

export type MaximisationResult =
  | {
      readonly status: "converged";
      readonly parameters: ModelParameters;
      readonly inverse: InverseInformation;
      readonly iterations: number;
    }
  | { readonly status: "diverged" }
  | { readonly status: "not-identified" };

/** Newton step H⁻¹ g in blocks. */
function newtonStep(
  layout: ModelLayout,
  inverse: InverseInformation,
  gradientItems: Float64Array,
  gradientShared: Float64Array,
): ModelParameters {
  const s = sharedCount(layout);
  const blockGradients = layout.blocks.map((members) =>
    Float64Array.from(members, (item) => gradientItems[item] as number),
  );
  const reduced = gradientShared.slice();
  blockGradients.forEach((gradient, index) => {
    const projection = inverse.projections[index] as Float64Array;
    for (let i = 0; i < gradient.length; i++) {
      for (let a = 0; a < s; a++) {
        reduced[a] =
          (reduced[a] as number) - (projection[i * s + a] as number) * (gradient[i] as number);
      }
    }
  });
  const shared = multiply(inverse.shared, reduced, s);
  const strengths = new Float64Array(layout.items);
  layout.blocks.forEach((members, index) => {
    const own = multiply(
      inverse.blocks[index] as Float64Array,
      blockGradients[index] as Float64Array,
      members.length,
    );
    const projection = inverse.projections[index] as Float64Array;
    members.forEach((item, i) => {
      strengths[item] = (own[i] as number) - dot(projection.subarray(i * s, (i + 1) * s), shared);
    });
  });
  return { strengths, shared };
}

function moved(from: ModelParameters, step: ModelParameters, scale: number): ModelParameters {
  return {
    strengths: from.strengths.map((value, i) => value + scale * (step.strengths[i] as number)),
    shared: from.shared.map((value, i) => value + scale * (step.shared[i] as number)),
  };
}

/** Shifts each block to mean 0; rounding would otherwise let it drift along the free direction. */
function centred(layout: ModelLayout, parameters: ModelParameters): ModelParameters {
  const strengths = parameters.strengths.slice();
  for (const members of layout.blocks) {
    const mean = members.reduce((sum, i) => sum + (strengths[i] as number), 0) / members.length;
    for (const item of members) strengths[item] = (strengths[item] as number) - mean;
  }
  return { strengths, shared: parameters.shared };
}

function largest(parameters: ModelParameters): number {
  let max = 0;
  for (const value of parameters.strengths) max = Math.max(max, Math.abs(value));
  for (const value of parameters.shared) max = Math.max(max, Math.abs(value));
  return max;
}

/** Whether the data (and prior) tell all parameters apart, whatever their values. */
export function isIdentified(layout: ModelLayout): boolean {
  const zero: ModelParameters = {
    strengths: new Float64Array(layout.items),
    shared: new Float64Array(sharedCount(layout)),
  };
  return invertInformation(layout, differentiate(layout, zero)) !== null;
}

/**
 * Maximises the penalised log likelihood by Newton's method with step halving. The objective is
 * concave, so the maximum is unique up to the common shift of each block.
 *
 * @param layout - the model.
 * @returns parameters centred per block with the inverse information, or why there are none.
 */
export function maximise(layout: ModelLayout): MaximisationResult {
  let parameters: ModelParameters = {
    strengths: new Float64Array(layout.items),
    shared: new Float64Array(sharedCount(layout)),
  };
  let objective = logLikelihood(layout, parameters).penalised;
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration++) {
    const derivatives = differentiate(layout, parameters);
    const inverse = invertInformation(layout, derivatives);
    if (inverse === null) return { status: iteration === 1 ? "not-identified" : "diverged" };
    const { gradientItems, gradientShared } = derivatives;
    const step = newtonStep(layout, inverse, gradientItems, gradientShared);
    if (largest(step) < STEP_TOLERANCE) {
      return { status: "converged", parameters, inverse, iterations: iteration };
    }
    let scale = 1;
    let next = centred(layout, moved(parameters, step, scale));
    let reached = logLikelihood(layout, next).penalised;
    // Rounding of the sum may lose a few units in the last place at the maximum.
    const slack = 1e-12 * (1 + Math.abs(objective));
    while (!(reached >= objective - slack) && scale > 1e-6) {
      scale /= 2;
      next = centred(layout, moved(parameters, step, scale));
      reached = logLikelihood(layout, next).penalised;
    }
    parameters = next;
    objective = reached;
    if (largest(parameters) > DIVERGED) return { status: "diverged" };
  }
  return { status: "diverged" };
}
