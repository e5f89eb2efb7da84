import { createRng, randomInt, seedFrom, shuffled, type Rng } from "@/shared/lib/rng";
import { COLOUR_NAMES, type ColourName } from "../draw/colour";
import { PATTERNS } from "../draw/pen";
import { kindOf, KINDS, UNSEEN_KINDS, type Kind } from "./kinds";
import type { Product, Split } from "./types";
import { BRANDS, FEATURE_IDS, INTERESTS, wordsOf, type Words } from "./words";

export function pick<T>(items: readonly T[], rng: Rng): T {
  const found = items[randomInt(rng, items.length)];
  if (found === undefined) throw new Error("pick: the list is empty");
  return found;
}

/** Which split a product belongs to: kinds kept unseen are test only; the rest 84/8/8. */
export function splitOf(kind: string, rng: Rng): Split {
  if (UNSEEN_KINDS.includes(kind)) return "test";
  const u = rng();
  return u < 0.84 ? "train" : u < 0.92 ? "val" : "test";
}

/** Product number `index` of a seed: the same for the same seed, whatever else is generated. */
export function planProduct(seed: number, index: number, prefix = "p"): Product {
  const rng = createRng(seedFrom(`${seed}/product/${index}`));
  // Unseen kinds are a tenth of the catalogue: enough to measure on, little lost to training.
  const seen = KINDS.filter((kind) => !UNSEEN_KINDS.includes(kind.id));
  const kind = rng() < 0.1 ? kindOf(pick(UNSEEN_KINDS, rng)) : pick(seen, rng);
  const color = pick(kind.colors ?? COLOUR_NAMES, rng);
  const accent = pick(
    COLOUR_NAMES.filter((name) => name !== color && !near(color).includes(name)),
    rng,
  );
  const features = kind.interests.filter((id) => FEATURE_IDS.includes(id));
  const [low, high] = kind.price;
  return {
    id: `${prefix}${seed}-${index}`,
    split: splitOf(kind.id, rng),
    kind: kind.id,
    color,
    accent,
    pattern: kind.patterned && rng() < 0.62 ? pick(PATTERNS.slice(1), rng) : "solid",
    material: randomInt(rng, kind.materials.length),
    style: randomInt(rng, 3),
    shape: [rng(), rng(), rng()],
    brand: pick(BRANDS, rng),
    feature: pick(features, rng),
    price: Math.round(low + (high - low) * rng() ** 1.6),
  };
}

/** Accent colours too close to the base to be told apart. */
function near(color: ColourName): readonly ColourName[] {
  const groups: readonly (readonly ColourName[])[] = [
    ["red", "orange", "brown"],
    ["orange", "yellow", "brown"],
    ["green", "teal"],
    ["teal", "blue"],
    ["blue", "purple"],
    ["purple", "pink"],
    ["black", "brown"],
    ["white", "gray"],
    ["yellow", "white"],
    ["gray", "teal", "purple"],
  ];
  return groups.filter((group) => group.includes(color)).flat();
}

/** The title as a shop would write it. */
export function titleOf(product: Product): Words {
  if (product.title) return product.title;
  const { material, style, pattern } = parts(product);
  const feature = INTERESTS[product.feature]?.adjective ?? { en: "", zh: "" };
  const color = wordsOf("color", product.color);
  const noun = wordsOf("kind", product.kind);
  const patternEn = product.pattern === "solid" ? "" : `${capital(pattern.en)} `;
  return {
    en: `${product.brand} ${feature.en} ${style.en} ${capital(noun.en)}, ${patternEn}${capital(color.en)} ${material.words.en}`,
    zh: `${product.brand} ${feature.zh}${style.zh}${product.pattern === "solid" ? "" : pattern.zh}${color.zh}${material.words.zh}${noun.zh}`,
  };
}

export function descriptionOf(product: Product): Words {
  if (product.description) return product.description;
  const { material, style, pattern } = parts(product);
  const noun = wordsOf("kind", product.kind);
  const color = wordsOf("color", product.color);
  const accent = wordsOf("color", product.accent);
  const feature = INTERESTS[product.feature];
  const headline = feature?.headlines[0] ?? { en: "", zh: "" };
  const surface =
    product.pattern === "solid"
      ? { en: `plain ${color.en}`, zh: `纯${color.zh}` }
      : {
          en: `${color.en} and ${accent.en}, ${pattern.en}`,
          zh: `${color.zh}配${accent.zh}，${pattern.zh}`,
        };
  return {
    en: `${style.en} ${noun.en} in ${surface.en}, made of ${material.words.en.toLowerCase()}. ${headline.en}. By ${product.brand}.`,
    zh: `${product.brand}${style.zh}${noun.zh}，${surface.zh}，${material.words.zh}制成。${headline.zh}。`,
  };
}

export function attributesOf(product: Product): Readonly<Record<string, string>> {
  if (product.attributes) return product.attributes;
  const { material, style } = parts(product);
  return {
    color: product.color,
    material: material.words.en.toLowerCase(),
    pattern: product.pattern,
    style: style.en.toLowerCase(),
    feature: product.feature,
  };
}

function parts(product: Product) {
  const kind: Kind = kindOf(product.kind);
  const material = kind.materials[product.material];
  const style = kind.styles[product.style];
  if (!material || !style)
    throw new Error(`parts: product ${product.id} has no such material or style`);
  return { material, style, pattern: wordsOf("pattern", product.pattern) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a search can state about a product. */
export type Trait = "kind" | "color" | "pattern" | "material" | "style" | "feature" | "brand";

/** A search in words, and which of the product's traits it states. */
export interface QueryForm {
  readonly text: Words;
  readonly states: readonly Trait[];
}

/** What shoppers type to find it, from broad to exact: the noun alone, then five forms that say more. */
export function queryForms(product: Product): QueryForm[] {
  const noun = wordsOf("kind", product.kind);
  const color = wordsOf("color", product.color);
  const { material, style, pattern } = parts(product);
  const feature = INTERESTS[product.feature]?.adjective ?? { en: "", zh: "" };
  const isSolid = product.pattern === "solid";
  const look = isSolid
    ? color
    : { en: `${pattern.en} ${color.en}`, zh: `${color.zh}${pattern.zh}` };
  const looks: readonly Trait[] = isSolid ? ["kind", "color"] : ["kind", "color", "pattern"];
  return [
    { text: noun, states: ["kind"] },
    { text: { en: `${look.en} ${noun.en}`, zh: `${look.zh}${noun.zh}` }, states: looks },
    {
      text: {
        en: `${feature.en.toLowerCase()} ${look.en} ${noun.en}`.trim(),
        zh: `${feature.zh}${look.zh}${noun.zh}`,
      },
      states: [...looks, "feature"],
    },
    {
      text: {
        en: `${look.en} ${material.words.en.toLowerCase()} ${noun.en}`,
        zh: `${look.zh}${material.words.zh}${noun.zh}`,
      },
      states: [...looks, "material"],
    },
    {
      text: {
        en: `${style.en.toLowerCase()} ${look.en} ${noun.en}`,
        zh: `${style.zh}${look.zh}${noun.zh}`,
      },
      states: [...looks, "style"],
    },
    {
      text: {
        en: `${product.brand} ${color.en} ${noun.en}`,
        zh: `${product.brand} ${color.zh}${noun.zh}`,
      },
      states: ["kind", "color", "brand"],
    },
  ];
}

/** Three of the five forms that say more than the noun, in random order. */
export function catalogueQueries(product: Product, rng: Rng): Words[] {
  const [, ...exact] = queryForms(product).map(({ text }) => text);
  return shuffled(exact, rng).slice(0, 3);
}
