import { AppError } from "@/shared/lib/errors";
import {
  cohenKappa,
  fleissKappa,
  gwetCoefficient,
  identityWeights,
  levelWeights,
  percentageAgreement,
  type Coefficient,
  type UndefinedReason,
} from "./agreement-coefficients";
import { bootstrapTogether, type BootstrapInterval, type BootstrapOptions } from "./bootstrap";
import { krippendorffAlpha } from "./krippendorff-alpha";
import {
  groupPatterns,
  hasNumericScale,
  type MeasurementLevel,
  type RatingTable,
} from "./rating-table";

/** Names of the coefficients; definitions with these ids stand in docs/metrics.md. */
export type AgreementId =
  "percentage" | "cohen_kappa" | "fleiss_kappa" | "krippendorff_alpha" | "gwet_ac1" | "gwet_ac2";

export const AGREEMENT_IDS = [
  "percentage",
  "cohen_kappa",
  "fleiss_kappa",
  "krippendorff_alpha",
  "gwet_ac1",
  "gwet_ac2",
] as const satisfies readonly AgreementId[];

export interface AgreementOptions extends BootstrapOptions {
  /** The coefficients wanted; default all. One alone has the interval that it has among all. */
  readonly ids?: readonly AgreementId[];
}

/** A coefficient with its interval, or the reason why it has none. */
export interface AgreementFigure {
  readonly id: AgreementId;
  readonly value: number | null;
  /** Percentile bootstrap over items; null where undefined. */
  readonly interval: BootstrapInterval | null;
  /** Why `value` is null; null when it is not. */
  readonly reason: UndefinedReason | null;
}

/** English texts for the command line; the interface translates by the reason's id. */
export const UNDEFINED_REASON_TEXT = {
  "no-overlap": "no item has labels from two workers",
  "one-worker": "there is only one worker",
  "one-label": "only one label was used, so chance agreement is total",
  "not-on-scale": "the labels are not numbers",
  "scale-not-positive": "a ratio scale needs labels above 0",
} as const satisfies Record<UndefinedReason, string>;

/** Whether labels can carry a level: interval and ratio need numbers, ratio positive ones. */
function scaleProblem(table: RatingTable, level: MeasurementLevel): UndefinedReason | null {
  if (level === "nominal" || level === "ordinal") return null;
  if (!hasNumericScale(table)) return "not-on-scale";
  return level === "ratio" && table.scale.some((value) => value < 0) ? "scale-not-positive" : null;
}

function coefficientOf(
  id: AgreementId,
  table: RatingTable,
  patterns: RatingTable["items"],
  level: MeasurementLevel,
): Coefficient {
  const q = table.categories.length;
  switch (id) {
    case "percentage":
      return percentageAgreement(patterns, table);
    case "cohen_kappa":
      return cohenKappa(patterns, table);
    case "fleiss_kappa":
      return fleissKappa(patterns, table);
    case "krippendorff_alpha":
      return krippendorffAlpha(patterns, table, level);
    case "gwet_ac1":
      return gwetCoefficient(patterns, table, identityWeights(q));
    case "gwet_ac2":
      return gwetCoefficient(patterns, table, levelWeights(table.scale, level));
  }
}

function problemFor(
  id: AgreementId,
  table: RatingTable,
  level: MeasurementLevel,
): UndefinedReason | null {
  if (table.workers.length < 2) return table.workers.length === 1 ? "one-worker" : "no-overlap";
  if (id !== "krippendorff_alpha" && id !== "gwet_ac2") return null;
  const problem = scaleProblem(table, level);
  if (problem !== null) return problem;
  // Gwet's ratio weights divide by x + y; Krippendorff defines 0/0 as 0.
  const zero = level === "ratio" && table.scale.some((value) => value === 0);
  return id === "gwet_ac2" && zero ? "scale-not-positive" : null;
}

/**
 * All agreement coefficients of a table, each with a percentile bootstrap interval over items.
 *
 * `level` matters to Krippendorff's α and Gwet's AC2; percentage, κ and AC1 treat labels as nominal.
 * Every coefficient uses the same resamples, so that they can be compared. A coefficient that the
 * data do not define has value null and a reason, never NaN.
 *
 * @param table - from {@link createRatingTable}; text labels are ordinal in the order of
 *   `table.categories`.
 * @param level - level of measurement, default nominal.
 * @param options - which coefficients; seed, number of resamples, confidence; resamples 0 skips the
 *   intervals.
 * @returns one figure per coefficient, in the order of `ids`.
 */
export function measureAgreement(
  table: RatingTable,
  level: MeasurementLevel = "nominal",
  options: AgreementOptions = {},
): AgreementFigure[] {
  const { ids = AGREEMENT_IDS } = options;
  const { patterns, patternOf, counts } = groupPatterns(table);
  const evaluated = ids.map((id) => {
    const problem = problemFor(id, table, level);
    if (problem !== null) return { id, value: null, reason: problem, coefficient: null };
    const coefficient = coefficientOf(id, table, patterns, level);
    const { value, reason = null } = coefficient(counts);
    return { id, value, reason, coefficient: value === null ? null : coefficient };
  });
  const defined = evaluated.flatMap(({ coefficient }) =>
    coefficient === null ? [] : [coefficient],
  );
  const statistics = defined.map(
    (coefficient) => (draws: Float64Array) => coefficient(draws).value,
  );
  const intervals =
    options.resamples === 0
      ? []
      : bootstrapTogether(patternOf, patterns.length, statistics, options);
  return evaluated.map(({ id, value, reason, coefficient }) => {
    const interval =
      coefficient === null ? null : (intervals[defined.indexOf(coefficient)] ?? null);
    return { id, value, interval, reason };
  });
}

/** The figure with this id. */
export function figureOf(figures: readonly AgreementFigure[], id: AgreementId): AgreementFigure {
  const figure = figures.find((candidate) => candidate.id === id);
  if (figure === undefined) throw new AppError("input-invalid", `figureOf: no figure ${id}`);
  return figure;
}
