import type { ColourName } from "../draw/colour";
import type { Pattern } from "../draw/pen";
import type { Language, Words } from "./words";

export type Split = "train" | "val" | "test";

/** A cut-out of a photograph that stands in for the drawing. */
export interface CutOut {
  readonly file: string;
}

/** One product as planned: everything that its pictures and texts are made from. */
export interface Product {
  readonly id: string;
  readonly split: Split;
  readonly kind: string;
  readonly color: ColourName;
  readonly accent: ColourName;
  readonly pattern: Pattern;
  readonly material: number;
  readonly style: number;
  readonly shape: readonly [number, number, number];
  readonly brand: string;
  /** The interest whose adjective stands in the title; empty for photographs. */
  readonly feature: string;
  readonly price: number;
  readonly cutOut?: CutOut;
  /** The same photographed item in other colours. */
  readonly alternates?: readonly { readonly color: ColourName; readonly cutOut: CutOut }[];
  readonly title?: Words;
  readonly description?: Words;
  readonly attributes?: Readonly<Record<string, string>>;
}

export type BackgroundKind = "plain" | "gradient" | "scene" | "pattern" | "clutter";
export type TextPlace = "top" | "bottom" | "left" | "right" | "over";
export type Match = "right" | "wrong_color" | "wrong_kind";

/**
 * Every factor of one creative, flat, as written to creatives.jsonl and as the reasoning grammar
 * names them. `score_*` are the aspects' scores (plan/aspects.ts).
 */
export interface Factors {
  readonly kind: string;
  readonly color: string;
  readonly pattern: string;
  readonly match: Match;
  readonly view: string;

  readonly language: Language;
  readonly headline: string;
  readonly headline_interest: string;
  readonly has_headline: boolean;
  readonly price: string;
  readonly has_price: boolean;
  readonly cta: string;
  readonly has_cta: boolean;
  readonly text_place: TextPlace;
  /** A headline lies over the product. */
  readonly text_over: boolean;
  /** Headline height as a share of the picture's height. */
  readonly text_size: number;
  readonly text_level: "none" | "small" | "medium" | "large";
  readonly text_contrast: "high" | "low";
  readonly text_readable: boolean;
  readonly small_lines: number;
  readonly text_crowded: boolean;

  /** A person is in the picture: drawn beside the product, or wearing it in the photograph. */
  readonly person: boolean;
  readonly person_drawn: boolean;
  readonly prop: string;
  readonly has_prop: boolean;
  readonly prop_fits: boolean;

  readonly border: "none" | "thin" | "heavy";
  readonly inset: boolean;
  readonly badge: string;
  readonly has_badge: boolean;
  readonly columns: boolean;
  readonly layout_parts: number;
  readonly layout_crowded: boolean;

  readonly x: number;
  readonly y: number;
  /** Side of the product's box as a share of the picture. */
  readonly size: number;
  readonly size_level: "small" | "medium" | "large";
  readonly size_rank: number;
  readonly centered: boolean;
  readonly angle: number;
  readonly tilted: boolean;
  /** Share of the product inside the picture. */
  readonly complete: number;
  readonly cut: boolean;
  readonly count: number;
  readonly blurred: boolean;
  readonly exposure: "normal" | "dark" | "bright";
  readonly compressed: boolean;

  readonly background: BackgroundKind;
  readonly background_color: string;
  readonly scene: string;
  readonly scene_interest: string;
  readonly scene_fits: boolean;
  readonly product_stands_out: boolean;

  readonly score_text: number;
  readonly score_cast: number;
  readonly score_layout: number;
  readonly score_subject: number;
  readonly score_background: number;
}

/** One creative as planned. `shown` is the product drawn, which may be the wrong one. */
export interface Creative {
  readonly id: string;
  readonly productId: string;
  readonly shown: Product;
  readonly factors: Factors;
  readonly seed: number;
  /** WebP quality 1–100. */
  readonly quality: number;
  /** A nudge of up to a few thousandths of the side: the imperceptible difference of Q2 pairs. */
  readonly nudge: number;
}
