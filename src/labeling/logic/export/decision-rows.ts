import { QUESTION_IDS } from "@/domain/evaluation-protocol";
import { OWN_QUESTION_IDS, type OwnQuestionId } from "@/domain/labeling/protocol-definition";
import { carriedText, imagePath, type ExportItem, type ProjectData } from "./project-data";
import { createUtf8Buffer, type Piece } from "./pieces";
import type { DecisionRow } from "./row-schemas";

function side(creative: ExportItem["a"]): DecisionRow["a"] {
  const { id, name, sha256, width, height, impressions, clicks, factors } = creative;
  return {
    id,
    file: imagePath(creative),
    name,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(width === undefined ? {} : { w: width }),
    ...(height === undefined ? {} : { h: height }),
    ...(impressions === undefined ? {} : { impressions }),
    ...(clicks === undefined ? {} : { clicks }),
    ...(factors === undefined ? {} : { factors }),
  };
}

const CHOICES = { A: "a", B: "b", none: "not_comparable" } as const;

/**
 * One row per judgement in force, in the pair's own sides; what was shown is beside it. The
 * judgement it carries is not in it.
 */
export function decisionRow(item: ExportItem): Omit<DecisionRow, "perigee"> {
  const { judgement, product, a, b, annotator } = item;
  const { event, pair, answers, own, label, isSwapped, strength } = judgement;
  return {
    schema: "creativepair/1",
    pair_id: pair.id,
    product_id: product.id,
    title: product.title,
    queries: [...product.queries],
    a: side(a),
    b: side(b),
    split: pair.split,
    shown: {
      left: isSwapped ? "b" : "a",
      seed: event.shown.seed,
      is_repeat: event.repeat === 1,
      suggestion: event.shown.suggestion,
      protocol_version: event.shown.protocolVersion,
      mode: event.shown.mode,
    },
    choice: CHOICES[label],
    strength,
    answers,
    ...(event.own === undefined ? {} : { own }),
    reasons: event.reasons,
    rationale: event.note,
    regions: event.regions.map(({ on: shown, box, reason }) => ({
      on: (shown === "left") !== isSwapped ? "a" : "b",
      box,
      ...(reason === undefined ? {} : { reason }),
    })),
    annotator,
    started_at: event.startedAt,
    decided_at: event.at,
    active_ms: event.activeMs,
    input: event.input,
    edits: event.edits,
    ...(event.suggestion === undefined
      ? {}
      : {
          model: {
            id: event.suggestion.model,
            revision: event.suggestion.revision,
            p_a: isSwapped
              ? 1 - event.suggestion.probabilityLeft
              : event.suggestion.probabilityLeft,
            orders_agree: event.suggestion.ordersAgree,
          },
        }),
  };
}

/** RFC 4180 cell. A leading = + - @ is kept as data: the file is read by programs. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value as string | number);
  return /[",\r\n]/u.test(text) ? `"${text.replace(/"/gu, '""')}"` : text;
}

/** Texts from this length on are quoted as bytes. */
const LONG = 200;
/** Bytes of a piece of a table. */
const PIECE = 1 << 17;

/**
 * A table as RFC 4180 has it.
 *
 * @yields many lines at a time.
 */
export function* csvIn(
  path: string,
  header: readonly string[],
  rows: Iterable<readonly unknown[]>,
): Generator<Piece> {
  const lines = createUtf8Buffer();
  lines.add(`${header.map(csvCell).join(",")}\r\n`);
  for (const row of rows) {
    let text = "";
    for (const [at, cell] of row.entries()) {
      if (at > 0) text += ",";
      if (typeof cell === "string" && cell.length >= LONG) {
        lines.add(text);
        lines.addQuoted(cell);
        text = "";
      } else text += csvCell(cell);
    }
    lines.add(`${text}\r\n`);
    if (lines.size() >= PIECE) yield [path, lines.take()];
  }
  yield [path, lines.take()];
}

export const FLAT_COLUMNS = [
  "pair_id",
  "product_id",
  "product_title",
  "query",
  "image_a",
  "image_b",
  "split",
  "label",
  "strength",
  ...QUESTION_IDS,
  "reasons",
  "rationale",
  "annotator",
  "shown_left",
  "is_repeat",
  "suggestion",
  "decided_at",
  "active_ms",
  "queries",
  "perigee",
] as const;

/** The project's own questions, whichever edition asked them; each has a column of its own. */
function ownColumns({ project }: ProjectData): readonly OwnQuestionId[] {
  const asked = new Set<string>(
    project.protocols.flatMap(({ questions }) => questions.map(({ id }) => id)),
  );
  return OWN_QUESTION_IDS.filter((id) => asked.has(id));
}

/** Columns of the flat table; those of the project's own questions come last. */
export function flatColumns(data: ProjectData): readonly string[] {
  return [...FLAT_COLUMNS, ...ownColumns(data)];
}

/**
 * The flat table that CSV and Parquet share.
 *
 * @yields one row after another, in the order of {@link flatColumns}.
 */
export function* flatRows(
  data: ProjectData,
  items: Iterable<ExportItem>,
): Generator<readonly FlatCell[]> {
  const own = ownColumns(data);
  for (const item of items) yield flatRow(item, own);
}

type FlatCell = string | number | boolean | null;

function flatRow(item: ExportItem, asked: readonly OwnQuestionId[]): readonly FlatCell[] {
  const { judgement, product, a, b, annotator } = item;
  const { event, pair, answers, own, label, isSwapped, strength } = judgement;
  const cells: FlatCell[] = [
    pair.id,
    product.id,
    product.title,
    product.queries.join(" | "),
    imagePath(a),
    imagePath(b),
    pair.split,
    label,
    strength,
  ];
  for (const id of QUESTION_IDS) cells.push(answers[id] ?? null);
  cells.push(
    event.reasons.join(" "),
    event.note,
    annotator,
    isSwapped ? "b" : "a",
    event.repeat === 1,
    event.shown.suggestion,
    event.at,
    event.activeMs,
    // A query may hold the separator of the readable column.
    JSON.stringify(product.queries),
    carriedText(judgement),
  );
  for (const id of asked) cells.push(own[id] ?? null);
  return cells;
}
