import type { Label, ProtocolAnswers } from "@/domain/evaluation-protocol";
import { createRng, randomInt, seedFrom, shuffled, type Rng } from "@/shared/lib/rng";
import { factsOf, writeReasons } from "../reasoning/grammar";
import { flipAnswers } from "@/domain/evaluation-protocol";
import { aspectAnswers, type PairContext } from "./aspects";
import { pick, titleOf } from "./catalogue";
import {
  bayesProbability,
  GROUP_IDS,
  impressionsOf,
  labelOf,
  likedOf,
  MIN_GAP,
  MIN_IMPRESSIONS,
  relativeGap,
  simulateClicks,
  type ClickCounts,
} from "./clicks";
import { kindOf } from "./kinds";
import type { Creative, Product, Split } from "./types";
import { INTERESTS, wordsOf, type Language, type Words } from "./words";

type ReasonVariants = Readonly<Record<Language, readonly Readonly<Record<string, string>>[]>>;

/** One line of pairs.jsonl. */
export interface PairRecord {
  readonly id: string;
  readonly product_id: string;
  readonly split: Split;
  readonly source: "drawn" | "photo";
  readonly unseen: boolean;
  readonly a: string;
  readonly b: string;
  readonly title: Words;
  readonly queries: { readonly en: readonly string[]; readonly zh: readonly string[] };
  readonly shopper_group: string;
  readonly context: PairContext;
  readonly ctr: { readonly a: ClickCounts; readonly b: ClickCounts };
  readonly p_a: number;
  readonly label: Label;
  /** False for the identical and imperceptibly different pairs: their label is a coin's. */
  readonly comparable: boolean;
  readonly answers: ProtocolAnswers;
  readonly reasons: { readonly AB: ReasonVariants; readonly BA: ReasonVariants };
}

export interface PairRequest {
  readonly product: Product;
  readonly creatives: readonly Creative[];
  readonly wanted: number;
  readonly variants: number;
  readonly unseen: boolean;
  readonly seed: number;
}

/** What a group types for this product: one of its interests, then another or the colour. */
export function queriesFor(
  product: Product,
  group: string,
  rng: Rng,
): { context: PairContext; queries: Words[] } | undefined {
  const kind = kindOf(product.kind);
  const liked = likedOf(group, kind.interests);
  const first = liked.length === 0 ? undefined : pick(liked, rng);
  if (first === undefined) return undefined;
  const noun = wordsOf("kind", product.kind);
  const color = wordsOf("color", product.color);
  const phrase = (id: string): Words => {
    const query = INTERESTS[id]!.query;
    return { en: query.en.replace("{kind}", noun.en), zh: query.zh.replace("{kind}", noun.zh) };
  };
  const others = kind.interests.filter((id) => id !== first);
  const color_asked = rng() < 0.4;
  const second = color_asked ? undefined : pick(others, rng);
  const queries = [
    phrase(first),
    second === undefined
      ? { en: `${color.en} ${noun.en}`, zh: `${color.zh}${noun.zh}` }
      : phrase(second),
  ];
  const interests = second === undefined ? [first] : [first, second];
  return {
    queries,
    context: {
      kind: product.kind,
      color: product.color,
      feature: product.feature,
      interests,
      color_asked,
      group,
    },
  };
}

/** Pairs of one product's creatives that pass the gap and impression rules, at most `wanted`. */
export function planPairs(request: PairRequest): PairRecord[] {
  const { product, creatives, wanted, seed } = request;
  const rng = createRng(seedFrom(`${seed}/pairs/${product.id}`));
  const all: [Creative, Creative][] = [];
  for (let i = 0; i < creatives.length; i++)
    for (let j = i + 1; j < creatives.length; j++) {
      const one = creatives[i]!;
      const two = creatives[j]!;
      all.push(rng() < 0.5 ? [one, two] : [two, one]);
    }
  const out: PairRecord[] = [];
  for (const [a, b] of shuffled(all, rng)) {
    if (out.length >= wanted) break;
    for (let attempt = 0; attempt < 3; attempt++) {
      const record = tryPair(request, a, b, `${product.id}-${out.length}`, rng);
      if (record) {
        out.push(record);
        break;
      }
    }
  }
  return out;
}

function tryPair(
  request: PairRequest,
  a: Creative,
  b: Creative,
  id: string,
  rng: Rng,
): PairRecord | undefined {
  const { product } = request;
  const asked = queriesFor(product, GROUP_IDS[randomInt(rng, GROUP_IDS.length)]!, rng);
  if (!asked) return undefined;
  const { context, queries } = asked;
  const shown: [number, number] = [impressionsOf(rng), impressionsOf(rng)];
  const ctr = {
    a: simulateClicks(a.factors, context, shown[0], rng),
    b: simulateClicks(b.factors, context, shown[1], rng),
  };
  const gate = a.id === b.id ? "q1" : a.seed === b.seed ? "q2" : undefined;
  if (
    gate === undefined &&
    (relativeGap(ctr.a, ctr.b) <= MIN_GAP || Math.min(...shown) <= MIN_IMPRESSIONS)
  )
    return undefined;
  const label = labelOf(ctr.a, ctr.b);
  const p_a = gate === undefined ? bayesProbability(a.factors, b.factors, context, shown) : 0.5;
  const answers: ProtocolAnswers =
    gate === "q1"
      ? { q1: "YES" }
      : gate === "q2"
        ? { q1: "NO", q2: "YES" }
        : { q1: "NO", q2: "NO", ...aspectAnswers(a.factors, b.factors, context), q10: label };
  // Of their own, so that another wording does not change which pairs come next.
  const wording = createRng(seedFrom(`${request.seed}/reasons/${id}`));
  return {
    id,
    product_id: product.id,
    split: product.split,
    source: product.cutOut ? "photo" : "drawn",
    unseen: request.unseen,
    a: a.id,
    b: b.id,
    title: titleOf(product),
    queries: { en: queries.map((q) => q.en), zh: queries.map((q) => q.zh) },
    shopper_group: context.group,
    context,
    ctr,
    p_a: Math.round(p_a * 1e4) / 1e4,
    label,
    comparable: gate === undefined,
    answers,
    reasons: {
      AB: reasonsFor(a, b, context, answers, request.variants, wording),
      BA: reasonsFor(b, a, context, flipAnswers(answers), request.variants, wording),
    },
  };
}

function reasonsFor(
  a: Creative,
  b: Creative,
  context: PairContext,
  answers: ProtocolAnswers,
  variants: number,
  rng: Rng,
): ReasonVariants {
  const facts = factsOf(a.factors, b.factors, context, answers);
  const write = (language: Language) =>
    Array.from({ length: variants }, () => writeReasons(answers, language, facts, rng));
  return { en: write("en"), zh: write("zh") };
}
