import {
  flipAnswers,
  isNotComparable,
  QUESTION_IDS,
  type ProtocolAnswers,
} from "@/domain/evaluation-protocol";
import { EVENT_SCHEMA, type LabelEvent, type Shown } from "@/domain/labeling/events";
import { createDefaultProtocol } from "@/domain/labeling/protocol-definition";
import { foldEvents } from "@/domain/labeling/label-state";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import { cleanText } from "../import/limits";
import { createProject } from "../new-project";
import type { ProjectData } from "./project-data";

/**
 * Any project that Perigee could hold, for property tests: titles in any script, queries that hold
 * separators, annotators of one name, judgements with reasons, boxes and notes, repeats, skips,
 * flags, adjudications, undo and redo.
 */

/** Where the values come from: a property test's generator, which can then shrink them. */
export interface Draw {
  /** Whole number from `min` to `max`, both included. */
  readonly integer: (min: number, max: number) => number;
  readonly number: (min: number, max: number) => number;
  /** Any short text. */
  readonly text: () => string;
}

const AWKWARD = [
  "夏季遮阳帽 防晒",
  'with "quotes", commas',
  "line\nbreak\r\nand tab\t",
  "a | b; c",
  "=SUM(A1)",
  "<image> <script>alert(1)</script>",
  "👩‍👩‍👧 family",
  "[1, 2]",
  "عربي",
];
const IDS = ["hat", "商品-1", "a/b c.png", "a/b_c.png", "x".repeat(180), "0", " space "];

function flip(draw: Draw): boolean {
  return draw.integer(0, 1) === 1;
}

function pick<T>(draw: Draw, list: readonly T[]): T {
  return list[draw.integer(0, list.length - 1)]!;
}

function text(draw: Draw): string {
  return flip(draw) ? pick(draw, AWKWARD) : draw.text();
}

/** Texts of tables are cleaned on import; a stored one is clean already. */
function cleaned(draw: Draw): string {
  return cleanText(text(draw));
}

function optional<K extends string, T>(draw: Draw, key: K, make: () => T): { [P in K]?: T } {
  return (flip(draw) ? { [key]: make() } : {}) as { [P in K]?: T };
}

function randomProject(draw: Draw): LabelingProject {
  const count = draw.integer(1, 3);
  const names = ["Ann", "Ann", '李 "雷"'];
  const createdAt = "2026-01-01T00:00:00.000Z";
  const protocol = createDefaultProtocol(createdAt);
  const words = { en: "Own", zh: "自定" };
  const own = { id: "x1" as const, name: words, text: words, asked: true };
  return createProject({
    id: "project-1",
    title: text(draw) || "untitled",
    createdAt,
    protocols: [flip(draw) ? protocol : { ...protocol, questions: [...protocol.questions, own] }],
    guidelines: text(draw),
    ...optional(draw, "examples", () => [
      { a: "one", b: "two", answer: pick(draw, ["A", "B", "none"] as const), note: text(draw) },
    ]),
    licence: pick(draw, ["", "CC-BY-4.0", "内部使用"]),
    seed: draw.integer(-1000, 1000),
    annotators: Array.from({ length: count }, (_, at) => ({
      id: `annotator-${at}`,
      name: names[at]!,
    })),
  });
}

function randomCreative(draw: Draw, id: string, productId: string): LabelingCreative {
  // Few contents, so that some creatives are equal.
  const sha256 = draw.integer(0, 5).toString(16).padEnd(64, "0");
  const impressions = draw.integer(0, 5000);
  return {
    id,
    productId,
    name: cleaned(draw) || "name",
    image: { kind: "stored", path: `labeling/${sha256}.png` },
    ...optional(draw, "sha256", () => sha256),
    ...(flip(draw) ? { impressions, clicks: Math.floor(impressions / 3) } : {}),
    ...optional(draw, "width", () => draw.integer(1, 4000)),
    ...optional(draw, "factors", () => ({ text_area: draw.number(-1e6, 1e6), price_shown: true })),
  };
}

function randomShown(draw: Draw, pair: LabelingPair, isSwapped: boolean): Shown {
  return {
    left: isSwapped ? pair.b : pair.a,
    right: isSwapped ? pair.a : pair.b,
    seed: draw.integer(-1000, 1000),
    protocolVersion: 1,
    mode: pick(draw, ["full" as const, "quick" as const, "review" as const]),
    language: pick(draw, ["en" as const, "zh" as const]),
    suggestion: pick(draw, ["none" as const, "before" as const, "after" as const]),
  };
}

function randomAnswers(draw: Draw): ProtocolAnswers {
  const kind = draw.integer(0, 5);
  if (kind === 0) return { q1: "YES" };
  if (kind === 1) return { q1: "NO", q2: "YES" };
  const aspect = () => pick(draw, ["A>B" as const, "A=B" as const, "A<B" as const]);
  const aspects = QUESTION_IDS.slice(2, 9).flatMap((id) =>
    kind > 2 && flip(draw) ? [[id, aspect()] as const] : [],
  );
  const gates = kind > 2 ? { q1: "NO" as const, q2: "NO" as const } : {};
  const q10 = pick(draw, ["A" as const, "B" as const]);
  return { ...gates, ...(Object.fromEntries(aspects) as ProtocolAnswers), q10 };
}

interface World {
  readonly draw: Draw;
  readonly project: LabelingProject;
  readonly pairs: readonly LabelingPair[];
  readonly events: LabelEvent[];
}

function randomEvent(world: World): LabelEvent {
  const { draw, project, pairs, events } = world;
  const at = new Date(1_767_225_600_000 + events.length * 7000).toISOString();
  const annotator = pick(draw, project.annotators).id;
  const base = {
    schema: EVENT_SCHEMA,
    id: `01${String(events.length).padStart(24, "0")}`,
    project: project.id,
    annotator,
    at,
  } as const;
  const pair = pick(draw, pairs);
  const kind = draw.integer(0, 11);
  const repeat = flip(draw) ? (0 as const) : (1 as const);
  const shown = randomShown(draw, pair, flip(draw));
  const timed = { startedAt: at, activeMs: draw.number(0, 1e6) };
  if (kind === 0) {
    const reason = text(draw);
    const onPair = { pair: pair.id, repeat, supersedes: null, shown, reason };
    return { ...base, kind: "skipped", ...onPair, ...timed };
  }
  if (kind === 1) {
    return { ...base, kind: "flagged", pair: pair.id, on: flip(draw), note: text(draw) };
  }
  if (kind === 2) {
    const label = pick(draw, ["A", "B", "none"] as const);
    const decision = { label, note: text(draw), considered: [], asGold: flip(draw) };
    return { ...base, kind: "adjudicated", pair: pair.id, ...decision };
  }
  if (kind <= 4 && events.length > 0) {
    return { ...base, kind: kind === 3 ? "undone" : "redone", target: pick(draw, events).id };
  }
  const answers = randomAnswers(draw);
  const share = () => draw.number(0, 1);
  return {
    ...base,
    kind: "judged",
    pair: pair.id,
    repeat,
    supersedes: null,
    shown,
    answers: flip(draw) ? answers : flipAnswers(answers),
    ...(isNotComparable(answers) || project.protocols[0]!.questions.length === QUESTION_IDS.length
      ? {}
      : optional(draw, "own", () => ({ x1: pick(draw, ["A>B", "A=B", "A<B"] as const) }))),
    strengths: answers.q10 !== undefined && flip(draw) ? { q10: 2, q3: 2 } : {},
    reasons: project.protocols[0]!.reasons.map(({ id }) => id).filter(() => flip(draw)),
    note: text(draw),
    regions: Array.from({ length: draw.integer(0, 2) }, () => ({
      on: pick(draw, ["left", "right"] as const),
      box: [share(), share(), share(), share()],
      ...optional(draw, "reason", () => "clear-headline"),
    })),
    ...timed,
    input: pick(draw, ["keyboard", "pointer", "touch"] as const),
    edits: draw.integer(0, 50),
    ...optional(draw, "suggestion", () => ({
      model: "nano",
      revision: "r2",
      probabilityLeft: draw.number(0, 1),
      ordersAgree: flip(draw),
    })),
  };
}

/** A project of up to three products. */
export function randomProjectData(draw: Draw): ProjectData {
  const project = randomProject(draw);
  const ids = [...new Set([pick(draw, IDS), pick(draw, IDS), pick(draw, IDS)])];
  const products: LabelingProduct[] = ids.map((id) => ({
    id,
    title: cleaned(draw),
    queries: [...new Set([cleaned(draw), cleaned(draw)])].filter((query) => query !== ""),
    ...optional(draw, "titleZh", () => text(draw)),
  }));
  const creatives: LabelingCreative[] = [];
  const pairs: LabelingPair[] = [];
  for (const { id: productId } of products) {
    const own = ["1", "a b.png", "a_b.png"].map((name) =>
      randomCreative(draw, `${productId}/${name}`.slice(-200), productId),
    );
    // Ids of different products can meet when they are cut.
    for (const creative of own) {
      creatives.push({ ...creative, id: `${creatives.length}-${creative.id}`.slice(0, 200) });
    }
    const [one, two, three] = creatives.slice(-3).map(({ id }) => id) as [string, string, string];
    const split = pick(draw, ["train" as const, "test" as const]);
    for (const [a, b] of [
      [one, two],
      [three, two],
    ] as const) {
      const gold = optional(draw, "gold", () => pick(draw, ["A" as const, "B" as const]));
      const id = `pair ${pairs.length}`;
      pairs.push({ id, productId, a, b, split, source: "chain", ...gold });
    }
  }
  const events: LabelEvent[] = [];
  const count = draw.integer(1, 25);
  const world: World = { draw, project, pairs, events };
  while (events.length < count) events.push(randomEvent(world));
  return {
    project,
    products: new Map(products.map((one) => [one.id, one])),
    creatives: new Map(creatives.map((one) => [one.id, one])),
    pairs,
    pairsById: new Map(pairs.map((one) => [one.id, one])),
    state: foldEvents(events),
  };
}
