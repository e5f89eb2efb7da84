import { expect, test } from "vitest";
import { createRng, seedFrom } from "@/shared/lib/rng";
import { planCatalogue, planDataset, productRecord, type DatasetOptions } from "../dataset";
import { attributesOf, catalogueQueries, planProduct, queryForms } from "./catalogue";
import { UNSEEN_KINDS } from "./kinds";
import { planSessions, type SessionRecord } from "./shopping";
import type { Product } from "./types";
import { wordsOf } from "./words";

const OPTIONS: DatasetOptions = {
  output: "",
  seed: 61,
  products: 150,
  pairs: 0,
  size: 1,
  perProduct: 0,
  variants: 1,
  viewsPerProduct: 3,
};
const catalogue = planCatalogue(OPTIONS);
const byId = new Map(catalogue.products.map((product) => [product.id, product]));

/** 200 lamps of one split, each with a main view and one more: a kind as full as in a large set. */
const LAMPS = Array.from({ length: 200 }, (_, i): Product => {
  return { ...planProduct(5, i), kind: "lamp", split: "train" };
});
const LAMP_VIEWS = LAMPS.flatMap((product) => [
  { product, file: `views/${product.id}-0.webp`, view: "main" },
  { product, file: `views/${product.id}-1.webp`, view: "alt" },
]);
const lampById = new Map(LAMPS.map((product) => [product.id, product]));
const lampSessions = planSessions(LAMPS, LAMP_VIEWS, { seed: 5, perProduct: 4 });

/** The wanted product, which only a photo search tells. */
function wantedOf({ image }: SessionRecord): string | undefined {
  return image?.replace(/^views\/(.*)-\d+\.webp$/u, "$1");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Distance of a share from what is expected, in standard errors. */
function deviation(share: number, expected: number, n: number): number {
  return Math.abs(share - expected) / Math.sqrt((expected * (1 - expected)) / n);
}

test("the same seed logs the same sessions, another seed others", () => {
  expect(planCatalogue(OPTIONS).sessions).toEqual(catalogue.sessions);
  const other = planSessions(LAMPS, LAMP_VIEWS, { seed: 6, perProduct: 4 });
  expect(other.map(({ purchased }) => purchased)).not.toEqual(
    lampSessions.map(({ purchased }) => purchased),
  );
  expect(catalogue.sessions.map(({ id }) => id)).toEqual(
    catalogue.sessions.map((_, i) => `s61-${i}`),
  );
});

test("sessions leave everything else of a seed as it is", () => {
  const small = { ...OPTIONS, products: 14, pairs: 14, perProduct: 4 };
  const { sessions: none, ...without } = planDataset({ ...small, sessionsPerProduct: 0 });
  const { sessions, ...rest } = planDataset(small);
  expect(none).toEqual([]);
  expect(sessions).toEqual(planCatalogue(small).sessions);
  expect(sessions.length).toBeGreaterThan(14);
  expect(rest).toEqual(without);
  expect(rest.pairs).toHaveLength(14);
});

test("the catalogue's queries are those that a seed always had", () => {
  // Written by the generator before it knew sessions.
  expect(productRecord(planProduct(77, 3), [], 77)["queries"]).toEqual([
    { en: "white leather watch", zh: "白色皮革手表" },
    { en: "white watch", zh: "白色手表" },
    { en: "durable white watch", zh: "耐用白色手表" },
  ]);
  for (const product of catalogue.products.slice(0, 30)) {
    const queries = catalogueQueries(product, createRng(seedFrom(product.id)));
    const exact = queryForms(product).slice(1);
    expect(exact.map(({ text }) => text)).toEqual(expect.arrayContaining(queries));
    expect(new Set(queries.map(({ en }) => en)).size).toBe(3);
  }
});

test("bought is in the cart, the cart was clicked, clicks were shown, each once and in display order", () => {
  const isPart = (part: readonly string[], whole: readonly string[]) =>
    expect(whole.filter((id) => part.includes(id))).toEqual(part);
  for (const { shown, clicked, carted, purchased } of [...catalogue.sessions, ...lampSessions]) {
    expect(new Set(shown).size).toBe(shown.length);
    expect(shown.length).toBeLessThanOrEqual(12);
    isPart(clicked, shown);
    isPart(carted, clicked);
    isPart(purchased, carted);
    expect(purchased).toHaveLength(1);
  }
});

test("a session keeps to its split, to its side of the unseen kinds, and to drawn products", () => {
  const isUnseen = (id: string) => UNSEEN_KINDS.includes(byId.get(id)!.kind);
  const cutOut = { ...planProduct(61, 900, "photo"), cutOut: { file: "cutouts/x.png" } };
  const { sessions } = planDataset({ ...OPTIONS, photoProducts: [cutOut] });
  expect(sessions).toEqual(catalogue.sessions);
  for (const { split, shown } of sessions) {
    expect(new Set(shown.map((id) => byId.get(id)?.split))).toEqual(new Set([split]));
    expect(new Set(shown.map(isUnseen)).size).toBe(1);
  }
  expect(new Set(sessions.map(({ split }) => split))).toEqual(new Set(["train", "val", "test"]));
});

test("a full page has twelve products, seven or fewer of them rivals of the same kind", () => {
  const train = catalogue.sessions.filter(({ split }) => split === "train");
  for (const { shown, purchased } of train) {
    const kind = byId.get(purchased[0]!)!.kind;
    expect(shown).toHaveLength(12);
    expect(shown.filter((id) => byId.get(id)!.kind === kind).length).toBeLessThanOrEqual(8);
  }
  for (const { shown } of lampSessions) expect(shown).toHaveLength(8);
});

test("searches are by words, by photo or both as often as the model says", () => {
  const n = lampSessions.length;
  expect(n).toBeGreaterThan(600);
  const words = lampSessions.filter(({ query, image }) => query && !image).length;
  const photo = lampSessions.filter(({ query, image }) => !query && image).length;
  const both = lampSessions.filter(({ query, image }) => query && image).length;
  expect(words + photo + both).toBe(n);
  expect(deviation(words / n, 0.55, n)).toBeLessThan(3.5);
  expect(deviation(photo / n, 0.3, n)).toBeLessThan(3.5);
  expect(deviation(both / n, 0.15, n)).toBeLessThan(3.5);
  const asked = lampSessions.flatMap(({ query }) => query?.en ?? []);
  const alone = asked.filter((text) => text === wordsOf("kind", "lamp").en).length;
  expect(deviation(alone / asked.length, 0.1, asked.length)).toBeLessThan(3.5);
});

test("a photo search shows another view than the main one; without one there are only words", () => {
  const others = catalogue.views.filter(({ view }) => view !== "main").map(({ file }) => file);
  const images = catalogue.sessions.flatMap((session) => session.image ?? []);
  expect(images.filter((image) => !others.includes(image))).toEqual([]);
  expect(new Set(images.map((image) => image.at(-6)))).toEqual(new Set(["1", "2"]));
  for (const viewsPerProduct of [0, 1]) {
    const { sessions } = planCatalogue({ ...OPTIONS, products: 30, viewsPerProduct });
    expect(sessions.length).toBeGreaterThan(30);
    expect(sessions.filter(({ query, image }) => image || !query)).toEqual([]);
  }
});

test("what is bought is of the kind that was asked for", () => {
  const kindBought = ({ purchased }: SessionRecord) => byId.get(purchased[0]!)!.kind;
  const inWords = catalogue.sessions.filter(({ query }) => query);
  const byPhoto = catalogue.sessions.filter(({ image }) => image);
  for (const session of inWords) {
    const noun = wordsOf("kind", kindBought(session));
    expect(session.query!.en.endsWith(noun.en)).toBe(true);
    expect(session.query!.zh.endsWith(noun.zh)).toBe(true);
  }
  for (const session of byPhoto)
    expect(byId.get(wantedOf(session)!)!.kind).toBe(kindBought(session));
});

test("the wanted product is always shown, nearly always clicked and mostly bought", () => {
  const searches = lampSessions.filter(({ image }) => image);
  const n = searches.length;
  const count = (list: "shown" | "clicked" | "purchased") =>
    searches.filter((session) => session[list].includes(wantedOf(session)!)).length;
  expect(count("shown")).toBe(n);
  expect(count("clicked") / n).toBeGreaterThan(0.95);
  expect(count("purchased") / n).toBeGreaterThan(0.8);
  expect(count("purchased") / n).toBeLessThan(0.95);
  const clicked = lampSessions.flatMap((session) =>
    session.clicked
      .filter((id) => id !== session.purchased[0])
      .map((id) => session.carted.includes(id)),
  );
  const carted = clicked.filter(Boolean).length;
  expect(deviation(carted / clicked.length, 0.2, clicked.length)).toBeLessThan(3.5);
});

test("some products are wanted far more often than others", () => {
  const { sessions } = catalogue;
  const perProduct = sessions.length / catalogue.products.length;
  expect(perProduct).toBeGreaterThan(3);
  expect(perProduct).toBeLessThan(5);
  // Which product a session wants is told by its photo: a 45 % sample of the sessions.
  const counts = new Map(catalogue.products.map(({ id }) => [id, 0]));
  for (const wanted of sessions.flatMap((session) => wantedOf(session) ?? []))
    counts.set(wanted, counts.get(wanted)! + 1);
  const sorted = [...counts.values()].sort((x, y) => y - x);
  const total = sorted.reduce((sum, count) => sum + count, 0);
  const top = sorted.slice(0, sorted.length / 10).reduce((sum, count) => sum + count, 0);
  expect(top / total).toBeGreaterThan(0.2);
  expect(sorted[0]!).toBeLessThanOrEqual(16);
  const bought = new Set(sessions.flatMap(({ purchased }) => purchased));
  expect(bought.size / catalogue.products.length).toBeGreaterThan(0.8);
});

test("a broad search ends at many different products, an exact one at few", () => {
  const byText = Map.groupBy(
    lampSessions.filter(({ query, image }) => query && !image),
    ({ query }) => query!.en,
  );
  const distinct = (texts: readonly string[]) =>
    mean(texts.map((text) => new Set(byText.get(text)!.flatMap((s) => s.purchased)).size));
  const noun = wordsOf("kind", "lamp").en;
  const branded = [...byText.keys()].filter((text) => /^[A-Z]/u.test(text));
  expect(branded.length).toBeGreaterThan(20);
  expect(distinct([noun])).toBeGreaterThan(20);
  expect(distinct(branded)).toBeLessThan(2);
  // Not only because it is asked more often: two shoppers who ask alike seldom buy alike.
  const alike = (texts: readonly string[]) => {
    const pairs = texts.flatMap((text) => {
      const bought = byText.get(text)!.map(({ purchased }) => purchased[0]);
      return bought.flatMap((id, i) => bought.slice(i + 1).map((other) => Number(id === other)));
    });
    return mean(pairs);
  };
  expect(alike([noun])).toBeLessThan(0.1);
  expect(alike(branded)).toBeGreaterThan(0.3);
});

test("rivals that agree with the words come first", () => {
  const colours = [...new Set(LAMPS.map(({ color }) => color))];
  const asked = lampSessions.flatMap(({ query, image, shown }) => {
    const color = colours.find((name) => query?.en === `${wordsOf("color", name).en} lamp`);
    return color && !image ? [{ color, shown }] : [];
  });
  expect(asked.length).toBeGreaterThan(15);
  const rate = (color: string, ids: readonly string[]) =>
    mean(ids.map((id) => Number(lampById.get(id)!.color === color)));
  expect(mean(asked.map(({ color, shown }) => rate(color, shown)))).toBeGreaterThan(0.8);
  expect(mean(asked.map(({ color }) => rate(color, [...lampById.keys()])))).toBeLessThan(0.2);
});

test("clicks grow with what a product shares with the wanted one, and fall with the position", () => {
  const views = lampSessions.flatMap((session) => {
    const wanted = lampById.get(wantedOf(session) ?? "");
    if (!wanted) return [];
    const traits = attributesOf(wanted);
    return session.shown.flatMap((id, i) => {
      if (id === wanted.id) return [];
      const own = Object.entries(attributesOf(lampById.get(id)!));
      const shared = own.filter(([name, value]) => traits[name] === value).length;
      return [{ shared, position: i + 1, clicked: Number(session.clicked.includes(id)) }];
    });
  });
  const rate = (kept: (view: (typeof views)[number]) => boolean) =>
    mean(views.filter(kept).map(({ clicked }) => clicked));
  expect(rate(({ shared }) => shared >= 3)).toBeGreaterThan(
    1.5 * rate(({ shared }) => shared <= 1),
  );
  const alike = ({ shared }: (typeof views)[number]) => shared === 2;
  expect(rate((view) => alike(view) && view.position <= 2)).toBeGreaterThan(
    1.5 * rate((view) => alike(view) && view.position >= 5),
  );
});
