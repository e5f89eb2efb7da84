import { creativePairSchema } from "@/domain/creative-pair";
import { isNotComparable, QUESTION_IDS } from "@/domain/evaluation-protocol";
import { printReasoning, type ReasoningLine } from "@/domain/reasoning-text";
import { createRng, seedFrom, shuffled } from "@/shared/lib/rng";
import { creativesOf, productRecord, toLines } from "./dataset";
import { planExamples } from "./examples";
import { attributesOf, catalogueQueries, planProduct } from "./plan/catalogue";
import { bayesReport } from "./plan/bayes";
import { splitByPosition } from "./plan/clicks";
import { UNSEEN_KINDS } from "./plan/kinds";
import { planPairs, type PairRecord } from "./plan/pairs";
import type { Creative, Product } from "./plan/types";
import type { Words } from "./plan/words";
import type { Job } from "./render/jobs";

/** Never used for a training set: what the demo shows is held out. */
const DEMO_SEED = 9001;
/** Tells a demo's manifest from other files of that name. */
export const MADE_WITH = "npm run creatives -- demo";
const PRODUCTS = 640;
const TEXT_QUERIES = 420;
const IMAGE_QUERIES = 220;
const PAIR_PRODUCTS = 110;
const PAIRS = 330;
const VIEW_PX = 224;
const CREATIVE_PX = 384;

interface QueryRecord {
  readonly id: string;
  readonly text?: Words;
  readonly image?: string;
  readonly purchased: readonly string[];
  readonly clicked: readonly string[];
}

/** What the demo folder holds; files and pictures are named within it. */
export interface DemoPlan {
  readonly texts: Readonly<Record<string, string>>;
  readonly jobs: readonly Job[];
  /** All but the size, which is known when the pictures are painted. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** The catalogue, the queries, and the pairs with their click logs; quick beside the examples. */
export function planDemoTables() {
  const products = Array.from({ length: PRODUCTS }, (_, i) => ({
    ...planProduct(DEMO_SEED, i, "d"),
    split: "test" as const,
  }));
  const views = products.flatMap(catalogueViews);
  const queries = planQueries(products);
  const { pairs, creatives } = planDemoPairs(products);
  const texts = {
    "catalogue.jsonl": toLines(products.map((product) => catalogueRecord(product, views))),
    "queries.jsonl": toLines(queries.map(({ record }) => record)),
    "pairs.jsonl": toLines(pairs.map(pairRecord)),
    "clicks.jsonl": toLines(pairs.flatMap(clickRecords)),
  };
  return { products, views, queries, pairs, creatives, texts };
}

/** Plans everything without painting: pure, and always the same. */
export function planDemo(): DemoPlan {
  const { products, views, queries, pairs, creatives, texts } = planDemoTables();
  const examples = planExamples(DEMO_SEED);
  return {
    texts: { ...texts, "examples.json": `${JSON.stringify(examples.sets, null, 2)}\n` },
    jobs: [
      ...views.map(({ job }) => job),
      ...queries.flatMap(({ job }) => (job ? [job] : [])),
      ...[...creatives, ...examples.creatives].map((creative): Job => ({
        kind: "creative",
        creative,
        file: `images/${creative.id}.webp`,
        px: CREATIVE_PX,
        quality: creative.factors.compressed ? creative.quality : 80,
      })),
    ],
    manifest: {
      seed: DEMO_SEED,
      made_with: MADE_WITH,
      products: products.length,
      views: views.length,
      queries: queries.length,
      image_queries: queries.filter(({ record }) => record.image !== undefined).length,
      pairs: pairs.length,
      creatives: creatives.length,
      examples: examples.sets.length,
      bayes: bayesReport(pairs, creatives)["all"],
      licence: "Apache-2.0",
    },
  };
}

function catalogueViews(product: Product) {
  const rng = createRng(seedFrom(`${DEMO_SEED}/demo-views/${product.id}`));
  const alt = shuffled(["left", "right", "low"] as const, rng)[0]!;
  return (["main", "alt"] as const).map((name) => {
    const file = `images/${product.id}-${name}.webp`;
    const picture = {
      product,
      view: name === "main" ? ("front" as const) : alt,
      backdrop: name === "main" ? ("studio" as const) : ("shelf" as const),
      seed: seedFrom(`${DEMO_SEED}/${file}`),
    };
    const job: Job = { kind: "view", picture, file, px: VIEW_PX, quality: 74 };
    return { product, file, view: name, job };
  });
}

function catalogueRecord(
  product: Product,
  views: ReturnType<typeof catalogueViews>,
): Record<string, unknown> {
  const record = productRecord(
    product,
    views.filter((view) => view.product === product),
    DEMO_SEED,
  );
  delete record["queries"];
  return record;
}

/** Text, image and mixed queries; each has the product bought after it, and what else was clicked. */
function planQueries(products: readonly Product[]): { record: QueryRecord; job?: Job }[] {
  const rng = createRng(seedFrom(`${DEMO_SEED}/queries`));
  const texts = shuffled(products, rng)
    .slice(0, TEXT_QUERIES)
    .map((product, i) => {
      const record: QueryRecord = {
        id: `qt${i}`,
        text: catalogueQueries(product, rng)[0]!,
        purchased: [product.id],
        clicked: similar(product, products, rng),
      };
      return { record };
    });
  const images = shuffled(products, rng)
    .slice(0, IMAGE_QUERIES)
    .map((product, i) => {
      const file = `images/query-${i}.webp`;
      const view = shuffled(["front", "left", "right", "low"] as const, rng)[0]!;
      const job: Job = {
        kind: "view",
        picture: { product, view, backdrop: "snap", seed: seedFrom(`${DEMO_SEED}/${file}`) },
        file,
        px: VIEW_PX,
        quality: 70,
      };
      const text = i % 2 === 0 ? { text: catalogueQueries(product, rng)[0]! } : {};
      const record: QueryRecord = {
        id: `qi${i}`,
        ...text,
        image: file,
        purchased: [product.id],
        clicked: similar(product, products, rng),
      };
      return { record, job };
    });
  return [...texts, ...images];
}

/** Up to three products of the same kind that share most attributes: looked at, not bought. */
function similar(product: Product, products: readonly Product[], rng: () => number): string[] {
  const own = attributesOf(product);
  const score = (other: Product) =>
    Object.entries(attributesOf(other)).filter(([name, value]) => own[name] === value).length;
  return shuffled(products, rng)
    .filter((other) => other !== product && other.kind === product.kind)
    .sort((x, y) => score(y) - score(x))
    .slice(0, Math.floor(rng() * 4))
    .map(({ id }) => id);
}

function planDemoPairs(products: readonly Product[]): {
  pairs: PairRecord[];
  creatives: Creative[];
} {
  const chosen = products.slice(0, PAIR_PRODUCTS);
  const pairs: PairRecord[] = [];
  const used = new Map<string, Creative>();
  for (const product of chosen) {
    const own = creativesOf(product, products, { seed: DEMO_SEED, perProduct: 4 });
    const found = planPairs({
      product,
      creatives: own,
      wanted: Math.ceil(PAIRS / PAIR_PRODUCTS),
      variants: 1,
      unseen: UNSEEN_KINDS.includes(product.kind),
      seed: DEMO_SEED,
    });
    pairs.push(...found);
    for (const creative of own)
      if (found.some(({ a, b }) => a === creative.id || b === creative.id))
        used.set(creative.id, creative);
  }
  return { pairs, creatives: [...used.values()] };
}

function pairRecord(pair: PairRecord): Record<string, unknown> {
  const reasons = pair.reasons.AB.en[0] ?? {};
  const closed = isNotComparable(pair.answers);
  const lines = QUESTION_IDS.flatMap((question): ReasoningLine[] => {
    const answer = pair.answers[question];
    return answer === undefined ? [] : [{ question, answer, reason: reasons[question] ?? "" }];
  });
  return creativePairSchema.parse({
    id: pair.id,
    image_a: `images/${pair.a}.webp`,
    image_b: `images/${pair.b}.webp`,
    product_title: pair.title.en,
    query: pair.queries.en[0],
    queries: pair.queries.en,
    protocol: pair.answers,
    explanations: reasons,
    ...(closed
      ? {}
      : { label: pair.label, label_source: "ctr", cot: printReasoning(lines, pair.label) }),
    ctr: pair.ctr,
    split: "test",
    presented_order: "AB",
    product_id: pair.product_id,
    product_title_zh: pair.title.zh,
    queries_zh: pair.queries.zh,
    explanations_zh: pair.reasons.AB.zh[0],
    shopper_group: pair.shopper_group,
    p_a: pair.p_a,
  });
}

function clickRecords(pair: PairRecord): Record<string, unknown>[] {
  return (["a", "b"] as const).map((side) => ({
    pair_id: pair.id,
    side,
    product_id: pair.product_id,
    creative: `images/${pair[side]}.webp`,
    shopper_group: pair.shopper_group,
    positions: splitByPosition(pair.ctr[side], createRng(seedFrom(`${pair.id}/${side}/positions`))),
  }));
}
