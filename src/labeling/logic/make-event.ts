import {
  EVENT_SCHEMA,
  type DecisionEvent,
  type JudgedEvent,
  type RecordedSuggestion,
  type Shown,
  type SkippedEvent,
} from "@/domain/labeling/events";
import { isNotComparable } from "@/domain/evaluation-protocol";
import type { OwnAnswers } from "@/domain/labeling/protocol-definition";
import { currentProtocol, type LabelingProject } from "@/domain/labeling/records";
import { answersToKeep, createDraft, type JudgeContext, type JudgeDraft } from "./judge-draft";
import type { Task } from "./queue";

export interface EventOrigin {
  readonly id: string;
  readonly annotator: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ShownOptions {
  readonly mode: Shown["mode"];
  readonly language: Shown["language"];
  readonly suggestion: Shown["suggestion"];
}

/** Milliseconds since the epoch as ISO 8601 in UTC. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function shownOf(project: LabelingProject, task: Task, options: ShownOptions): Shown {
  const { a, b } = task.pair;
  return {
    left: task.isSwapped ? b : a,
    right: task.isSwapped ? a : b,
    seed: task.seed,
    protocolVersion: currentProtocol(project).version,
    ...options,
  };
}

function baseOf(project: LabelingProject, task: Task, origin: EventOrigin) {
  return {
    schema: EVENT_SCHEMA as typeof EVENT_SCHEMA,
    id: origin.id,
    project: project.id,
    annotator: origin.annotator,
    at: isoTime(origin.now),
    pair: task.pair.id,
    repeat: task.repeat,
  };
}

export function judgedEvent(
  project: LabelingProject,
  task: Task,
  draft: JudgeDraft,
  origin: EventOrigin,
  options: ShownOptions,
  suggestion?: RecordedSuggestion,
): JudgedEvent {
  const answers = answersToKeep(draft.answers);
  // A closed pair has no answers to the project's own questions either.
  const own = isNotComparable(answers) ? {} : draft.own;
  const strengths = Object.fromEntries(
    Object.entries(draft.strengths).filter(([question]) => question in answers || question in own),
  );
  return {
    ...baseOf(project, task, origin),
    kind: "judged",
    supersedes: draft.supersedes,
    shown: shownOf(project, task, options),
    answers,
    ...(Object.keys(own).length === 0 ? {} : { own }),
    strengths,
    reasons: [...draft.reasons],
    note: draft.note.trim(),
    regions: [...draft.regions],
    startedAt: draft.startedAt,
    activeMs: Math.round(draft.activeMs),
    input: draft.input,
    edits: draft.edits,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

export function skippedEvent(
  project: LabelingProject,
  task: Task,
  draft: JudgeDraft,
  origin: EventOrigin,
  options: ShownOptions,
  reason: string,
): SkippedEvent {
  return {
    ...baseOf(project, task, origin),
    kind: "skipped",
    supersedes: draft.supersedes,
    shown: shownOf(project, task, options),
    reason,
    startedAt: draft.startedAt,
    activeMs: Math.round(draft.activeMs),
  };
}

/** The annotator's own earlier answers, to look at again and correct. */
export function draftOfDecision(
  taskKey: string,
  decision: DecisionEvent | undefined,
  context: JudgeContext,
  startedAt: string,
  supersedes: string | null,
): JudgeDraft {
  const empty = createDraft(taskKey, context, startedAt, supersedes);
  if (decision?.kind !== "judged") return empty;
  const { answers, own = {}, strengths, reasons, note, regions } = decision;
  const kept = Object.fromEntries(
    Object.entries(answers).filter(([, answer]) => answer !== undefined),
  );
  return { ...empty, answers: kept, own: own as OwnAnswers, strengths, reasons, note, regions };
}

/** The task a decision belongs to, with the sides as they were shown then. */
export function taskOfDecision(decision: DecisionEvent, tasks: readonly Task[]): Task | undefined {
  const task = tasks.find(
    ({ pair, repeat }) => pair.id === decision.pair && repeat === decision.repeat,
  );
  if (task === undefined) return undefined;
  return {
    ...task,
    isSwapped: decision.shown.left === task.pair.b,
    seed: decision.shown.seed,
  };
}
