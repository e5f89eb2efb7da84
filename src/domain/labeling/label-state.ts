import { taskOf, type AdjudicatedEvent, type DecisionEvent, type LabelEvent } from "./events";

/**
 * The state a judgement log describes. It is a pure fold: the same set of events gives the same
 * state whatever the order and however often they arrive (`foldEvents` sorts by id and drops
 * repeats). `applyEvent` is the only code that changes a state, in place, because a copy per
 * judgement would make a log of 100,000 events slow.
 */
export interface LabelState {
  /** Events applied so far, by id. */
  readonly events: Map<string, LabelEvent>;
  /** Per task every decision in order; the one in force is the last that is not undone. */
  readonly decisions: Map<string, DecisionEvent[]>;
  /** Decision in force per task. */
  readonly inForce: Map<string, DecisionEvent>;
  /** Tasks with a decision in force, by pair. */
  readonly tasksByPair: Map<string, Set<string>>;
  /** Pairs flagged now, each with the event that did it. */
  readonly flags: Map<string, LabelEvent & { kind: "flagged" }>;
  readonly adjudications: Map<string, AdjudicatedEvent>;
  /** Ids of events that are undone now. */
  readonly undone: Set<string>;
  /** Per annotator what the next undo and redo would act on, last one first to go. */
  readonly undoStacks: Map<string, string[]>;
  readonly redoStacks: Map<string, string[]>;
  /** Pair-level events in order, to recompute after an undo. */
  readonly pairEvents: Map<string, (AdjudicatedEvent | (LabelEvent & { kind: "flagged" }))[]>;
  /** Protocol editions under which there are decisions. */
  readonly protocolVersions: Set<number>;
  lastId: string;
}

/** A state without events. */
export function createLabelState(): LabelState {
  return {
    events: new Map(),
    decisions: new Map(),
    inForce: new Map(),
    tasksByPair: new Map(),
    flags: new Map(),
    adjudications: new Map(),
    undone: new Set(),
    undoStacks: new Map(),
    redoStacks: new Map(),
    pairEvents: new Map(),
    protocolVersions: new Set(),
    lastId: "",
  };
}

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}

function refreshTask(state: LabelState, task: string, pair: string): void {
  const head = state.decisions.get(task)?.findLast((event) => !state.undone.has(event.id));
  if (head === undefined) {
    state.inForce.delete(task);
    state.tasksByPair.get(pair)?.delete(task);
    return;
  }
  state.inForce.set(task, head);
  const tasks = state.tasksByPair.get(pair);
  if (tasks === undefined) state.tasksByPair.set(pair, new Set([task]));
  else tasks.add(task);
}

function refreshPair(state: LabelState, pair: string): void {
  const live = (state.pairEvents.get(pair) ?? []).filter((event) => !state.undone.has(event.id));
  const flag = live.findLast((event) => event.kind === "flagged");
  if (flag?.on === true) state.flags.set(pair, flag);
  else state.flags.delete(pair);
  const adjudication = live.findLast((event) => event.kind === "adjudicated");
  if (adjudication === undefined) state.adjudications.delete(pair);
  else state.adjudications.set(pair, adjudication);
}

function refreshTarget(state: LabelState, target: LabelEvent): void {
  const task = taskOf(target);
  if (task !== undefined && "pair" in target) refreshTask(state, task, target.pair);
  else if ("pair" in target) refreshPair(state, target.pair);
}

function removeLast(list: string[], id: string): void {
  const at = list.lastIndexOf(id);
  if (at >= 0) list.splice(at, 1);
}

function applyReversal(state: LabelState, event: LabelEvent & { kind: "undone" | "redone" }): void {
  const target = state.events.get(event.target);
  // An undo whose target is unknown (a partial merge) or an undo of an undo changes nothing.
  if (target === undefined || target.kind === "undone" || target.kind === "redone") return;
  const undo = listIn(state.undoStacks, target.annotator);
  const redo = listIn(state.redoStacks, target.annotator);
  if (event.kind === "undone") {
    if (state.undone.has(target.id)) return;
    state.undone.add(target.id);
    removeLast(undo, target.id);
    redo.push(target.id);
  } else {
    if (!state.undone.has(target.id)) return;
    state.undone.delete(target.id);
    removeLast(redo, target.id);
    undo.push(target.id);
  }
  refreshTarget(state, target);
}

/**
 * Adds one event. Events must come in rising id order; one that is known is ignored.
 *
 * @returns false when the event is out of order and the caller must fold anew.
 */
export function applyEvent(state: LabelState, event: LabelEvent): boolean {
  if (state.events.has(event.id)) return true;
  if (event.id < state.lastId) return false;
  state.events.set(event.id, event);
  state.lastId = event.id;
  if (event.kind === "undone" || event.kind === "redone") {
    applyReversal(state, event);
    return true;
  }
  listIn(state.undoStacks, event.annotator).push(event.id);
  state.redoStacks.set(event.annotator, []);
  const task = taskOf(event);
  if (event.kind === "judged" || event.kind === "skipped") {
    listIn(state.decisions, task!).push(event);
    state.protocolVersions.add(event.shown.protocolVersion);
  } else {
    listIn(state.pairEvents, event.pair).push(event);
  }
  refreshTarget(state, event);
  return true;
}

/** The state of any set of events, in any order, with repeats. */
export function foldEvents(events: Iterable<LabelEvent>): LabelState {
  const sorted = [...events].sort((x, y) => (x.id < y.id ? -1 : x.id > y.id ? 1 : 0));
  const state = createLabelState();
  for (const event of sorted) applyEvent(state, event);
  return state;
}

/** Id of the event an undo by this annotator would act on. */
export function undoTarget(state: LabelState, annotator: string): string | undefined {
  return state.undoStacks.get(annotator)?.at(-1);
}

/** Id of the event a redo by this annotator would act on. */
export function redoTarget(state: LabelState, annotator: string): string | undefined {
  return state.redoStacks.get(annotator)?.at(-1);
}
