import { taskKey } from "@/domain/labeling/events";
import type { LabelState } from "@/domain/labeling/label-state";
import type { LabelingPair, LabelingProject } from "@/domain/labeling/records";
import { createRng, seedFrom } from "@/shared/lib/rng";

/** One showing of one pair to one annotator. */
export interface Task {
  readonly pair: LabelingPair;
  readonly repeat: 0 | 1;
  /** True when the pair's `b` is on the left. */
  readonly isSwapped: boolean;
  /** Seed that chose the sides; recorded with the judgement. */
  readonly seed: number;
  /** The showing in the log, and the pair's first showing: asked for at every judgement. */
  readonly key: string;
  readonly firstKey: string;
}

/** A repeat comes at least this many showings after the first one, so that it is not remembered. */
const REPEAT_DISTANCE = 20;

/** Uniform number in [0, 1) that belongs to these names. */
function hashShare(...names: readonly (string | number)[]): number {
  return createRng(seedFrom(JSON.stringify(names)))();
}

/**
 * True when the pair is the annotator's: gold pairs are everybody's, the others go to `overlap` of
 * the project's annotators in turn. Needs no communication, so annotators on separate machines can
 * merge afterwards. Everybody gets every pair when there are not more annotators than `overlap`.
 */
export function isAssigned(
  project: LabelingProject,
  pair: LabelingPair,
  position: number,
  annotator: string,
): boolean {
  const count = project.annotators.length;
  if (pair.gold !== undefined || count <= project.overlap) return true;
  const at = project.annotators.findIndex(({ id }) => id === annotator);
  if (at < 0) return true;
  return (position + at) % count < project.overlap;
}

/** Everything an annotator will be shown, in the project's own order. */
export function planTasks(
  project: LabelingProject,
  pairs: readonly LabelingPair[],
  annotator: string,
): Task[] {
  const first: Task[] = [];
  pairs.forEach((pair, position) => {
    if (!isAssigned(project, pair, position, annotator)) return;
    // Sides are balanced: of every two pairs in a row one is swapped; a coin says which.
    const at = first.length;
    const seed = seedFrom(JSON.stringify([project.seed, annotator, Math.floor(at / 2)]));
    const coin = createRng(seed)() < 0.5;
    const key = taskKey(pair.id, annotator, 0);
    const isSwapped = at % 2 === 0 ? coin : !coin;
    first.push({ pair, repeat: 0, isSwapped, seed, key, firstKey: key });
  });
  return withRepeats(project, first, annotator);
}

function withRepeats(project: LabelingProject, first: readonly Task[], annotator: string): Task[] {
  const out: Task[] = [];
  let waiting: { task: Task; due: number }[] = [];
  const release = (now: number) => {
    const due = waiting.filter((entry) => entry.due <= now);
    waiting = waiting.filter((entry) => entry.due > now);
    for (const { task } of due) out.push(task);
  };
  for (const task of first) {
    out.push(task);
    if (hashShare(project.seed, "repeat", annotator, task.pair.id) < project.repeatShare) {
      const key = taskKey(task.pair.id, annotator, 1);
      const repeat: Task = { ...task, repeat: 1, isSwapped: !task.isSwapped, key };
      const delay = hashShare(project.seed, "delay", annotator, task.pair.id) * REPEAT_DISTANCE;
      waiting.push({ task: repeat, due: out.length + REPEAT_DISTANCE + Math.floor(delay) });
    }
    if (waiting.length > 0) release(out.length);
  }
  for (const { task } of waiting.sort((x, y) => x.due - y.due)) out.push(task);
  return out;
}

export interface QueueView {
  readonly tasks: readonly Task[];
  readonly state: LabelState;
}

/** True when the annotator has decided (judged or skipped) this showing. */
export function isDecided(view: QueueView, task: Task): boolean {
  return view.state.inForce.has(task.key);
}

/** Open tasks among which the most informative one is sought: a bound on the time per judgement. */
const GAIN_WINDOW = 2000;

/**
 * The next open tasks, nearest first. A repeat is held back until its first showing is decided.
 *
 * @param gain - when given, the next {@link GAIN_WINDOW} open tasks are ordered by it, largest
 *   first (uncertainty first).
 */
export function nextTasks(
  view: QueueView,
  count: number,
  gain?: (pair: LabelingPair) => number,
): Task[] {
  const open: Task[] = [];
  const wanted = gain === undefined ? count : GAIN_WINDOW;
  for (const task of view.tasks) {
    if (open.length >= wanted) break;
    if (isDecided(view, task)) continue;
    if (task.repeat === 1 && !view.state.inForce.has(task.firstKey)) continue;
    open.push(task);
  }
  if (gain === undefined) return open;
  const scored = open.map((task, at) => ({ task, at, gain: gain(task.pair) }));
  scored.sort((x, y) => y.gain - x.gain || x.at - y.at);
  return scored.slice(0, count).map(({ task }) => task);
}

/** How many pairs are the annotator's, and how many of them have a first decision in force. */
export function pairProgress(
  project: LabelingProject,
  pairs: readonly LabelingPair[],
  state: LabelState,
  annotator: string,
): { readonly done: number; readonly total: number } {
  let done = 0;
  let total = 0;
  pairs.forEach((pair, position) => {
    const isDone = state.inForce.has(taskKey(pair.id, annotator, 0));
    if (isDone) done++;
    // What was decided counts, also when the shares changed since.
    if (isDone || isAssigned(project, pair, position, annotator)) total++;
  });
  return { done, total };
}

export interface QueueCounts {
  readonly total: number;
  readonly judged: number;
  readonly skipped: number;
}

/** How far the annotator is. */
export function countTasks(view: QueueView): QueueCounts {
  let judged = 0;
  let skipped = 0;
  for (const task of view.tasks) {
    const decision = view.state.inForce.get(task.key);
    if (decision?.kind === "judged") judged++;
    else if (decision?.kind === "skipped") skipped++;
  }
  return { total: view.tasks.length, judged, skipped };
}
