import { z } from "zod";
import { aspectAnswerSchema, protocolAnswersSchema } from "../creative-pair";
import { OWN_QUESTION_IDS } from "./protocol-definition";

/**
 * The judgement log: append-only events. Nothing is ever changed or deleted; undoing is another
 * event. Ids are ULIDs and rise within a database, so that sorting by id is the order of events.
 *
 * Answers are stored as shown: A is the left creative and B the right one. `shown` says which
 * creative was on which side.
 */

export const EVENT_SCHEMA = "perigee-label-event/1";

const identifier = z.string().min(1).max(200);

export const boxSchema = z.tuple([
  z.number().min(0).max(1),
  z.number().min(0).max(1),
  z.number().min(0).max(1),
  z.number().min(0).max(1),
]);

export const regionSchema = z.strictObject({
  on: z.enum(["left", "right"]),
  /** x, y, width, height as shares of the image, from its upper left corner. */
  box: boxSchema,
  reason: z.string().max(64).optional(),
});
export type Region = z.infer<typeof regionSchema>;

export const shownSchema = z.strictObject({
  left: identifier,
  right: identifier,
  /** Seed that chose the sides. */
  seed: z.int(),
  protocolVersion: z.int().positive(),
  mode: z.enum(["full", "quick", "review"]),
  language: z.enum(["en", "zh"]),
  /** Whether a suggestion was on screen, and when. */
  suggestion: z.enum(["none", "before", "after"]),
});
export type Shown = z.infer<typeof shownSchema>;

const suggestionSchema = z.strictObject({
  model: z.string().max(200),
  revision: z.string().max(200),
  /** P(the left creative is clicked more often), mean of both orders. */
  probabilityLeft: z.number().min(0).max(1),
  ordersAgree: z.boolean(),
});
export type RecordedSuggestion = z.infer<typeof suggestionSchema>;

const base = {
  schema: z.literal(EVENT_SCHEMA),
  id: identifier,
  project: identifier,
  annotator: identifier,
  /** ISO 8601, UTC. */
  at: z.string().max(40),
};

const onPair = { ...base, pair: identifier, repeat: z.union([z.literal(0), z.literal(1)]) };
/** Id of the decision this one replaces, or null for the first one. */
const supersedes = identifier.nullable();

export const ownAnswersSchema = z.partialRecord(z.enum(OWN_QUESTION_IDS), aspectAnswerSchema);

const strength = z.union([z.literal(1), z.literal(2)]);

export const judgedSchema = z.strictObject({
  ...onPair,
  kind: z.literal("judged"),
  supersedes,
  shown: shownSchema,
  answers: protocolAnswersSchema,
  /** Answers to the project's own questions, as shown; absent when there are none. */
  own: ownAnswersSchema.optional(),
  /** 2 = strongly; a question that is absent was answered with ordinary strength. */
  strengths: z.record(z.string().max(4), strength),
  reasons: z.array(z.string().max(64)).max(30),
  note: z.string().max(10_000),
  regions: z.array(regionSchema).max(50),
  startedAt: z.string().max(40),
  /** Time with the page in view, in milliseconds. */
  activeMs: z.number().min(0),
  input: z.enum(["keyboard", "pointer", "touch", "import"]),
  /** How often an answer was changed before confirming. */
  edits: z.int().min(0),
  suggestion: suggestionSchema.optional(),
});
export type JudgedEvent = z.infer<typeof judgedSchema>;

export const skippedSchema = z.strictObject({
  ...onPair,
  kind: z.literal("skipped"),
  supersedes,
  shown: shownSchema,
  reason: z.string().max(2000),
  startedAt: z.string().max(40),
  activeMs: z.number().min(0),
});
export type SkippedEvent = z.infer<typeof skippedSchema>;

export const flaggedSchema = z.strictObject({
  ...base,
  kind: z.literal("flagged"),
  pair: identifier,
  on: z.boolean(),
  note: z.string().max(2000),
});

export const adjudicatedSchema = z.strictObject({
  ...base,
  kind: z.literal("adjudicated"),
  pair: identifier,
  /** In the pair's own sides. `none`: not comparable. */
  label: z.enum(["A", "B", "none"]),
  note: z.string().max(10_000),
  /** Ids of the decisions the adjudicator saw. */
  considered: z.array(identifier).max(1000),
  /** Makes the decision the pair's gold answer from now on. */
  asGold: z.boolean(),
});
export type AdjudicatedEvent = z.infer<typeof adjudicatedSchema>;

export const undoneSchema = z.strictObject({
  ...base,
  kind: z.literal("undone"),
  target: identifier,
});
export const redoneSchema = z.strictObject({
  ...base,
  kind: z.literal("redone"),
  target: identifier,
});

export const labelEventSchema = z.discriminatedUnion("kind", [
  judgedSchema,
  skippedSchema,
  flaggedSchema,
  adjudicatedSchema,
  undoneSchema,
  redoneSchema,
]);
export type LabelEvent = z.infer<typeof labelEventSchema>;
export type DecisionEvent = JudgedEvent | SkippedEvent;

/** One showing of one pair to one annotator: the unit that has at most one decision in force. */
export function taskKey(pair: string, annotator: string, repeat: 0 | 1): string {
  return JSON.stringify([pair, annotator, repeat]);
}

/** The task an event decides, or undefined for events that decide none. */
export function taskOf(event: LabelEvent): string | undefined {
  return event.kind === "judged" || event.kind === "skipped"
    ? taskKey(event.pair, event.annotator, event.repeat)
    : undefined;
}
