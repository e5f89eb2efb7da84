/**
 * Simulated shopping logs: who searched what, saw which products, clicked, put into the cart and
 * bought. All numbers here are our choice; docs/generator.md explains them.
 */
import { createRng, randomInt, seedFrom, shuffled, type Rng } from "@/shared/lib/rng";
import { attributesOf, pick, queryForms, type QueryForm, type Trait } from "./catalogue";
import { examinationAt, normal } from "./clicks";
import { weighted } from "./creative";
import { kindOf, UNSEEN_KINDS } from "./kinds";
import type { Product, Split } from "./types";
import type { Words } from "./words";

/** One line of sessions.jsonl. Products are named by id; the lists keep the display order. */
export interface SessionRecord {
  readonly id: string;
  readonly split: Split;
  /** Absent when the shopper searched by photo alone. */
  readonly query?: Words;
  /** A picture of the wanted product, never its main one; absent when searched by words alone. */
  readonly image?: string;
  readonly shown: readonly string[];
  readonly clicked: readonly string[];
  readonly carted: readonly string[];
  /** Exactly one: a session without a purchase is not logged. */
  readonly purchased: readonly string[];
}

/** Spread of a product's log-normal popularity, and the most sessions as a multiple of the mean. */
const POPULARITY = { spread: 0.8, most: 4 } as const;
/** How a shopper searches for a product that has a photo to search by. */
const WAYS = { text: 0.55, photo: 0.3, both: 0.15 } as const;
const NOUN_ALONE = 0.1;
/** What a photo tells the search beside the words. */
const PHOTO_STATES: readonly Trait[] = ["kind", "color", "pattern", "style"];
const SHOWN = 12;
const SAME_KIND = 7;
/** To a search the kind outweighs any two other stated traits, which count 1 each. */
const KIND_RELEVANCE = 3;
const NOISE = 0.5;
/** Logit of the click at the first place on a product with which nothing agrees. */
const APPEAL_BASE = -4;
/** What agreement with the wanted product adds to the logit. */
const APPEAL: Readonly<Record<Trait, number>> = {
  kind: 2.2,
  color: 1,
  style: 0.8,
  pattern: 0.7,
  material: 0.5,
  feature: 0.4,
  brand: 0.4,
};
const TRAITS = Object.keys(APPEAL) as Trait[];
const BUYS_WANTED = 0.85;
/** The wanted product is clicked before a substitute is bought. */
const CLICKS_WANTED = 0.9;
const CARTED = 0.2;

/** A product as the search and the shopper see it. */
interface Ware {
  readonly product: Product;
  readonly traits: Readonly<Record<string, string>>;
  readonly photos: readonly string[];
}

/** What may be shown beside a product: the same split, and the same side of seen and unseen kinds. */
interface Shelf {
  readonly sameKind: readonly Ware[];
  /** Other kinds of the same first category level. */
  readonly near: readonly Ware[];
  readonly far: readonly Ware[];
}

/**
 * The log of all shoppers, in random order: the same for the same arguments.
 *
 * @param products - drawn products.
 * @param views - their pictures.
 * @param options - seed, and sessions in which a product is wanted on average (0: an empty log).
 */
export function planSessions(
  products: readonly Product[],
  views: readonly { readonly product: Product; readonly file: string; readonly view: string }[],
  options: { readonly seed: number; readonly perProduct: number },
): SessionRecord[] {
  const { seed, perProduct } = options;
  const photos = Map.groupBy(
    views.filter(({ view }) => view !== "main"),
    ({ product }) => product,
  );
  const wares = products.map((product) => ({
    product,
    traits: { ...attributesOf(product), kind: product.kind, brand: product.brand },
    photos: (photos.get(product) ?? []).map(({ file }) => file),
  }));
  const shelves = shelvesOf(wares);
  const wishes = wares.flatMap((ware) => {
    const rng = createRng(seedFrom(`${seed}/popularity/${ware.product.id}`));
    return Array.from({ length: popularity(perProduct, rng) }, () => ware);
  });
  const order = createRng(seedFrom(`${seed}/sessions`));
  return shuffled(wishes, order).map((wanted, i) => {
    const rng = createRng(seedFrom(`${seed}/session/${i}`));
    return planSession(`s${seed}-${i}`, wanted, shelves.get(wanted)!, rng);
  });
}

/** In how many sessions a product is wanted: log-normal, at least once, at most four times the mean. */
function popularity(mean: number, rng: Rng): number {
  if (mean === 0) return 0;
  const drawn = mean * Math.exp(POPULARITY.spread * normal(rng) - POPULARITY.spread ** 2 / 2);
  return Math.min(POPULARITY.most * mean, Math.max(1, Math.round(drawn)));
}

function shelvesOf(wares: readonly Ware[]): ReadonlyMap<Ware, Shelf> {
  const shelves = new Map<Ware, Shelf>();
  const sides = Map.groupBy(
    wares,
    ({ product }) => `${product.split}/${UNSEEN_KINDS.includes(product.kind)}`,
  );
  for (const side of sides.values()) {
    for (const [kind, sameKind] of Map.groupBy(side, ({ product }) => product.kind)) {
      const isNear = ({ product }: Ware) => kindOf(product.kind).path[0] === kindOf(kind).path[0];
      const others = side.filter(({ product }) => product.kind !== kind);
      const near = others.filter(isNear);
      const shelf = { sameKind, near, far: others.filter((ware) => !isNear(ware)) };
      for (const ware of sameKind) shelves.set(ware, shelf);
    }
  }
  return shelves;
}

function planSession(id: string, wanted: Ware, shelf: Shelf, rng: Rng): SessionRecord {
  const way = wanted.photos.length === 0 ? "text" : weighted(WAYS, rng);
  const form = way === "photo" ? undefined : pickForm(wanted.product, rng);
  const image = way === "text" ? undefined : pick(wanted.photos, rng);
  const stated = new Set([...(form?.states ?? []), ...(image === undefined ? [] : PHOTO_STATES)]);
  const shown = search(wanted, shelf, [...stated], rng);
  const liked = shown.filter(
    (ware, i) => ware !== wanted && rng() < clickChance(ware, wanted, i + 1),
  );
  const substitutes = liked.filter(({ product }) => product.kind === wanted.product.kind);
  const isWantedBought = rng() < BUYS_WANTED || substitutes.length === 0;
  const bought = isWantedBought ? wanted : pick(substitutes, rng);
  if (isWantedBought || rng() < CLICKS_WANTED) liked.push(wanted);
  const clicked = shown.filter((ware) => liked.includes(ware));
  const carted = clicked.filter((ware) => ware === bought || rng() < CARTED);
  const idsOf = (wares: readonly Ware[]) => wares.map(({ product }) => product.id);
  return {
    id,
    split: wanted.product.split,
    ...(form === undefined ? {} : { query: form.text }),
    ...(image === undefined ? {} : { image }),
    shown: idsOf(shown),
    clicked: idsOf(clicked),
    carted: idsOf(carted),
    purchased: [bought.product.id],
  };
}

function pickForm(product: Product, rng: Rng): QueryForm {
  const [noun, ...exact] = queryForms(product);
  return noun !== undefined && rng() < NOUN_ALONE ? noun : pick(exact, rng);
}

/** The result page, in display order. */
function search(wanted: Ware, shelf: Shelf, stated: readonly Trait[], rng: Rng): Ware[] {
  const ranked = (wares: readonly Ware[]) =>
    wares
      .map((ware) => ({ ware, score: relevance(ware, wanted, stated) + NOISE * normal(rng) }))
      .sort((x, y) => y.score - x.score)
      .map(({ ware }) => ware);
  const rivals = ranked(shelf.sameKind.filter((ware) => ware !== wanted)).slice(0, SAME_KIND);
  const near = sample(shelf.near, SHOWN - 1 - rivals.length, rng);
  const far = sample(shelf.far, SHOWN - 1 - rivals.length - near.length, rng);
  // Scored anew: rivals were chosen for their noise, too, and would all stand above the wanted one.
  return ranked([wanted, ...rivals, ...near, ...far]);
}

function relevance(ware: Ware, wanted: Ware, stated: readonly Trait[]): number {
  let sum = 0;
  for (const trait of stated)
    if (ware.traits[trait] === wanted.traits[trait]) sum += trait === "kind" ? KIND_RELEVANCE : 1;
  return sum;
}

function clickChance(ware: Ware, wanted: Ware, position: number): number {
  let logit = APPEAL_BASE;
  for (const trait of TRAITS)
    if (ware.traits[trait] === wanted.traits[trait]) logit += APPEAL[trait];
  return examinationAt(position) / (1 + Math.exp(-logit));
}

/** Up to `n` different items: a Fisher–Yates shuffle cut short, without copying the list. */
function sample<T>(items: readonly T[], n: number, rng: Rng): T[] {
  const moved = new Map<number, T>();
  return Array.from({ length: Math.min(n, items.length) }, (_, i) => {
    const j = i + randomInt(rng, items.length - i);
    const found = moved.get(j) ?? items[j]!;
    moved.set(j, moved.get(i) ?? items[i]!);
    return found;
  });
}
