import { EVENT_SCHEMA, type JudgedEvent } from "@/domain/labeling/events";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import { clickAnswer } from "../build-pairs";
import type { MappedRow } from "./mapping";

/** The image of a creative once its bytes are kept, or why they are not. */
export type KeptImage = Pick<LabelingCreative, "image" | "sha256" | "width" | "height">;

/** An id from any text: short ones stay readable, long ones get a hash. */
export function idFrom(...parts: readonly string[]): string {
  const text = parts.join("/");
  if (text.length <= 150) return text;
  let [low, high] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 2_654_435_761);
    high = Math.imul(high ^ code, 1_597_334_677);
  }
  return `${text.slice(0, 100)}~${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}

/** Puts mapped rows together: creatives and products once, pairs and labels in order. */
export class Assembly {
  readonly products = new Map<string, LabelingProduct>();
  readonly creatives = new Map<string, LabelingCreative>();
  readonly pairs = new Map<string, LabelingPair>();
  readonly events: JudgedEvent[] = [];
  readonly annotators = new Map<string, string>();
  readonly #project: LabelingProject;
  readonly #origin: { readonly nextId: () => string; readonly at: string };

  constructor(
    project: LabelingProject,
    origin: { readonly nextId: () => string; readonly at: string },
  ) {
    this.#project = project;
    this.#origin = origin;
    for (const { id, name } of project.annotators) this.annotators.set(name, id);
  }

  /** Adds a row whose images are kept; `images` in the order of `row.creatives`. */
  add(row: MappedRow, images: readonly KeptImage[]): void {
    const productId = idFrom(row.product);
    this.#addProduct(productId, row);
    const ids = row.creatives.map((mapped, at) => {
      const path = mapped.image.path || images[at]?.sha256 || `image ${this.creatives.size}`;
      const id = idFrom(productId, path);
      const known = this.creatives.get(id);
      const { impressions, clicks } = mapped;
      // One row per day and creative (CreativeRanking): the counts add up. A pair table repeats the
      // same counts instead.
      const sum = (before: number | undefined, now: number | undefined) =>
        row.pair !== undefined || before === undefined || now === undefined
          ? (now ?? before)
          : before + now;
      const counts = {
        impressions: sum(known?.impressions, impressions),
        clicks: sum(known?.clicks, clicks),
      };
      this.creatives.set(id, {
        id,
        productId,
        name: path.split("/").at(-1)!.slice(0, 300),
        image: { kind: "missing", path },
        ...images[at],
        ...(counts.impressions === undefined ? {} : { impressions: counts.impressions }),
        ...(counts.clicks === undefined ? {} : { clicks: counts.clicks }),
      });
      return id;
    });
    if (row.pair !== undefined && ids.length === 2) this.#addPair(row, productId, ids[0]!, ids[1]!);
  }

  #addProduct(id: string, row: MappedRow): void {
    const known = this.products.get(id);
    const queries = [...new Set([...(known?.queries ?? []), ...row.queries])].slice(0, 50);
    this.products.set(id, { id, title: known?.title || row.title, queries });
  }

  #addPair(row: MappedRow, productId: string, a: string, b: string): void {
    const { record, label, annotator } = row.pair!;
    const id = idFrom(row.pair!.id ?? idFrom(productId, a, b));
    const clicks = clickAnswer(this.creatives.get(a)!, this.creatives.get(b)!, this.#project.rule);
    const isKnownAnswer = record?.label_source === "ctr" && label !== "none";
    const gold = isKnownAnswer ? (label ?? clicks) : undefined;
    if (!this.pairs.has(id)) {
      this.pairs.set(id, {
        id,
        productId,
        a,
        b,
        split: record?.split ?? "train",
        ...(gold === undefined ? {} : { gold }),
        source: "imported",
      });
    }
    const isJudgement = annotator !== undefined || record?.label_source === "human";
    if (isJudgement && label !== undefined && this.pairs.get(id)?.a === a) {
      this.#addJudgement(id, row, a, b);
    }
  }

  #annotatorId(name: string): string {
    const known = this.annotators.get(name);
    if (known !== undefined) return known;
    const id = idFrom(name);
    this.annotators.set(name, id);
    return id;
  }

  #addJudgement(pair: string, row: MappedRow, a: string, b: string): void {
    const { record, label, annotator } = row.pair!;
    const { at, nextId } = this.#origin;
    const created = record?.created_at ?? at;
    const time = Number.isNaN(Date.parse(created)) ? at : created;
    const answers = record?.protocol ?? {};
    const fromLabel = label === "none" ? { q2: "YES" as const } : { q10: label! };
    this.events.push({
      schema: EVENT_SCHEMA,
      id: nextId(),
      project: this.#project.id,
      annotator: this.#annotatorId(annotator ?? record?.annotator ?? "imported"),
      at: time,
      kind: "judged",
      pair,
      repeat: 0,
      supersedes: null,
      // A record's own sides are the sides as shown.
      shown: {
        left: a,
        right: b,
        seed: 0,
        protocolVersion: 1,
        mode: record?.protocol === undefined ? "quick" : "full",
        language: "en",
        suggestion: "none",
      },
      answers:
        label === "none" && answers.q1 === "YES" ? { q1: "YES" } : { ...answers, ...fromLabel },
      strengths: {},
      reasons: [],
      note: Object.entries(record?.explanations ?? {})
        .map(([question, text]) => `${question.toUpperCase()} ${text ?? ""}`)
        .join("\n")
        .slice(0, 10_000),
      regions: [],
      startedAt: time,
      activeMs: 0,
      input: "import",
      edits: 0,
    });
  }
}
