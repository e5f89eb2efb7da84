import type { LabelingCreative, LabelingProject } from "@/domain/labeling/records";
import type { DecisionEvent, LabelEvent } from "@/domain/labeling/events";
import { foldEvents } from "@/domain/labeling/label-state";
import type { ImportIssue } from "../import/limits";

/** The part of two copies of a project that is not its log. */
export interface MergedProject {
  readonly project: LabelingProject;
  readonly isChanged: boolean;
  /** What both copies have under one name, told differently; the copy that is here stays. */
  readonly issues: readonly ImportIssue[];
}

/**
 * Joins a copy of a project into the one that is here: annotators and protocol editions that are
 * new are added, everything else stays as it is here. Joining the same copy twice changes nothing.
 */
export function mergeProjects(
  here: LabelingProject,
  copy: LabelingProject,
  source: string,
): MergedProject {
  const issues: ImportIssue[] = [];
  const people = new Map(here.annotators.map((one) => [one.id, one]));
  const annotators = [...here.annotators];
  for (const one of copy.annotators) {
    const known = people.get(one.id);
    if (known === undefined) annotators.push(one);
    else if (known.name !== one.name) {
      const reason = `annotator ${one.id} is "${one.name}" there and "${known.name}" here; the name here is kept`;
      issues.push({ source, reason });
    }
  }
  const editions = new Map(here.protocols.map((one) => [one.version, one]));
  const protocols = [...here.protocols];
  for (const edition of copy.protocols) {
    const known = editions.get(edition.version);
    if (known === undefined) protocols.push(edition);
    else if (JSON.stringify(known) !== JSON.stringify(edition)) {
      const reason = `protocol version ${edition.version} is worded differently; the edition here is kept`;
      issues.push({ source, reason });
    }
  }
  const isChanged =
    annotators.length > here.annotators.length || protocols.length > here.protocols.length;
  protocols.sort((x, y) => x.version - y.version);
  return { project: { ...here, annotators, protocols }, isChanged, issues };
}

/** Creatives to save: new ones, and those whose image is missing here and came with the copy. */
export function creativesToSave(
  here: readonly LabelingCreative[],
  copy: readonly LabelingCreative[],
): LabelingCreative[] {
  const known = new Map(here.map((one) => [one.id, one]));
  return copy.flatMap((one) => {
    const present = known.get(one.id);
    if (present === undefined) return [one];
    const brings = present.image.kind === "missing" && one.image.kind !== "missing";
    return brings ? [{ ...one, ...present, image: one.image }] : [];
  });
}

/**
 * Showings that one annotator decided in two copies without one decision knowing of the other.
 * Both stay in the log; the later one is in force.
 *
 * @param events - the whole log after the merge.
 */
export function forkedDecisions(events: readonly LabelEvent[]): DecisionEvent[] {
  const state = foldEvents(events);
  const forked: DecisionEvent[] = [];
  for (const decisions of state.decisions.values()) {
    const live = decisions.filter(({ id }) => !state.undone.has(id));
    const starts = new Set<string | null>();
    for (const decision of live) {
      if (starts.has(decision.supersedes)) forked.push(decision);
      starts.add(decision.supersedes);
    }
  }
  return forked;
}
