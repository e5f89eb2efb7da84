import type { AspectAnswer } from "@/domain/evaluation-protocol";
import type { Factors } from "./types";

/**
 * The rules that turn factors into the truth of Q3–Q9. Each aspect has a score per creative; the
 * answer is "A=B" when the scores differ by less than the aspect's threshold. docs/generator.md
 * lists the same rules in words. All numbers are our choice: no paper states any.
 */

/** What the shopper asks for in a pair: the part of the truth that is not in the pictures. */
export interface PairContext {
  readonly kind: string;
  readonly color: string;
  /** The interest named in the title, empty when none. */
  readonly feature: string;
  /** Interests behind the queries. */
  readonly interests: readonly string[];
  /** True when a query names the product's colour. */
  readonly color_asked: boolean;
  readonly group: string;
}

export const ASPECTS = ["q3", "q4", "q5", "q6", "q7", "q8", "q9"] as const;
export type Aspect = (typeof ASPECTS)[number];

/** Scores closer than this are "A=B". */
export const THRESHOLDS: Readonly<Record<Aspect, number>> = {
  q3: 0.45,
  q4: 0.45,
  q5: 0.4,
  q6: 0.5,
  q7: 0.4,
  q8: 0.4,
  q9: 0.4,
};

type TextPart = Pick<
  Factors,
  "has_headline" | "text_readable" | "text_level" | "has_price" | "has_cta" | "text_crowded"
>;

/** Q5: says something, says it legibly, asks for the click, and is not a wall of words. */
export function scoreText(f: TextPart): number {
  const headline = f.has_headline
    ? f.text_readable
      ? f.text_level === "large"
        ? 1.5
        : 1.2
      : 0.3
    : 0;
  return headline + (f.has_price ? 0.5 : 0) + (f.has_cta ? 0.5 : 0) - (f.text_crowded ? 0.9 : 0);
}

/** Q6: a person showing the product helps most, a fitting prop helps, a stray prop harms. */
export function scoreCast(f: Pick<Factors, "person" | "has_prop" | "prop_fits">): number {
  return (f.person ? 1.4 : 0) + (f.has_prop ? (f.prop_fits ? 0.7 : -0.8) : 0);
}

/** Q7: an inset, a badge, columns or a thin frame help; a heavy frame, crowding, text over the product harm. */
export function scoreLayout(
  f: Pick<Factors, "border" | "inset" | "has_badge" | "columns" | "layout_crowded" | "text_over">,
): number {
  return (
    (f.inset ? 0.9 : 0) +
    (f.has_badge ? 0.5 : 0) +
    (f.columns ? 0.5 : 0) +
    (f.border === "thin" ? 0.45 : f.border === "heavy" ? -0.7 : 0) -
    (f.layout_crowded ? 1.6 : 0) -
    (f.text_over ? 0.9 : 0)
  );
}

/** Q8: large, whole, upright, centred, sharp and well lit. */
export function scoreSubject(
  f: Pick<
    Factors,
    "size_level" | "cut" | "tilted" | "centered" | "count" | "blurred" | "exposure" | "compressed"
  >,
): number {
  const size = f.size_level === "large" ? 1.3 : f.size_level === "medium" ? 0.8 : 0;
  return (
    size -
    (f.cut ? 0.9 : 0) -
    (f.tilted ? 0.5 : 0) -
    (f.centered ? 0 : 0.45) -
    (f.blurred ? 0.9 : 0) -
    (f.exposure === "normal" ? 0 : 0.6) -
    (f.compressed ? 0.2 : 0) +
    (f.count > 1 ? 0.15 : 0)
  );
}

/** Q9: a fitting scene, then a gradient, then plain; clutter and a product lost in it harm. */
export function scoreBackground(
  f: Pick<Factors, "background" | "scene_fits" | "product_stands_out">,
): number {
  const base =
    f.background === "scene"
      ? f.scene_fits
        ? 1.3
        : 0.2
      : { plain: 0.35, gradient: 0.8, pattern: 0.1, clutter: -0.9 }[f.background];
  return base - (f.product_stands_out ? 0 : 0.75);
}

/** Q4: the titled product, in the titled colour, with the titled feature said. */
export function scoreTitle(f: Factors, c: PairContext): number {
  const shown = { right: 2, wrong_color: 1, wrong_kind: 0 }[f.match];
  const said = c.feature !== "" && f.headline_interest === c.feature && f.text_readable;
  return shown + (said ? 0.5 : 0);
}

/** Q3: the headline, the scene and the price that the queries ask for, on the product asked for. */
export function scoreQuery(f: Factors, c: PairContext): number {
  const asks = (interest: string) => interest !== "" && c.interests.includes(interest);
  const headline = asks(f.headline_interest) ? (f.text_readable ? 1.4 : 0.5) : 0;
  const scene = asks(f.scene_interest) ? 0.9 : 0;
  const price = asks("sale") && f.has_price ? 0.6 : 0;
  const kind = f.match === "wrong_kind" ? -1.5 : 0;
  const color = c.color_asked && f.match === "wrong_color" ? -0.8 : 0;
  return headline + scene + price + kind + color;
}

/** The scores of one creative for one pair's shopper. */
export function aspectScores(f: Factors, c: PairContext): Readonly<Record<Aspect, number>> {
  return {
    q3: scoreQuery(f, c),
    q4: scoreTitle(f, c),
    q5: f.score_text,
    q6: f.score_cast,
    q7: f.score_layout,
    q8: f.score_subject,
    q9: f.score_background,
  };
}

/** A=B below the threshold, else the side with the higher score. */
export function aspectAnswers(
  a: Factors,
  b: Factors,
  c: PairContext,
): Readonly<Record<Aspect, AspectAnswer>> {
  const left = aspectScores(a, c);
  const right = aspectScores(b, c);
  const answer = (q: Aspect): AspectAnswer => {
    const gap = left[q] - right[q];
    if (Math.abs(gap) < THRESHOLDS[q] - 1e-9) return "A=B";
    return gap > 0 ? "A>B" : "A<B";
  };
  return {
    q3: answer("q3"),
    q4: answer("q4"),
    q5: answer("q5"),
    q6: answer("q6"),
    q7: answer("q7"),
    q8: answer("q8"),
    q9: answer("q9"),
  };
}
