import { z } from "zod";
import { creativePairSchema } from "@/domain/creative-pair";
import type { LabelingCreative, LabelingPair, LabelingProduct } from "@/domain/labeling/records";
import { AppError } from "@/shared/lib/errors";
import type { Clock, IdSource } from "@/shared/lib/ports";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import { idFrom } from "../logic/import/assemble";
import { isoTime } from "../logic/make-event";
import { createProject, DEFAULT_RULE } from "../logic/new-project";

/** Folder of the demo set, from the application's own origin. */
const DEMO = "data/demo";
/** Pairs of the sample project; enough to see every part of the workspace work. */
const SAMPLE_PAIRS = 240;

const demoPair = creativePairSchema.extend({
  product_id: z.string().optional(),
  product_title_zh: z.string().optional(),
  queries_zh: z.array(z.string()).optional(),
});

function counts(pair: z.infer<typeof demoPair>, side: "a" | "b") {
  const { impressions, clicks } = pair.ctr?.[side] ?? {};
  return impressions === undefined || clicks === undefined ? {} : { impressions, clicks };
}

interface SampleContent {
  readonly products: LabelingProduct[];
  readonly creatives: LabelingCreative[];
  readonly pairs: LabelingPair[];
}

/** The demo pairs as records. Images stay at their address; one pair in ten is gold. */
export function sampleContent(lines: readonly string[], base: string): SampleContent {
  const products = new Map<string, LabelingProduct>();
  const creatives = new Map<string, LabelingCreative>();
  const pairs: LabelingPair[] = [];
  for (const line of lines) {
    if (line.trim() === "" || pairs.length >= SAMPLE_PAIRS) continue;
    const pair = demoPair.parse(JSON.parse(line));
    const productId = idFrom(pair.product_id ?? pair.product_title);
    products.set(productId, {
      id: productId,
      title: pair.product_title,
      queries: pair.queries ?? [pair.query],
      ...(pair.product_title_zh === undefined ? {} : { titleZh: pair.product_title_zh }),
      ...(pair.queries_zh === undefined ? {} : { queriesZh: pair.queries_zh }),
    });
    for (const side of ["a", "b"] as const) {
      const path = pair[`image_${side}`];
      creatives.set(path, {
        id: path,
        productId,
        name: path.split("/").at(-1)!,
        image: { kind: "site", url: `${base}${DEMO}/${path}` },
        ...counts(pair, side),
      });
    }
    const isGold = pairs.length % 10 === 3 && pair.label !== undefined;
    pairs.push({
      id: idFrom(pair.id),
      productId,
      a: pair.image_a,
      b: pair.image_b,
      split: pair.split ?? "train",
      ...(isGold ? { gold: pair.label } : {}),
      source: "imported",
    });
  }
  return { products: [...products.values()], creatives: [...creatives.values()], pairs };
}

/** Makes the sample project from the demo set that comes with the application. */
export async function createSampleProject(
  repository: LabelingRepository,
  title: string,
  guidelines: string,
  ports: { readonly clock: Clock; readonly newId: IdSource; readonly base: string },
): Promise<string> {
  const response = await fetch(`${ports.base}${DEMO}/pairs.jsonl`);
  const type = response.headers.get("content-type") ?? "";
  if (!response.ok || type.includes("text/html")) {
    throw new AppError(
      "asset-fetch",
      `The demo set could not be read (HTTP ${response.status}). Connect once, or import your own creatives.`,
    );
  }
  const content = sampleContent((await response.text()).split("\n"), ports.base);
  const id = ports.newId();
  await repository.saveProject(
    createProject({
      id,
      title,
      guidelines,
      createdAt: isoTime(ports.clock.now()),
      licence: "Apache-2.0",
      rule: { ...DEFAULT_RULE, strategy: "imported" },
      repeatShare: 0.1,
    }),
  );
  await repository.addItems(id, content.products, content.creatives);
  await repository.addPairs(id, content.pairs);
  return id;
}
