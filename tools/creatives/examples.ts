import { planCreative } from "./plan/creative";
import { planProduct, titleOf } from "./plan/catalogue";
import type { Creative, Factors, Product } from "./plan/types";
import { INTERESTS, wordsOf, type Language, type Words } from "./plan/words";

/** Example sets for the Compare page: real draws of the generator, chosen to be telling. */
export interface ExampleSet {
  readonly id: string;
  readonly title: Words;
  readonly queries: { readonly en: readonly string[]; readonly zh: readonly string[] };
  readonly images: readonly string[];
}

type Wish = (f: Factors) => boolean;
interface Recipe {
  readonly id: string;
  readonly kind: string;
  readonly colors: readonly string[];
  readonly language: Language;
  readonly interests: readonly string[];
  readonly wishes: readonly Wish[];
}

const clean: Wish = (f) =>
  !f.cut &&
  !f.tilted &&
  !f.blurred &&
  f.exposure === "normal" &&
  !f.compressed &&
  f.size_level !== "small" &&
  f.product_stands_out &&
  !f.layout_crowded &&
  !f.text_crowded &&
  f.border !== "heavy" &&
  f.centered;
const tidy: Wish = (f) =>
  clean(f) &&
  f.small_lines === 0 &&
  !f.inset &&
  !(f.has_prop && !f.prop_fits) &&
  !(f.has_cta && f.text_place === "bottom" && !f.person);
const right: Wish = (f) => f.match === "right";
const says =
  (interest: string): Wish =>
  (f) =>
    f.headline_interest === interest && f.text_readable && f.text_place !== "over";
const scene =
  (id: string): Wish =>
  (f) =>
    f.scene === id;
const all =
  (...wishes: readonly Wish[]): Wish =>
  (f) =>
    wishes.every((wish) => wish(f));
const alone: Wish = (f) => !f.person && !f.has_prop;
const bare: Wish = (f) => f.layout_parts === 0 && f.small_lines === 0;

const RECIPES: readonly Recipe[] = [
  {
    id: "trail-backpack",
    kind: "backpack",
    colors: ["teal", "green", "orange", "red"],
    language: "en",
    interests: ["outdoor", "waterproof"],
    wishes: [
      all(
        tidy,
        right,
        says("outdoor"),
        scene("mountains"),
        (f) => !f.person,
        (f) => f.size_level === "large",
      ),
      all(
        tidy,
        right,
        says("sale"),
        (f) => f.background === "plain",
        (f) => f.has_price,
        alone,
      ),
    ],
  },
  {
    id: "gift-mug",
    kind: "mug",
    colors: ["red", "pink", "yellow", "blue"],
    language: "en",
    interests: ["gift", "kids"],
    wishes: [
      all(
        tidy,
        right,
        says("gift"),
        (f) => f.background === "gradient",
        (f) => f.person,
        (f) => f.has_cta,
      ),
      all(
        right,
        (f) => f.background === "clutter",
        says("gift"),
        (f) => !f.blurred && f.exposure === "normal" && !f.cut,
        alone,
      ),
    ],
  },
  {
    id: "office-headphones",
    kind: "headphones",
    colors: ["blue", "purple", "black", "teal"],
    language: "en",
    interests: ["work", "lightweight"],
    wishes: [
      all(
        tidy,
        right,
        says("work"),
        scene("desk"),
        (f) => f.size_level === "large",
        (f) => !f.person,
      ),
      all(
        tidy,
        (f) => f.match === "wrong_color",
        says("work"),
        (f) => f.background === "gradient",
        alone,
      ),
    ],
  },
  {
    id: "summer-tshirt",
    kind: "tshirt",
    colors: ["yellow", "blue", "orange", "pink"],
    language: "zh",
    interests: ["summer", "comfort"],
    wishes: [
      all(tidy, right, says("summer"), scene("beach"), (f) => f.size_level === "large"),
      all(
        right,
        (f) => f.has_headline && f.text_contrast === "low" && f.text_level !== "small",
        (f) => f.background === "plain",
        (f) => !f.cut && f.exposure === "normal" && !f.blurred,
        alone,
      ),
    ],
  },
  {
    id: "gift-watch",
    kind: "watch",
    colors: ["brown", "blue", "red", "green"],
    language: "en",
    interests: ["gift", "new"],
    wishes: [
      all(tidy, right, says("gift"), scene("party"), (f) => !f.person),
      all(
        clean,
        right,
        says("new"),
        (f) => f.background === "gradient",
        (f) => f.inset && f.small_lines === 0,
        alone,
      ),
      all(tidy, right, says("sale"), (f) => f.columns, alone),
      all(
        right,
        bare,
        (f) => f.cut && !f.blurred && f.exposure === "normal",
        (f) => f.background === "plain" && f.product_stands_out,
        alone,
      ),
    ],
  },
  {
    id: "reading-lamp",
    kind: "lamp",
    colors: ["orange", "teal", "yellow", "blue"],
    language: "zh",
    interests: ["comfort", "gift"],
    wishes: [
      all(tidy, right, says("comfort"), scene("room"), (f) => !f.person),
      all(
        right,
        says("comfort"),
        (f) => f.text_crowded && f.border === "heavy",
        (f) => !f.cut && !f.blurred && f.exposure === "normal",
        alone,
      ),
    ],
  },
  {
    id: "kids-bear",
    kind: "bear",
    colors: ["brown", "pink", "blue", "teal"],
    language: "en",
    interests: ["kids", "gift"],
    wishes: [
      all(
        tidy,
        right,
        says("kids"),
        (f) => f.person,
        (f) => f.background === "gradient",
      ),
      all(
        tidy,
        right,
        says("kids"),
        alone,
        (f) => f.background === "gradient",
        (f) => f.border === "thin",
      ),
    ],
  },
  {
    id: "city-sneakers",
    kind: "sneakers",
    colors: ["red", "blue", "green", "pink"],
    language: "en",
    interests: ["new", "summer"],
    wishes: [
      all(tidy, right, says("new"), scene("city"), (f) => f.size_level === "large", alone),
      all(
        right,
        says("new"),
        (f) => f.background === "scene",
        (f) => f.blurred && f.exposure === "normal" && !f.cut,
        alone,
      ),
      all(
        tidy,
        (f) => f.match === "wrong_kind",
        says("new"),
        (f) => f.background === "gradient",
        alone,
      ),
    ],
  },
];

const TRIES = 600_000;

export function planExamples(seed: number): { sets: ExampleSet[]; creatives: Creative[] } {
  const creatives: Creative[] = [];
  const sets = RECIPES.map((recipe): ExampleSet => {
    const product = findProduct(recipe, seed);
    const other = planProduct(seed, 20_003, "x");
    const own = recipe.wishes.map((wish, i) => ({
      ...find(product, other, recipe, wish, i, seed),
      id: `example-${recipe.id}-${i + 1}`,
    }));
    creatives.push(...own);
    const noun = wordsOf("kind", product.kind);
    const phrase = (id: string, language: Language) =>
      INTERESTS[id]!.query[language].replace("{kind}", noun[language]);
    return {
      id: recipe.id,
      title: titleOf(product),
      queries: {
        en: recipe.interests.map((id) => phrase(id, "en")),
        zh: recipe.interests.map((id) => phrase(id, "zh")),
      },
      images: own.map(({ id }) => `images/${id}.webp`),
    };
  });
  return { sets, creatives };
}

/** Examples have products of their own, from numbers above the catalogue's. */
function findProduct(recipe: Recipe, seed: number): Product {
  for (let i = 10_000; i < 20_000; i++) {
    const product = planProduct(seed, i, "x");
    if (product.kind === recipe.kind && recipe.colors.includes(product.color)) return product;
  }
  throw new Error(`findProduct: no product for the example ${recipe.id}`);
}

function find(
  product: Product,
  other: Product,
  recipe: Recipe,
  wish: Wish,
  slot: number,
  seed: number,
): Creative {
  for (let i = 0; i < TRIES; i++) {
    const creative = planCreative({
      id: `example-${recipe.id}-${slot}-${i}`,
      product,
      other,
      language: recipe.language,
      seed,
    });
    if (wish(creative.factors)) return creative;
  }
  throw new Error(`find: no creative for wish ${slot + 1} of ${recipe.id} in ${TRIES} draws`);
}
