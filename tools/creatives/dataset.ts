import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRng, randomInt, seedFrom } from "@/shared/lib/rng";
import type { View } from "./draw/product";
import {
  attributesOf,
  catalogueQueries,
  descriptionOf,
  planProduct,
  titleOf,
} from "./plan/catalogue";
import { kindOf, UNSEEN_KINDS } from "./plan/kinds";
import { planCreative, weighted } from "./plan/creative";
import { planPairs, type PairRecord } from "./plan/pairs";
import { planSessions, type SessionRecord } from "./plan/shopping";
import type { Creative, Product } from "./plan/types";
import type { Language } from "./plan/words";
import type { Job } from "./render/jobs";
import { bayesReport } from "./plan/bayes";

/** The drawn products, their pictures, and the shoppers who look for them. */
export interface CataloguePlan {
  readonly products: readonly Product[];
  readonly views: readonly {
    readonly product: Product;
    readonly file: string;
    readonly view: string;
    readonly job: Job;
  }[];
  readonly sessions: readonly SessionRecord[];
}

/** `products` are the drawn ones, then the photographed ones. */
export interface DatasetPlan extends CataloguePlan {
  readonly creatives: readonly Creative[];
  readonly pairs: readonly PairRecord[];
  readonly jobs: readonly Job[];
}

export interface DatasetOptions {
  readonly seed: number;
  readonly products: number;
  readonly pairs: number;
  readonly size: number;
  readonly perProduct: number;
  readonly variants: number;
  readonly viewsPerProduct: number;
  /** Sessions in which a product is wanted on average; 4 when absent, none for 0. */
  readonly sessionsPerProduct?: number;
  readonly output: string;
  readonly photoProducts?: readonly Product[];
  /** Share of the pairs that show photographs; 0.25 when absent. */
  readonly photoShare?: number;
}

const OTHER_VIEWS: readonly View[] = ["left", "right", "low", "close"];

/** What does not depend on creatives, and is quickly planned. */
export function planCatalogue(options: DatasetOptions): CataloguePlan {
  const products = Array.from({ length: options.products }, (_, i) => planProduct(options.seed, i));
  const views = products.flatMap((product) => viewsOf(product, options));
  const sessions = planSessions(products, views, {
    seed: options.seed,
    perProduct: options.sessionsPerProduct ?? 4,
  });
  return { products, views, sessions };
}

/** Plans everything without painting: pure, and the same for the same options. */
export function planDataset(options: DatasetOptions): DatasetPlan {
  const { products: drawn, views, sessions } = planCatalogue(options);
  const photos = options.photoProducts ?? [];
  const products = [...drawn, ...photos];
  const photoPairs =
    photos.length === 0 ? 0 : Math.round(options.pairs * (options.photoShare ?? 0.25));
  const creatives: Creative[] = [];
  const pairs: PairRecord[] = [];
  products.forEach((product, index) => {
    const perProduct = product.cutOut
      ? Math.ceil(
          (options.perProduct * drawn.length * (options.photoShare ?? 0.25)) /
            Math.max(1, photos.length),
        )
      : options.perProduct;
    const own = creativesOf(product, product.cutOut ? photos : drawn, { ...options, perProduct });
    const wanted = shareOf(
      product.cutOut ? photoPairs : options.pairs - photoPairs,
      product.cutOut ? index - drawn.length : index,
      product.cutOut ? photos.length : drawn.length,
    );
    const unseen = UNSEEN_KINDS.includes(product.kind);
    pairs.push(
      ...planPairs({
        product,
        creatives: own,
        wanted,
        variants: options.variants,
        unseen,
        seed: options.seed,
      }),
    );
    creatives.push(...own);
  });
  const jobs: Job[] = creatives.map((creative) => ({
    kind: "creative",
    creative,
    file: join(options.output, creativeFile(creative)),
    px: options.size,
    quality: creative.quality,
  }));
  return {
    products,
    creatives,
    pairs,
    views,
    sessions,
    jobs: [...jobs, ...views.map((view) => view.job)],
  };
}

/** Spreads `total` evenly over `n` products. */
function shareOf(total: number, index: number, n: number): number {
  return Math.floor((total * (index + 1)) / n) - Math.floor((total * index) / n);
}

export function creativeFile(creative: Creative): string {
  return `creatives/${creative.id}.webp`;
}

/** A product's creatives; a few products get a copy or a near copy, for Q1 and Q2. */
export function creativesOf(
  product: Product,
  pool: readonly Product[],
  options: { readonly seed: number; readonly perProduct: number },
): Creative[] {
  const rng = createRng(seedFrom(`${options.seed}/creatives/${product.id}`));
  const language: Language = rng() < 0.5 ? "en" : "zh";
  const others = pool.filter(
    (p) =>
      p.kind !== product.kind &&
      p.split === product.split &&
      UNSEEN_KINDS.includes(p.kind) === UNSEEN_KINDS.includes(product.kind),
  );
  const own = Array.from({ length: options.perProduct }, (_, k) => {
    return planCreative({
      id: `${product.id}-c${k}`,
      product,
      other: others[randomInt(rng, Math.max(1, others.length))],
      language: rng() < 0.92 ? language : language === "en" ? "zh" : "en",
      seed: options.seed,
    });
  });
  const gate = weighted({ none: 0.86, same: 0.05, near: 0.09 }, rng);
  const first = own[0];
  if (!first || gate === "none") return own;
  if (gate === "same") return [...own, first];
  return [
    ...own,
    {
      ...first,
      id: `${first.id}n`,
      nudge: (rng() < 0.5 ? -1 : 1) * 0.004,
      quality: Math.max(4, first.quality - 8),
    },
  ];
}

function viewsOf(product: Product, options: DatasetOptions) {
  const rng = createRng(seedFrom(`${options.seed}/views/${product.id}`));
  return Array.from({ length: options.viewsPerProduct }, (_, i) => {
    const view: View = i === 0 ? "front" : (OTHER_VIEWS[(i - 1 + randomInt(rng, 4)) % 4] ?? "left");
    const backdrop = i === 0 ? "studio" : i === 1 ? "shelf" : "snap";
    const file = `views/${product.id}-${i}.webp`;
    const job: Job = {
      kind: "view",
      picture: { product, view, backdrop, seed: seedFrom(`${options.seed}/view/${file}`) },
      file: join(options.output, file),
      px: options.size,
      quality: 84,
    };
    return { product, file, view: i === 0 ? "main" : backdrop === "snap" ? "snap" : "alt", job };
  });
}

export function productRecord(
  product: Product,
  views: readonly { readonly product: Product; readonly file: string; readonly view: string }[],
  seed: number,
): Record<string, unknown> {
  const rng = createRng(seedFrom(`${seed}/queries/${product.id}`));
  return {
    id: product.id,
    split: product.split,
    unseen: UNSEEN_KINDS.includes(product.kind),
    kind: product.kind,
    categories: kindOf(product.kind).path,
    title: titleOf(product),
    description: descriptionOf(product),
    attributes: attributesOf(product),
    price: product.price,
    views: views
      .filter((view) => view.product === product)
      .map(({ file, view }) => ({ file, view })),
    queries: product.cutOut ? [] : catalogueQueries(product, rng),
    source: product.cutOut ? "photo" : "drawn",
  };
}

export function creativeRecord(creative: Creative): Record<string, unknown> {
  return {
    id: creative.id,
    product_id: creative.productId,
    file: creativeFile(creative),
    factors: creative.factors,
  };
}

export function toLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** Writes sessions.jsonl alone: for a data set whose pictures are painted. */
export async function writeSessions(
  { sessions }: Pick<CataloguePlan, "sessions">,
  output: string,
): Promise<void> {
  await mkdir(output, { recursive: true });
  await writeFile(join(output, "sessions.jsonl"), toLines(sessions));
}

/** Writes the JSON files; the pictures are the jobs'. */
export async function writeRecords(plan: DatasetPlan, options: DatasetOptions): Promise<void> {
  const { output } = options;
  await mkdir(output, { recursive: true });
  const byProduct = Map.groupBy(plan.views, (view) => view.product);
  const unique = [...new Map(plan.creatives.map((creative) => [creative.id, creative])).values()];
  await writeFile(
    join(output, "products.jsonl"),
    toLines(plan.products.map((p) => productRecord(p, byProduct.get(p) ?? [], options.seed))),
  );
  await writeFile(join(output, "creatives.jsonl"), toLines(unique.map(creativeRecord)));
  await writeFile(join(output, "pairs.jsonl"), toLines(plan.pairs));
  await writeSessions(plan, output);
  await writeFile(
    join(output, "bayes.json"),
    `${JSON.stringify(bayesReport(plan.pairs, plan.creatives), null, 2)}\n`,
  );
}
