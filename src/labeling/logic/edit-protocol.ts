import {
  isOwnQuestion,
  OWN_QUESTION_IDS,
  type AnyQuestionId,
  type BilingualText,
  type ProtocolDefinition,
} from "@/domain/labeling/protocol-definition";
import type { LabelingProject } from "@/domain/labeling/records";

/** Changes to a protocol's lists. Every function returns a new protocol, or the same one. */

type Protocols = LabelingProject["protocols"];
const EMPTY: BilingualText = { en: "", zh: "" };
const MAX_REASONS = 30;

function moved<T>(list: readonly T[], at: number, by: 1 | -1): T[] | undefined {
  const to = at + by;
  if (at < 0 || to < 0 || to >= list.length) return undefined;
  const out = [...list];
  out.splice(to, 0, ...out.splice(at, 1));
  return out;
}

export function moveQuestion(
  protocol: ProtocolDefinition,
  id: AnyQuestionId,
  by: 1 | -1,
): ProtocolDefinition {
  const at = protocol.questions.findIndex((question) => question.id === id);
  const questions = moved(protocol.questions, at, by);
  return questions === undefined ? protocol : { ...protocol, questions };
}

export function moveReason(
  protocol: ProtocolDefinition,
  id: string,
  by: 1 | -1,
): ProtocolDefinition {
  const at = protocol.reasons.findIndex((reason) => reason.id === id);
  const reasons = moved(protocol.reasons, at, by);
  return reasons === undefined ? protocol : { ...protocol, reasons };
}

/** Identifiers that any edition uses: one that is gone must not come back with another meaning. */
function usedIds(editions: Protocols): ReadonlySet<string> {
  return new Set(
    editions.flatMap(({ questions, reasons }) => [
      ...questions.map(({ id }) => id),
      ...reasons.map(({ id }) => id),
    ]),
  );
}

/** The next free identifier for a question of the project's own, or undefined when all are used. */
export function freeQuestionId(editions: Protocols): AnyQuestionId | undefined {
  const used = usedIds(editions);
  return OWN_QUESTION_IDS.find((id) => !used.has(id));
}

/** Adds an aspect question before Q10, which stays the last one unless it was moved. */
export function addQuestion(
  protocol: ProtocolDefinition,
  editions: Protocols,
  name: BilingualText,
): ProtocolDefinition {
  const id = freeQuestionId(editions);
  if (id === undefined) return protocol;
  const question = { id, name, text: EMPTY, asked: true };
  const last = protocol.questions.findIndex((each) => each.id === "q10");
  return { ...protocol, questions: protocol.questions.toSpliced(last, 0, question) };
}

/** Removes a question of the project's own; Q1–Q10 are only switched off, so that exports fit. */
export function removeQuestion(
  protocol: ProtocolDefinition,
  id: AnyQuestionId,
): ProtocolDefinition {
  if (!isOwnQuestion(id)) return protocol;
  return { ...protocol, questions: protocol.questions.filter((question) => question.id !== id) };
}

export function canAddReason(protocol: ProtocolDefinition): boolean {
  return protocol.reasons.length < MAX_REASONS;
}

export function addReason(
  protocol: ProtocolDefinition,
  editions: Protocols,
  label: BilingualText,
): ProtocolDefinition {
  if (!canAddReason(protocol)) return protocol;
  const used = usedIds(editions);
  let number = protocol.reasons.length + 1;
  while (used.has(`reason-${number}`)) number++;
  const reason = { id: `reason-${number}`, label, polarity: "for" as const };
  return { ...protocol, reasons: [...protocol.reasons, reason] };
}

export function removeReason(protocol: ProtocolDefinition, id: string): ProtocolDefinition {
  const reasons = protocol.reasons.filter((reason) => reason.id !== id);
  return { ...protocol, reasons, minReasons: Math.min(protocol.minReasons, reasons.length) };
}

/** Questions and reasons without any wording, which would be empty buttons on the screen. */
export function unnamedIn(protocol: ProtocolDefinition): readonly string[] {
  const isEmpty = ({ en, zh }: BilingualText) => en.trim() === "" && zh.trim() === "";
  return [
    ...protocol.questions
      .filter(({ asked, name, text }) => asked && (isEmpty(name) || isEmpty(text)))
      .map(({ id }) => id.toUpperCase()),
    ...protocol.reasons.filter(({ label }) => isEmpty(label)).map(({ id }) => id),
  ];
}

/**
 * The number of a closed edition that `next` would change, or undefined. An edition is closed once
 * there is a decision under it, also when that was made in another tab meanwhile.
 */
export function changedClosedEdition(
  before: Protocols,
  next: Protocols,
  used: ReadonlySet<number>,
): number | undefined {
  const texts = new Map(next.map((edition) => [edition.version, JSON.stringify(edition)]));
  return before.find(
    (edition) =>
      used.has(edition.version) && texts.get(edition.version) !== JSON.stringify(edition),
  )?.version;
}
