import { createDefaultProtocol } from "@/domain/labeling/protocol-definition";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProject,
  PairRule,
} from "@/domain/labeling/records";

export const DEFAULT_RULE: PairRule = {
  strategy: "all-within-product",
  limit: 10_000,
  perProduct: 1000,
  minRelativeGap: 0.6,
  minImpressions: 1000,
};

/** The project an annotator gets who has chosen nothing. */
export function createProject(
  values: Partial<LabelingProject> & Pick<LabelingProject, "id" | "title" | "createdAt">,
): LabelingProject {
  return {
    schemaVersion: 1,
    guidelines: "",
    protocols: [createDefaultProtocol(values.createdAt)],
    annotators: [],
    mode: "full",
    rule: DEFAULT_RULE,
    seed: 1,
    overlap: 1,
    goldShare: 0.1,
    repeatShare: 0.05,
    testShare: 0.2,
    order: "fixed",
    assist: { suggestion: "off", preferenceHead: false },
    licence: "",
    ...values,
  };
}

/** Creatives `product/n` for tests and benchmarks. */
export function syntheticCreatives(products: number, perProduct: number): LabelingCreative[] {
  return Array.from({ length: products * perProduct }, (_, at) => {
    const product = `product-${Math.floor(at / perProduct)}`;
    const id = `${product}-${at % perProduct}`;
    return {
      id,
      productId: product,
      image: { kind: "missing", path: id },
      name: `${id}.webp`,
      impressions: 500 + ((at * 7919) % 4000),
      clicks: (at * 104_729) % 90,
    };
  });
}

/** A pair of two named creatives. */
export function syntheticPair(id: string, values: Partial<LabelingPair> = {}): LabelingPair {
  return {
    id,
    productId: `product of ${id}`,
    a: `${id}-a`,
    b: `${id}-b`,
    split: "train",
    source: "random",
    ...values,
  };
}
