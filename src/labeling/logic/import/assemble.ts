import { flipAnswers, flipAspect, type ProtocolAnswers } from "@/domain/evaluation-protocol";
import { EVENT_SCHEMA, type JudgedEvent } from "@/domain/labeling/events";
import type { OwnAnswers } from "@/domain/labeling/protocol-definition";
import type {
  LabelingCreative,
  LabelingPair,
  LabelingProduct,
  LabelingProject,
} from "@/domain/labeling/records";
import { clickAnswer } from "../build-pairs";
import type { Carried } from "../export/row-schemas";
import { shortHash } from "../short-hash";
import type { MappedRow } from "./mapping";

/** The image of a creative once its bytes are kept, or why they are not. */
export type KeptImage = Pick<LabelingCreative, "image" | "sha256" | "width" | "height">;

/** An id from any text: short ones stay readable, long ones get a hash. */
export function idFrom(...parts: readonly string[]): string {
  const text = parts.join("/");
  if (text.length <= 150) return text;
  return `${text.slice(0, 100)}~${shortHash(text)}`;
}

/** Puts mapped rows together: creatives and products once, pairs and labels in order. */
export class Assembly {
  readonly products = new Map<string, LabelingProduct>();
  readonly creatives = new Map<string, LabelingCreative>();
  readonly pairs = new Map<string, LabelingPair>();
  readonly events: JudgedEvent[] = [];
  /** Name by id. */
  readonly annotators = new Map<string, string>();
  /** Records whose judgement is here, so that the same one in the other order adds nothing. */
  readonly #records = new Set<string>();
  readonly #project: LabelingProject;
  readonly #origin: { readonly nextId: () => string; readonly at: string };

  constructor(
    project: LabelingProject,
    origin: { readonly nextId: () => string; readonly at: string },
  ) {
    this.#project = project;
    this.#origin = origin;
    for (const { id, name } of project.annotators) this.annotators.set(id, name);
  }

  /** Adds a row whose images are kept; `images` in the order of `row.creatives`. */
  add(row: MappedRow, images: readonly KeptImage[]): void {
    if (row.pair?.twin !== undefined && this.#records.has(row.pair.twin)) return;
    const productId = row.pair?.carried?.pair.productId ?? idFrom(row.product);
    this.#addProduct(productId, row);
    const ids = row.creatives.map((mapped, at) => {
      const path = mapped.image.path || images[at]?.sha256 || `image ${this.creatives.size}`;
      const id = mapped.id ?? idFrom(productId, path);
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
        name: mapped.name ?? path.split("/").at(-1)!.slice(0, 300),
        image: { kind: "missing", path },
        ...images[at],
        ...(counts.impressions === undefined ? {} : { impressions: counts.impressions }),
        ...(counts.clicks === undefined ? {} : { clicks: counts.clicks }),
        ...(known?.factors === undefined && mapped.factors === undefined
          ? {}
          : { factors: { ...known?.factors, ...mapped.factors } }),
      });
      return id;
    });
    if (row.pair === undefined || ids.length !== 2) return;
    const { carried, isEdited, record } = row.pair;
    if (record !== undefined) this.#records.add(record.id);
    if (carried === undefined || row.pair.label === undefined) {
      this.#addPair(row, productId, ids[0]!, ids[1]!);
    } else if (isEdited) {
      this.pairs.set(carried.pair.id, carried.pair);
      this.#addJudgement(carried.pair, row, ids[0]!, ids[1]!);
    } else this.#addCarried(carried, row.pair.annotator);
  }

  /** A judgement of Perigee's own export, as the log had it. */
  #addCarried({ pair, event }: Carried, annotator: string | undefined): void {
    this.pairs.set(pair.id, pair);
    if (!this.annotators.has(event.annotator)) {
      this.annotators.set(event.annotator, annotator ?? event.annotator);
    }
    const { id: project } = this.#project;
    // The log holds an id once: a copy in another project gets one that sorts beside it.
    const idHere = (id: string) =>
      event.project === project ? id : `${id.slice(0, 140)}~${idFrom(project).slice(0, 50)}`;
    this.events.push({
      ...event,
      id: idHere(event.id),
      project,
      supersedes: event.supersedes === null ? null : idHere(event.supersedes),
    });
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
    const pair = this.pairs.get(id)!;
    if (isJudgement && label !== undefined && pair.a === a) this.#addJudgement(pair, row, a, b);
  }

  #annotatorId(name: string): string {
    for (const [id, known] of this.annotators) if (known === name) return id;
    const id = idFrom(name);
    this.annotators.set(id, name);
    return id;
  }

  /** A judgement as the readable columns tell it; `a` and `b` are the row's first and second image. */
  #addJudgement(pair: LabelingPair, row: MappedRow, a: string, b: string): void {
    const { record, label, annotator, details, carried } = row.pair!;
    const { at, nextId } = this.#origin;
    const created = record?.created_at ?? details.at ?? at;
    const time = Number.isNaN(Date.parse(created)) ? at : created;
    const byLabel = label === "none" ? { q2: "YES" as const } : { q10: label! };
    const { isSwapped, isRepeat, strength } = details;
    const given = withoutUndefined(record?.protocol ?? details.answers);
    const answers: ProtocolAnswers =
      label === "none" && given.q1 === "YES"
        ? { q1: "YES" }
        : { ...(label === "none" ? given : withoutGates(given)), ...byLabel };
    const explained = Object.entries(record?.explanations ?? {})
      .map(([question, text]) => `${question.toUpperCase()} ${text ?? ""}`)
      .join("\n");
    this.events.push({
      schema: EVENT_SCHEMA,
      id: nextId(),
      project: this.#project.id,
      annotator: this.#annotatorId(annotator ?? record?.annotator ?? "imported"),
      at: time,
      kind: "judged",
      pair: pair.id,
      repeat: isRepeat ? 1 : 0,
      supersedes: carried?.event.project === this.#project.id ? carried.event.id : null,
      // A row's own sides are the sides as shown, unless it says otherwise.
      shown: {
        left: isSwapped ? b : a,
        right: isSwapped ? a : b,
        seed: 0,
        protocolVersion: 1,
        mode: record?.protocol === undefined ? "quick" : "full",
        language: "en",
        suggestion: "none",
      },
      answers: isSwapped ? flipAnswers(answers) : answers,
      ...(label === "none" || Object.keys(details.own).length === 0
        ? {}
        : { own: isSwapped ? flipOwn(details.own) : details.own }),
      strengths: strength === 2 ? { q10: 2 } : {},
      reasons: [...(details.reasons ?? [])],
      note: (details.note ?? explained).slice(0, 10_000),
      regions: [],
      startedAt: time,
      activeMs: 0,
      input: "import",
      edits: 0,
    });
  }
}

function withoutUndefined(answers: JudgedEvent["answers"]): ProtocolAnswers {
  const given = Object.entries(answers).filter(([, answer]) => answer !== undefined);
  return Object.fromEntries(given) as ProtocolAnswers;
}

function flipOwn(own: OwnAnswers): OwnAnswers {
  return Object.fromEntries(
    Object.entries(own).map(([id, answer]) => [id, flipAspect(answer)] as const),
  );
}

/** A pair with a label was comparable, whatever an edited row still says of the gates. */
function withoutGates(answers: ProtocolAnswers): ProtocolAnswers {
  const { q1, q2, ...rest } = answers;
  return {
    ...(q1 === "NO" ? { q1 } : {}),
    ...(q2 === "NO" ? { q2 } : {}),
    ...rest,
  };
}
