import type { AspectAnswer, ProtocolAnswers } from "@/domain/evaluation-protocol";
import { EVENT_SCHEMA, type LabelEvent } from "@/domain/labeling/events";
import { foldEvents } from "@/domain/labeling/label-state";
import { createRng } from "@/shared/lib/rng";
import { buildPairs } from "./build-pairs";
import type { ProjectData } from "./export/project-data";
import { createProject, DEFAULT_RULE, syntheticCreatives } from "./new-project";

export interface SyntheticOptions {
  readonly judgements: number;
  readonly seed: number;
  readonly annotators?: number;
  /** Probability that an annotator follows the creative's quality rather than a coin. */
  readonly skill?: number;
}

const ASPECTS: readonly AspectAnswer[] = ["A>B", "A=B", "A<B"];

/** A judged project for tests and benchmarks; its judgements are drawn, not anybody's. */
export function syntheticProject(options: SyntheticOptions): ProjectData {
  const { judgements, seed, annotators = 3, skill = 0.8 } = options;
  const rng = createRng(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(rng() * list.length)]!;
  const pairCount = Math.ceil(judgements / annotators);
  const creatives = syntheticCreatives(Math.max(4, Math.ceil(pairCount / 6)), 4);
  const people = Array.from({ length: annotators }, (_, at) => ({
    id: `annotator-${at}`,
    name: `Annotator ${at}`,
  }));
  const project = createProject({
    id: "synthetic",
    title: "Synthetic",
    createdAt: "2026-01-01T00:00:00.000Z",
    annotators: people,
    overlap: annotators,
  });
  const pairs = buildPairs({
    creatives,
    rule: { ...DEFAULT_RULE, limit: pairCount },
    seed,
    testShare: 0.3,
    goldShare: 0.1,
  });
  const quality = new Map(creatives.map(({ id }) => [id, rng()]));
  const events: LabelEvent[] = [];
  for (let at = 0; at < judgements; at++) {
    const pair = pairs[at % pairs.length]!;
    const annotator = people[Math.floor(at / pairs.length) % annotators]!;
    const isSwapped = rng() < 0.5;
    const isBetter = quality.get(pair.a)! > quality.get(pair.b)!;
    const favoursA = rng() < skill ? isBetter : rng() < 0.5;
    const answers: Record<string, string> = { q1: "NO", q2: rng() < 0.05 ? "YES" : "NO" };
    if (answers["q2"] === "NO") {
      for (let q = 3; q <= 9; q++) answers[`q${q}`] = pick(ASPECTS);
      answers["q10"] = favoursA !== isSwapped ? "A" : "B";
    }
    const time = new Date(1_767_225_600_000 + at * 11_000).toISOString();
    events.push({
      schema: EVENT_SCHEMA,
      id: `01${String(at).padStart(24, "0")}`,
      project: project.id,
      annotator: annotator.id,
      at: time,
      kind: "judged",
      pair: pair.id,
      repeat: 0,
      supersedes: null,
      shown: {
        left: isSwapped ? pair.b : pair.a,
        right: isSwapped ? pair.a : pair.b,
        seed,
        protocolVersion: 1,
        mode: "full",
        language: "en",
        suggestion: "none",
      },
      answers: answers as ProtocolAnswers,
      strengths: rng() < 0.2 && answers["q10"] !== undefined ? { q10: 2 } : {},
      reasons: rng() < 0.6 ? [pick(project.protocols[0]!.reasons).id] : [],
      note: rng() < 0.2 ? 'a note, with "quotes"\nand a 换行' : "",
      regions: rng() < 0.1 ? [{ on: "left", box: [0.1, 0.2, 0.3, 0.4] }] : [],
      startedAt: time,
      activeMs: Math.round(3000 + rng() * 12_000),
      input: "keyboard",
      edits: 0,
    });
  }
  return {
    project,
    products: new Map(
      creatives.map(({ productId }) => [
        productId,
        { id: productId, title: `Title of ${productId}`, queries: ["one query", "another"] },
      ]),
    ),
    creatives: new Map(creatives.map((creative) => [creative.id, creative])),
    pairs,
    pairsById: new Map(pairs.map((pair) => [pair.id, pair])),
    state: foldEvents(events),
  };
}
