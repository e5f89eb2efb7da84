import { AppError } from "@/shared/lib/errors";
import { isIdentified, maximise } from "./bradley-terry-fit";
import {
  differentiate,
  logLikelihood,
  type ComparisonGroup,
  type InverseInformation,
  type ModelLayout,
  type ModelParameters,
} from "./bradley-terry-model";
import { modelVariances, sandwichVariances, strengthCovariance } from "./bradley-terry-uncertainty";
import { findComponents, type Outcome } from "./comparison-graph";
import { normalMultiplier, normalTwoSided } from "./special-functions";

/** One judged pair, items by index, sides as they were shown. */
export interface Comparison {
  readonly left: number;
  readonly right: number;
  readonly outcome: Outcome;
  /** How many equal judgements this stands for, > 0. Default 1. */
  readonly count?: number;
  /** x_left − x_right for each covariate, in the order of `covariateNames`. */
  readonly covariates?: readonly number[];
}

export interface BradleyTerryOptions {
  /**
   * "davidson" gives ties a probability of their own; "half" counts a tie as half a win for each.
   * Default "davidson"; without ties in the data both are the plain Bradley-Terry model.
   */
  readonly ties?: "davidson" | "half";
  /**
   * Whether to estimate an advantage of the left side. Default false. Where the pairs were never
   * shown both ways round, it cannot be told from the strengths: it is then left out, and the fit
   * says so (`sideBiasIdentified`), unless a ridge is given.
   */
  readonly sideBias?: boolean;
  readonly covariateNames?: readonly string[];
  /**
   * Whether items have strengths of their own. With `false` items differ only by covariates, which
   * is how the contribution of item properties (text area, brightness) is estimated. Default true.
   */
  readonly itemStrengths?: boolean;
  /**
   * Precision of a normal prior of mean 0 on every strength (penalty ridge/2 · Σ θ²; choix's alpha is
   * half of it). "auto" uses 0 where the maximum likelihood estimate exists and
   * {@link FALLBACK_RIDGE} on all parameters otherwise. Default "auto".
   */
  readonly ridge?: number | "auto";
  /** Coverage of the intervals. Default 0.95. */
  readonly confidence?: number;
}

/** Prior precision used where no finite estimate exists: a prior standard deviation of about 3.2. */
export const FALLBACK_RIDGE = 0.1;
/** Dense algebra per connected group; beyond this it would take minutes and gigabytes. */
export const MAX_CONNECTED_ITEMS = 2000;

/** A parameter on the log scale with what is known about its error. */
export interface Estimate {
  readonly value: number;
  /** From the observed information. */
  readonly standardError: number;
  /** Sandwich: valid under misspecification. */
  readonly robustStandardError: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided Wald test of value = 0. */
  readonly pValue: number;
}

export interface NamedEstimate extends Estimate {
  readonly name: string;
}

/** Why a prior was used. */
export type RidgeReason = "none" | "requested" | "not-strongly-connected" | "no-finite-maximum";

export interface BradleyTerryFit {
  /** Log strengths, mean 0 within each connected component; comparable only within a component. */
  readonly strengths: readonly Estimate[];
  readonly component: Int32Array;
  readonly componentSizes: readonly number[];
  /** Log odds that the left one wins between equals; null when not asked for or not identified. */
  readonly sideBias: Estimate | null;
  /** False when a side bias was asked for and had to be left out. */
  readonly sideBiasIdentified: boolean;
  readonly covariates: readonly NamedEstimate[];
  /** ln ν of Davidson's model; null without ties. Equal items tie with probability ν / (2 + ν). */
  readonly logTie: Estimate | null;
  readonly ridge: number;
  readonly ridgeReason: RidgeReason;
  readonly logLikelihood: number;
  readonly comparisons: number;
  readonly iterations: number;
  readonly confidence: number;
  /** Covariance of two centred strengths; 0 across components. */
  readonly covariance: (first: number, second: number) => number;
  /** Variance of θ_first − θ_second, infinite across components unless there is a prior. */
  readonly differenceVariance: (first: number, second: number) => number;
}

/**
 * Fits Bradley-Terry strengths with ties, side bias and covariates by maximum likelihood.
 *
 *   η = θ_left − θ_right + β + Σ γ_c (x_left,c − x_right,c)
 *   P(left) : P(right) : P(tie) = e^{η/2} : e^{−η/2} : ν
 *
 * Source: Bradley & Terry 1952; Davidson 1970 (ties); Davidson & Beaver 1977 (order; here the side
 * shifts η, so that it leaves the tie probability between equals of the two sides alike).
 * Standard errors come from the observed information, and from the sandwich formula. Strengths have
 * mean 0 within each connected component. An item that was never compared has strength 0 and an
 * infinite standard error (with a prior: the prior's).
 *
 * @param items - number of items.
 * @param comparisons - judged pairs; none gives all-zero strengths.
 * @param options - model and prior.
 * @returns estimates with intervals.
 * @throws {AppError} input-invalid for indices or covariates that do not fit, for parameters that the
 *   data cannot tell apart, and for connected groups above {@link MAX_CONNECTED_ITEMS}.
 */
export function fitBradleyTerry(
  items: number,
  comparisons: readonly Comparison[],
  options: BradleyTerryOptions = {},
): BradleyTerryFit {
  const names = options.covariateNames ?? [];
  checkComparisons(items, comparisons, names.length);
  const { component, members, strong } = findComponents(items, comparisons);
  const itemStrengths = options.itemStrengths ?? true;
  const widest = members.reduce((most, list) => Math.max(most, list.length), 0);
  if (itemStrengths && widest > MAX_CONNECTED_ITEMS) {
    throw new AppError(
      "input-invalid",
      `fitBradleyTerry: ${widest} items are connected by comparisons, at most ${MAX_CONNECTED_ITEMS} are supported; rank within products`,
    );
  }
  const layout = createLayout(items, comparisons, itemStrengths ? members : [], component, options);
  const ridge = options.ridge ?? "auto";
  if (ridge === "auto" && !isIdentified(layout)) {
    if (!options.sideBias) throw notFitted("not-identified");
    const without = fitBradleyTerry(items, comparisons, { ...options, sideBias: false });
    return { ...without, sideBiasIdentified: false };
  }
  const allStrong = !itemStrengths || strong.every(Boolean);
  const plain = { ...layout, ridge: ridge === "auto" ? 0 : ridge };
  let used = plain;
  let reason: RidgeReason = plain.ridge > 0 ? "requested" : "none";
  let result: ReturnType<typeof maximise> | null =
    ridge === "auto" && !allStrong ? null : maximise(plain);
  if (result === null || (ridge === "auto" && result.status === "diverged")) {
    reason = result === null ? "not-strongly-connected" : "no-finite-maximum";
    used = { ...layout, ridge: FALLBACK_RIDGE, sharedRidge: FALLBACK_RIDGE };
    result = maximise(used);
  }
  if (result.status !== "converged") throw notFitted(result.status);
  return describeFit(used, result, {
    reason,
    names,
    members,
    component,
    sideBias: options.sideBias ?? false,
    confidence: options.confidence ?? 0.95,
  });
}

function notFitted(status: "diverged" | "not-identified"): AppError {
  return new AppError(
    "input-invalid",
    status === "diverged"
      ? "fitBradleyTerry: the likelihood has no finite maximum (some item or side always wins); use a ridge above 0"
      : "fitBradleyTerry: the comparisons cannot tell the parameters apart (a covariate or the side is constant, or a property of items that also have strengths); drop it, use a ridge, or fit without item strengths",
  );
}

function checkComparisons(
  items: number,
  comparisons: readonly Comparison[],
  covariates: number,
): void {
  comparisons.forEach((comparison, index) => {
    const { left, right, count = 1, covariates: values = [] } = comparison;
    const inside = [left, right].every((i) => Number.isInteger(i) && i >= 0 && i < items);
    if (!inside || left === right || !(count > 0 && Number.isFinite(count))) {
      throw new AppError(
        "input-invalid",
        `fitBradleyTerry: comparison ${index} needs two different items in 0…${items - 1} and a positive count, got left ${left}, right ${right}, count ${count}`,
      );
    }
    if (values.length !== covariates || !values.every(Number.isFinite)) {
      throw new AppError(
        "input-invalid",
        `fitBradleyTerry: comparison ${index} needs ${covariates} finite covariate differences, got [${values.join(", ")}]`,
      );
    }
  });
}

function createLayout(
  items: number,
  comparisons: readonly Comparison[],
  blocks: readonly (readonly number[])[],
  component: Int32Array,
  options: BradleyTerryOptions,
): ModelLayout {
  const sideBias = options.sideBias ?? false;
  const groups = new Map<string, { -readonly [K in keyof ComparisonGroup]: ComparisonGroup[K] }>();
  for (const { left, right, outcome, count = 1, covariates = [] } of comparisons) {
    const key = `${left} ${right} ${outcome} ${covariates.join(" ")}`;
    const known = groups.get(key);
    if (known) known.count += count;
    else {
      const design = sideBias ? [1, ...covariates] : [...covariates];
      groups.set(key, { left, right, outcome, count, design });
    }
  }
  const position = new Int32Array(items);
  for (const members of blocks) members.forEach((item, i) => (position[item] = i));
  return {
    items,
    groups: [...groups.values()],
    blocks,
    blockOf: component,
    position,
    locations: (sideBias ? 1 : 0) + (options.covariateNames?.length ?? 0),
    ties: options.ties !== "half" && comparisons.some(({ outcome }) => outcome === "tie"),
    itemStrengths: options.itemStrengths ?? true,
    ridge: 0,
    sharedRidge: 0,
  };
}

interface FitContext {
  readonly reason: RidgeReason;
  readonly names: readonly string[];
  readonly members: readonly (readonly number[])[];
  readonly component: Int32Array;
  readonly sideBias: boolean;
  readonly confidence: number;
}

function describeFit(
  layout: ModelLayout,
  result: { parameters: ModelParameters; inverse: InverseInformation; iterations: number },
  context: FitContext,
): BradleyTerryFit {
  const { parameters, inverse } = result;
  const { anchors } = differentiate(layout, parameters);
  const model = modelVariances(layout, inverse, anchors);
  const robust = sandwichVariances(layout, parameters, inverse);
  const z = normalMultiplier(context.confidence);
  const compared = new Set(layout.groups.flatMap(({ left, right }) => [left, right]));
  const shared = Array.from(parameters.shared, (value, i) =>
    estimate(value, model.shared[i] as number, robust.shared[i] as number, z),
  );
  const covariance = (first: number, second: number): number =>
    layout.itemStrengths && context.component[first] === context.component[second]
      ? strengthCovariance(layout, inverse, anchors, [first, second], true)
      : 0;
  const first = context.sideBias ? 1 : 0;
  return {
    strengths: Array.from(parameters.strengths, (value, i) => {
      const known = compared.has(i) || layout.ridge > 0 || !layout.itemStrengths;
      const variance = known ? priorAware(layout, context, model.strengths, i) : Infinity;
      return estimate(value, variance, known ? (robust.strengths[i] as number) : Infinity, z);
    }),
    component: context.component,
    componentSizes: context.members.map((list) => list.length),
    sideBias: context.sideBias ? (shared[0] ?? null) : null,
    sideBiasIdentified: true,
    covariates: context.names.map((name, i) => ({ name, ...(shared[first + i] as Estimate) })),
    logTie: layout.ties ? (shared[layout.locations] ?? null) : null,
    ridge: layout.ridge,
    ridgeReason: context.reason,
    logLikelihood: logLikelihood(layout, parameters).plain,
    comparisons: layout.groups.reduce((sum, group) => sum + group.count, 0),
    iterations: result.iterations,
    confidence: context.confidence,
    covariance,
    differenceVariance: (a, b) => {
      if (a === b || !layout.itemStrengths) return 0;
      const full = (i: number, j: number): number =>
        strengthCovariance(layout, inverse, anchors, [i, j], false);
      if (context.component[a] === context.component[b]) {
        return full(a, a) + full(b, b) - 2 * full(a, b);
      }
      return layout.ridge > 0 ? full(a, a) + full(b, b) : Infinity;
    },
  };
}

/** An item alone in its component is 0 by centring; with a prior its error is the prior's. */
function priorAware(
  layout: ModelLayout,
  context: FitContext,
  variances: Float64Array,
  item: number,
): number {
  const alone = context.members[context.component[item] as number]?.length === 1;
  return alone && layout.itemStrengths && layout.ridge > 0
    ? 1 / layout.ridge
    : (variances[item] as number);
}

function estimate(value: number, variance: number, robustVariance: number, z: number): Estimate {
  // Rounding can push a variance that is zero by construction slightly below it.
  const standardError = Math.sqrt(Math.max(0, variance));
  return {
    value,
    standardError,
    robustStandardError: Math.sqrt(Math.max(0, robustVariance)),
    low: value - z * standardError,
    high: value + z * standardError,
    pValue: standardError > 0 ? normalTwoSided(value / standardError) : 1,
  };
}
