import { createRng, randomInt, seedFrom, type Rng } from "@/shared/lib/rng";
import { backgroundTint, SCENE_IDS } from "../draw/scenery";
import { PROP_IDS } from "../draw/cast";
import { colourDistance, COLOUR_NAMES, PALETTE } from "../draw/colour";
import { scoreBackground, scoreCast, scoreLayout, scoreSubject, scoreText } from "./aspects";
import { pick } from "./catalogue";
import { kindOf } from "./kinds";
import { fitText, textBox } from "./text-fit";
import type { BackgroundKind, Creative, Factors, Match, Product, TextPlace } from "./types";
import { BADGES, CALLS_TO_ACTION, INTEREST_IDS, INTERESTS, type Language } from "./words";

/** An index drawn with the given weights. */
export function weighted<T extends string>(weights: Readonly<Record<T, number>>, rng: Rng): T {
  const entries = Object.entries(weights) as [T, number][];
  let left = rng() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of entries) {
    left -= weight;
    if (left < 0) return value;
  }
  return entries[0]![0];
}

export interface CreativeRequest {
  readonly id: string;
  readonly product: Product;
  /** The product of another kind to show in place of the right one; without it no picture is of the wrong kind. */
  readonly other: Product | undefined;
  readonly language: Language;
  readonly seed: number;
}

/** Photographs of clothes show them on a person. */
const WORN_IN_PHOTOS = new Set(["jacket", "hoodie", "tshirt", "tank", "pants", "shorts"]);
const BACKGROUND_COLOURS = COLOUR_NAMES.filter((name) => name !== "brown" && name !== "black");

/** Draws one creative's factors at random from its own seed. */
export function planCreative(request: CreativeRequest): Creative {
  const rng = createRng(seedFrom(`${request.seed}/creative/${request.id}`));
  const { product, language } = request;
  const kind = kindOf(product.kind);
  const otherColours = product.cutOut === undefined || (product.alternates ?? []).length > 0;
  const otherKind = request.other !== undefined && request.other.kind !== product.kind;
  const match = weighted<Match>(
    { right: 0.6, wrong_color: otherColours ? 0.21 : 0, wrong_kind: otherKind ? 0.19 : 0 },
    rng,
  );
  const shown = shownProduct(request, match, rng);
  const shownKind = kindOf(shown.kind);

  const layout = planLayout(rng, language);
  const cast = planCast(
    rng,
    shownKind.props,
    shown.cutOut !== undefined && WORN_IN_PHOTOS.has(shown.kind),
  );
  const text = planText(rng, language, kind.interests, product, layout.columns, cast.person_drawn);
  const crowdedLayout = layout.layout_parts >= 3;
  const background = planBackground(rng, shownKind.scenes, shown);
  const subject = planSubject(rng, text, cast.person_drawn, layout.columns);
  const parts = {
    ...layout,
    layout_crowded: crowdedLayout,
    ...text,
    ...cast,
    ...background,
    ...subject,
  };
  const factors: Factors = {
    kind: shown.kind,
    color: shown.color,
    pattern: shown.pattern,
    match,
    view: pick(["front", "left", "right"], rng),
    language,
    ...parts,
    score_text: round(scoreText(parts)),
    score_cast: round(scoreCast(parts)),
    score_layout: round(scoreLayout(parts)),
    score_subject: round(scoreSubject(parts)),
    score_background: round(scoreBackground(parts)),
  };
  return {
    id: request.id,
    productId: product.id,
    shown,
    factors,
    seed: seedFrom(`${request.seed}/paint/${request.id}`),
    quality: factors.compressed ? 6 : 86,
    nudge: 0,
  };
}

function shownProduct({ product, other }: CreativeRequest, match: Match, rng: Rng): Product {
  if (match === "wrong_kind") return other!;
  if (match === "right") return product;
  if (product.cutOut) {
    const alternate = pick(product.alternates ?? [], rng);
    return { ...product, ...alternate };
  }
  const color = pick(
    (kindOf(product.kind).colors ?? COLOUR_NAMES).filter(
      (name) =>
        name !== product.color && colourDistance(PALETTE[name], PALETTE[product.color]) > 95,
    ),
    rng,
  );
  const accent = color === product.accent ? product.color : product.accent;
  return { ...product, color, accent };
}

function planLayout(rng: Rng, language: Language) {
  const border = weighted({ none: 0.5, thin: 0.26, heavy: 0.24 }, rng);
  const inset = rng() < 0.27;
  const has_badge = rng() < 0.32;
  const columns = rng() < 0.2;
  const layout_parts =
    Number(border !== "none") + Number(inset) + Number(has_badge) + Number(columns);
  return {
    border,
    inset,
    has_badge,
    badge: has_badge ? pick(BADGES, rng)[language] : "",
    columns,
    layout_parts,
  };
}

function planText(
  rng: Rng,
  language: Language,
  interests: readonly string[],
  product: Product,
  columns: boolean,
  person: boolean,
) {
  const has_headline = rng() < 0.82;
  const interest =
    rng() < 0.92
      ? rng() < 0.2 && product.feature !== ""
        ? product.feature
        : pick(interests, rng)
      : pick(INTEREST_IDS, rng);
  const headline = has_headline ? pick(INTERESTS[interest]!.headlines, rng)[language] : "";
  const text_place: TextPlace = columns
    ? "left"
    : weighted(
        person
          ? { top: 0.5, bottom: 0.36, left: 0, right: 0, over: 0.14 }
          : { top: 0.34, bottom: 0.26, left: 0.14, right: 0.14, over: 0.12 },
        rng,
      );
  const wanted = weighted({ small: 0.22, medium: 0.36, large: 0.42 }, rng);
  const fit = fitText(
    headline,
    textBox(text_place),
    { small: 0.036, medium: 0.07, large: 0.1 }[wanted],
  );
  const text_level = !has_headline
    ? "none"
    : fit.size < 0.05
      ? "small"
      : fit.size < 0.084
        ? "medium"
        : "large";
  const text_contrast = weighted({ high: 0.78, low: 0.22 }, rng);
  const has_price = rng() < 0.36;
  const has_cta = rng() < 0.36;
  const small_lines = rng() < 0.64 ? 0 : rng() < 0.55 ? 1 + randomInt(rng, 2) : 5;
  return {
    has_headline,
    headline,
    headline_interest: has_headline ? interest : "",
    text_place,
    text_over: has_headline && text_place === "over",
    text_size: round(has_headline ? fit.size : 0),
    text_level: text_level as Factors["text_level"],
    text_contrast,
    text_readable: has_headline && text_level !== "small" && text_contrast === "high",
    has_price,
    price: has_price ? (language === "en" ? `$${product.price}` : `¥${product.price * 7}`) : "",
    has_cta,
    cta: has_cta ? pick(CALLS_TO_ACTION, rng)[language] : "",
    small_lines,
    text_crowded: small_lines >= 4,
  };
}

function planCast(rng: Rng, props: readonly string[], photographedWorn: boolean) {
  const person_drawn = rng() < 0.3 && !photographedWorn;
  const person = person_drawn || photographedWorn;
  const choice = weighted({ none: 0.46, fits: 0.29, stray: 0.25 }, rng);
  const strays = PROP_IDS.filter((id) => !props.includes(id));
  const prop =
    choice === "none" ? "none" : choice === "fits" ? pick(props, rng) : pick(strays, rng);
  return { person, person_drawn, prop, has_prop: prop !== "none", prop_fits: choice === "fits" };
}

function planBackground(rng: Rng, scenes: readonly string[], shown: Product) {
  const background = weighted<BackgroundKind>(
    { plain: 0.2, gradient: 0.2, scene: 0.34, pattern: 0.13, clutter: 0.13 },
    rng,
  );
  const scene =
    background !== "scene" ? "none" : rng() < 0.55 ? pick(scenes, rng) : pick(SCENE_IDS, rng);
  const flat = background !== "scene" && background !== "clutter";
  const background_color = flat
    ? rng() < 0.16 && shown.color !== "brown" && shown.color !== "black"
      ? shown.color
      : pick(BACKGROUND_COLOURS, rng)
    : "none";
  const same =
    flat &&
    (background_color === shown.color ||
      colourDistance(backgroundTint(background_color), PALETTE[shown.color]) < 62);
  const owner = Object.entries(INTERESTS).find(([, interest]) => interest.scene === scene);
  return {
    background,
    scene,
    scene_interest: owner?.[0] ?? "",
    scene_fits: scene !== "none" && scenes.includes(scene),
    background_color,
    product_stands_out: !same,
  };
}

function planSubject(
  rng: Rng,
  text: { text_place: TextPlace; has_headline: boolean; small_lines: number },
  person: boolean,
  columns: boolean,
) {
  const cut = rng() < 0.16;
  const size_level = weighted({ small: 0.2, medium: 0.38, large: 0.42 }, rng);
  const narrow =
    columns ||
    ((text.text_place === "left" || text.text_place === "right") && text.has_headline) ||
    person;
  const size = { small: 0.26, medium: narrow ? 0.38 : 0.42, large: narrow ? 0.52 : 0.6 }[
    size_level
  ];
  const centered = !cut && rng() < 0.78;
  const angle = rng() < 0.22 ? (rng() < 0.5 ? -1 : 1) * (22 + rng() * 16) : (rng() - 0.5) * 6;
  let x =
    columns || (text.has_headline && text.text_place === "left")
      ? 0.7
      : text.has_headline && text.text_place === "right"
        ? 0.3
        : person
          ? 0.6
          : 0.5;
  let y =
    text.has_headline && text.text_place === "top"
      ? 0.6
      : text.has_headline && text.text_place === "bottom"
        ? 0.42
        : 0.53;
  if (!centered) {
    x += (x > 0.5 ? 1 : x < 0.5 ? -1 : rng() < 0.5 ? -1 : 1) * (0.1 + rng() * 0.05);
    y += (rng() < 0.5 ? -1 : 1) * 0.1;
  }
  let complete = 1;
  if (cut) {
    complete = 0.58 + rng() * 0.12;
    x = x >= 0.5 ? 1 - size * (complete - 0.5) : size * (complete - 0.5);
  }
  return {
    x: round(x),
    y: round(y),
    size,
    size_level,
    size_rank: { small: 0, medium: 1, large: 2 }[size_level],
    centered,
    angle: round(angle),
    tilted: Math.abs(angle) > 15,
    complete: round(complete),
    cut,
    count: rng() < 0.84 || cut ? 1 : 2 + randomInt(rng, 2),
    blurred: rng() < 0.15,
    exposure: weighted({ normal: 0.78, dark: 0.12, bright: 0.1 }, rng),
    compressed: rng() < 0.1,
  };
}

export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
