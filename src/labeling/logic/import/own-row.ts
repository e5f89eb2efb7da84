import { z } from "zod";
import { QUESTION_IDS, type AspectAnswer } from "@/domain/evaluation-protocol";
import { toJudgement } from "@/domain/labeling/judgement";
import { aspectAnswerSchema, protocolAnswersSchema } from "@/domain/creative-pair";
import { OWN_QUESTION_IDS, type OwnAnswers } from "@/domain/labeling/protocol-definition";
import { carriedSchema, type Carried } from "../export/row-schemas";
import { cleanText } from "./limits";

/**
 * Rows of Perigee's own exports. Each carries the judgement as the log holds it, in `perigee`;
 * what a person can read in the other columns wins when both differ, because it was edited.
 */

type Row = Readonly<Record<string, unknown>>;

/** Column that says which creative the first image column shows, when it is not the pair's `a`. */
const FIRST_COLUMN = "perigee_first";

function objectOf(value: unknown): Row | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? (value as Row)
    : undefined;
}

/** A line of decisions.jsonl as a flat row; other rows pass as they are. */
export function flattenDecision(row: Row): Row {
  const [a, b] = [objectOf(row["a"]), objectOf(row["b"])];
  if (row["schema"] !== "creativepair/1" || a === undefined || b === undefined) return row;
  const choices: Readonly<Record<string, string>> = { a: "A", b: "B", not_comparable: "none" };
  return {
    product_id: row["product_id"],
    title: row["title"],
    queries: row["queries"],
    image_a: a["file"],
    image_b: b["file"],
    side_a: a,
    side_b: b,
    label: choices[cleanText(row["choice"], 20)] ?? row["choice"],
    strength: row["strength"],
    ...objectOf(row["answers"]),
    ...objectOf(row["own"]),
    reasons: row["reasons"],
    rationale: row["rationale"],
    annotator: row["annotator"],
    split: row["split"],
    shown_left: objectOf(row["shown"])?.["left"],
    is_repeat: objectOf(row["shown"])?.["is_repeat"],
    decided_at: row["decided_at"],
    perigee: row["perigee"],
  };
}

const carriedOrTwin = z.union([carriedSchema, z.strictObject({ twin: z.string().max(300) })]);

/** Judgement that a row carries, or the row that carries it; undefined for everybody else's rows. */
export function readCarried(row: Row): z.infer<typeof carriedOrTwin> | undefined {
  let value = row["perigee"] ?? objectOf(row["meta"])?.["perigee"];
  if (typeof value === "string" && value !== "") {
    try {
      value = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  const parsed = carriedOrTwin.safeParse(value);
  if (!parsed.success) return undefined;
  if ("twin" in parsed.data) return parsed.data;
  const { pair, event } = parsed.data;
  const sides = [event.shown.left, event.shown.right];
  const fits = pair.id === event.pair && sides.includes(pair.a) && sides.includes(pair.b);
  return fits && pair.a !== pair.b ? parsed.data : undefined;
}

/** What stands readable in a row besides its label, in the order of its image columns. */
export interface VisibleDetails {
  readonly answers: z.infer<typeof protocolAnswersSchema>;
  /** Answers to the project's own questions. */
  readonly own: OwnAnswers;
  readonly reasons?: readonly string[];
  readonly note?: string;
  readonly strength?: 1 | 2;
  readonly isSwapped: boolean;
  readonly isRepeat: boolean;
  readonly at?: string;
}

function reasonsOf(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list = Array.isArray(value) ? value : cleanText(value).split(/\s+/u);
  return list
    .map((reason) => cleanText(reason, 64))
    .filter((reason) => reason !== "")
    .slice(0, 30);
}

/** The columns of decisions.csv, wherever they stand. */
export function readDetails(row: Row): VisibleDetails {
  const answers: Record<string, unknown> = {};
  const protocol = objectOf(row["protocol"]) ?? row;
  for (const id of QUESTION_IDS) {
    const parsed = protocolAnswersSchema.shape[id].safeParse(protocol[id]);
    if (parsed.success && parsed.data !== undefined) answers[id] = parsed.data;
  }
  const own: Record<string, AspectAnswer> = {};
  for (const id of OWN_QUESTION_IDS) {
    const parsed = aspectAnswerSchema.safeParse(protocol[id]);
    if (parsed.success) own[id] = parsed.data;
  }
  const reasons = reasonsOf(row["reasons"]);
  const strength = Number(row["strength"]);
  const at = cleanText(row["decided_at"], 40);
  return {
    answers,
    own,
    ...(reasons === undefined ? {} : { reasons }),
    ...(typeof row["rationale"] === "string" ? { note: row["rationale"].slice(0, 10_000) } : {}),
    ...(strength === 1 || strength === 2 ? { strength } : {}),
    isSwapped: row["shown_left"] === "b",
    isRepeat: row["is_repeat"] === true || row["is_repeat"] === "true",
    ...(at === "" ? {} : { at }),
  };
}

/** Creative in the first image column. */
export function firstCreative(row: Row, { pair }: Carried): string {
  return row[FIRST_COLUMN] === pair.b ? pair.b : pair.a;
}

/** What Label Studio's rows add, where the first image is the one that was shown on the left. */
export function carriedColumns(task: Row): Row {
  const carried = readCarried(task);
  if (carried === undefined || "twin" in carried) return {};
  return { perigee: carried, [FIRST_COLUMN]: carried.event.shown.left };
}

const plain = (text: string) => text.replace(/\s+/gu, " ").trim();

/** True when the readable columns still say what the carried judgement says. */
export function isUnedited(
  row: Row,
  carried: Carried,
  label: "A" | "B" | "none" | undefined,
): boolean {
  const { pair, event } = carried;
  const judgement = toJudgement(event, pair);
  if (judgement === undefined) return false;
  const isTurned = firstCreative(row, carried) === pair.b;
  const turned = { A: "B", B: "A", none: "none" } as const;
  if (label !== undefined && (isTurned ? turned[label] : label) !== judgement.label) return false;
  const seen = readDetails(row);
  if (!isTurned) {
    for (const id of QUESTION_IDS) {
      const [visible, own] = [seen.answers[id], judgement.answers[id]];
      // The training formats name the label as Q10 even where only a gate was asked.
      if (visible !== undefined && visible !== own) return false;
    }
    for (const id of OWN_QUESTION_IDS) {
      const visible = seen.own[id];
      if (visible !== undefined && visible !== judgement.own[id]) return false;
    }
  }
  if (
    seen.reasons !== undefined &&
    plain(seen.reasons.join(" ")) !== plain(event.reasons.join(" "))
  ) {
    return false;
  }
  if (seen.note !== undefined && plain(seen.note) !== plain(event.note)) return false;
  return seen.strength === undefined || seen.strength === judgement.strength;
}
