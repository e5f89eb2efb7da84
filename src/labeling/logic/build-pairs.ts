import type {
  LabelingCreative,
  LabelingPair,
  LabelingProject,
  PairRule,
} from "@/domain/labeling/records";
import { createRng, seedFrom, shuffled, type Rng } from "@/shared/lib/rng";
import { pickUncertain, type PreferencePosterior } from "./information-gain";

/**
 * Builds the pairs of a project: always two creatives of one product, always the same pairs for the
 * same creatives, rule and seed, whatever the order in which the creatives come.
 */

type Couple = readonly [LabelingCreative, LabelingCreative];

export interface PairBuildInput {
  readonly creatives: readonly LabelingCreative[];
  readonly rule: PairRule;
  readonly seed: number;
  readonly testShare: number;
  readonly goldShare: number;
  /** Present beliefs about strengths, for `uncertainty`. Without it every creative is unknown. */
  readonly posterior?: PreferencePosterior;
  /**
   * For `disagreement`: how far models are apart on a pair, larger first; undefined where they agree
   * or have no opinion. Pairs without a value are left out, so the rule builds nothing without models.
   */
  readonly disagreement?: (a: string, b: string) => number | undefined;
  /** Pairs that exist already, either way round, are left out. */
  readonly existing?: readonly LabelingPair[];
}

const byId = (x: LabelingCreative, y: LabelingCreative) => (x.id < y.id ? -1 : x.id > y.id ? 1 : 0);

/** Creatives by product; products and creatives in order of id. */
export function groupByProduct(
  creatives: readonly LabelingCreative[],
): [product: string, creatives: LabelingCreative[]][] {
  const groups = new Map<string, LabelingCreative[]>();
  for (const creative of creatives) {
    const group = groups.get(creative.productId);
    if (group === undefined) groups.set(creative.productId, [creative]);
    else group.push(creative);
  }
  return [...groups]
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([product, group]) => [product, group.sort(byId)]);
}

/** Order-free key of two creatives. */
export function coupleKey(a: string, b: string): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}

function allCouples(group: readonly LabelingCreative[]): Couple[] {
  return group.flatMap((a, at) => group.slice(at + 1).map((b): Couple => [a, b]));
}

/**
 * Random couples without listing all of a large product: rejection while few are wanted, the whole
 * list shuffled otherwise.
 */
function randomCouples(group: readonly LabelingCreative[], wanted: number, rng: Rng): Couple[] {
  const possible = (group.length * (group.length - 1)) / 2;
  if (possible <= 4 * wanted || possible < 500) {
    return shuffled(allCouples(group), rng).slice(0, wanted);
  }
  const seen = new Set<number>();
  const out: Couple[] = [];
  while (out.length < wanted) {
    const i = Math.floor(rng() * group.length);
    const j = Math.floor(rng() * group.length);
    const [low, high] = i < j ? [i, j] : [j, i];
    const key = low * group.length + high;
    if (i === j || seen.has(key)) continue;
    seen.add(key);
    out.push([group[low]!, group[high]!]);
  }
  return out;
}

/** Click-through rate, or undefined without impressions. */
export function clickRate(creative: LabelingCreative): number | undefined {
  const { impressions, clicks } = creative;
  if (impressions === undefined || clicks === undefined || impressions === 0) return undefined;
  return clicks / impressions;
}

/**
 * CreativePair's rule as we read it: both creatives above `minImpressions`, and
 * |ctrA − ctrB| ÷ min(ctrA, ctrB) above `minRelativeGap`. The base of the 60 % is not stated in the
 * sources; the smaller rate is our choice. A rate of 0 against a positive one is an infinite gap.
 */
export function passesClickGap(a: LabelingCreative, b: LabelingCreative, rule: PairRule): boolean {
  const rates = [clickRate(a), clickRate(b)];
  const [first, second] = rates;
  if (first === undefined || second === undefined || first === second) return false;
  if (Math.min(a.impressions ?? 0, b.impressions ?? 0) <= rule.minImpressions) return false;
  return Math.abs(first - second) > rule.minRelativeGap * Math.min(first, second);
}

/** Neighbours in a random ring: n pairs that connect all n creatives, so that they can be ranked. */
function chainCouples(group: readonly LabelingCreative[], rng: Rng): Couple[] {
  if (group.length === 2) return allCouples(group);
  const ring = shuffled(group, rng);
  return ring.map((a, at) => [a, ring[(at + 1) % ring.length]!]);
}

function couplesOf(group: LabelingCreative[], input: PairBuildInput, rng: Rng): Couple[] {
  const { rule } = input;
  switch (rule.strategy) {
    case "all-within-product":
      return allCouples(group).slice(0, rule.perProduct);
    case "random":
      return randomCouples(group, rule.perProduct, rng);
    case "click-gap": {
      const kept = allCouples(group).filter(([a, b]) => passesClickGap(a, b, rule));
      return shuffled(kept, rng).slice(0, rule.perProduct);
    }
    case "chain":
      return chainCouples(group, rng).slice(0, rule.perProduct);
    case "uncertainty":
      return pickUncertain(group, rule.perProduct, rng, input.posterior);
    case "disagreement": {
      const valued = shuffled(allCouples(group), rng).flatMap((couple) => {
        const value = input.disagreement?.(couple[0].id, couple[1].id);
        return value === undefined ? [] : [{ couple, value }];
      });
      valued.sort((x, y) => y.value - x.value);
      return valued.slice(0, rule.perProduct).map(({ couple }) => couple);
    }
    case "imported":
      return [];
  }
}

/**
 * Takes from the products in turn until `limit`, so that a limit does not cut whole products off.
 */
function roundRobin(lists: readonly (readonly LabelingPair[])[], limit: number): LabelingPair[] {
  const out: LabelingPair[] = [];
  for (let turn = 0; out.length < limit; turn++) {
    const before = out.length;
    for (const list of lists) {
      const pair = list[turn];
      if (pair !== undefined && out.length < limit) out.push(pair);
    }
    if (out.length === before) break;
  }
  return out;
}

/**
 * Products of the test split: a shuffled share of them, at least one when the share is above 0 and
 * there are two or more products.
 */
export function testProducts(
  products: readonly string[],
  testShare: number,
  seed: number,
): Set<string> {
  const ordered = shuffled(products.toSorted(), createRng(seed ^ seedFrom("split")));
  const wanted = Math.round(products.length * testShare);
  const atLeast = testShare > 0 && products.length > 1 ? 1 : 0;
  return new Set(ordered.slice(0, Math.max(atLeast, wanted)));
}

/** The answer that the click counts give, when they differ enough for the rule. */
export function clickAnswer(
  a: LabelingCreative,
  b: LabelingCreative,
  rule: PairRule,
): "A" | "B" | undefined {
  if (!passesClickGap(a, b, rule)) return undefined;
  return clickRate(a)! > clickRate(b)! ? "A" : "B";
}

/** The pairs of `creatives` under the rule, in the order in which they will be shown. */
export function buildPairs(input: PairBuildInput): LabelingPair[] {
  const { rule, seed } = input;
  const groups = groupByProduct(input.creatives).filter(([, group]) => group.length >= 2);
  const test = testProducts(
    groups.map(([product]) => product),
    input.testShare,
    seed,
  );
  const existing = new Set((input.existing ?? []).map(({ a, b }) => coupleKey(a, b)));
  const lists = groups.map(([product, group]) => {
    const rng = createRng(seed ^ seedFrom(product));
    return couplesOf(group, input, rng)
      .filter(([a, b]) => !existing.has(coupleKey(a.id, b.id)))
      .map(([a, b]): LabelingPair => {
        const id = `${product}:${a.id}:${b.id}`;
        const goldRng = createRng(seed ^ seedFrom(`gold:${id}`));
        const gold = goldRng() < input.goldShare ? clickAnswer(a, b, rule) : undefined;
        return {
          id: id.length <= 200 ? id : `pair-${seedFrom(id).toString(36)}-${seedFrom(a.id + b.id)}`,
          productId: product,
          a: a.id,
          b: b.id,
          split: test.has(product) ? "test" : "train",
          ...(gold === undefined ? {} : { gold }),
          source: rule.strategy,
        };
      });
  });
  const picked = roundRobin(lists, rule.limit);
  // Uncertain pairs keep their order: the most informative come first.
  if (rule.strategy === "uncertainty") return picked;
  if (rule.strategy === "disagreement") {
    const value = ({ a, b }: LabelingPair) => input.disagreement?.(a, b) ?? 0;
    return picked.sort((x, y) => value(y) - value(x));
  }
  return shuffled(picked, createRng(seed ^ seedFrom("order")));
}

/** Build input of a project as it stands. */
export function buildInputOf(
  project: LabelingProject,
  creatives: readonly LabelingCreative[],
): PairBuildInput {
  const { rule, seed, testShare, goldShare } = project;
  return { creatives, rule, seed, testShare, goldShare };
}
