import { createRng, shuffled } from "@/shared/lib/rng";
import { createTurns } from "@/shared/lib/turn";
import type { EncodeJob, Role } from "./encoder";
import {
  hasView,
  takesPart,
  viewsOf,
  type BenchmarkEntry,
  type BenchmarkQuery,
  type BenchmarkTask,
  type Direction,
  type View,
} from "./task";

export interface PlanOptions {
  readonly directions: readonly Direction[];
  readonly views: readonly View[];
  /** At most this many queries, drawn at random by the seed. */
  readonly limit?: number;
  /** Order of the queries, so that partial figures mean the whole. Default 1. */
  readonly seed?: number;
  /** Class and attribute prediction. Default true. */
  readonly classify?: boolean;
}

/** Everything that a run encodes, in a fixed order: candidates, label texts, queries. */
export interface BenchmarkPlan {
  readonly candidates: readonly EncodeJob[];
  readonly labels: readonly EncodeJob[];
  readonly queries: readonly {
    readonly query: BenchmarkQuery;
    readonly jobs: readonly EncodeJob[];
  }[];
  /** From which view class and attributes are predicted; undefined: not possible, or not wanted. */
  readonly subjectView: View | undefined;
}

const VIEW_ORDER: readonly View[] = ["t", "i", "mm"];

function createJob(role: Role, view: View, entry: BenchmarkEntry): EncodeJob {
  return {
    key: `${role}:${view}:${entry.id}`,
    role,
    view,
    id: entry.id,
    ...(view !== "t" && entry.image !== undefined ? { image: entry.image } : {}),
    ...(view !== "i" && entry.text !== undefined ? { text: entry.text } : {}),
  };
}

/** Whose class is predicted. */
export function subjectsOf(task: BenchmarkTask): readonly BenchmarkEntry[] {
  return task.subjects === "candidates" ? task.candidates : task.queries;
}

/** Whose labels can be predicted: the subjects' own, and those of candidates nobody asks for. */
export function labelSources(task: BenchmarkTask): readonly BenchmarkEntry[] {
  return task.subjects === "candidates" ? task.candidates : [...task.queries, ...task.candidates];
}

function subjectViewOf(task: BenchmarkTask, views: readonly View[]): View | undefined {
  const subjects = subjectsOf(task);
  const isLabelled = ({ classes = [], attributes }: BenchmarkEntry): boolean =>
    classes.length > 0 || (attributes !== undefined && Object.keys(attributes).length > 0);
  return (["mm", "i", "t"] as const).find(
    (view) =>
      views.includes(view) && subjects.some((entry) => hasView(entry, view) && isLabelled(entry)),
  );
}

/** Different values of an attribute beyond which it is a name rather than a choice. */
const MAX_VALUES = 500;

/** The classes of a level, or the values of an attribute, in order of code units. */
export function labelsAt(entries: readonly BenchmarkEntry[], level: number): string[] {
  const labels = new Set<string>();
  for (const { classes } of entries) {
    const label = classes?.[level];
    if (label !== undefined) labels.add(label);
  }
  return [...labels].sort();
}

/** Attributes with at least two and at most 500 values. */
export function attributeValues(
  entries: readonly BenchmarkEntry[],
): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, Set<string>>();
  for (const { attributes } of entries) {
    if (attributes === undefined) continue;
    for (const [name, list] of Object.entries(attributes)) {
      const set = values.get(name) ?? new Set();
      for (const value of list) set.add(value);
      values.set(name, set);
    }
  }
  return new Map(
    [...values]
      .filter(([, set]) => set.size >= 2 && set.size <= MAX_VALUES)
      .map(([name, set]) => [name, [...set].sort()]),
  );
}

/** Entries after which planning may pause. */
const PAUSE_EVERY = 1000;

/** What a run over `task` encodes with an encoder of these views; the page takes its turn meanwhile. */
export async function planBenchmark(
  task: BenchmarkTask,
  options: PlanOptions,
): Promise<BenchmarkPlan> {
  const turns = createTurns();
  const { views, limit = Infinity, seed = 1, classify = true } = options;
  const directions = options.directions.filter((direction) => {
    const { query, candidate } = viewsOf(direction);
    return views.includes(query) && views.includes(candidate);
  });
  const subjectView = classify ? subjectViewOf(task, views) : undefined;
  await turns();
  const candidateViews = new Set<View>(directions.map((direction) => viewsOf(direction).candidate));
  if (task.subjects === "candidates" && subjectView !== undefined) candidateViews.add(subjectView);
  const candidates: EncodeJob[] = [];
  for (const view of VIEW_ORDER) {
    if (!candidateViews.has(view)) continue;
    for (const [i, entry] of task.candidates.entries()) {
      if (i % PAUSE_EVERY === 0) await turns();
      if (hasView(entry, view)) candidates.push(createJob("candidate", view, entry));
    }
  }
  const texts = new Set<string>();
  if (subjectView !== undefined && views.includes("t")) {
    const subjects = labelSources(task);
    for (const level of task.levels.keys()) for (const l of labelsAt(subjects, level)) texts.add(l);
    await turns();
    for (const list of attributeValues(subjects).values())
      for (const value of list) texts.add(value);
  }
  const labels = [...texts].map((text) => createJob("label", "t", { id: text, text }));
  await turns();
  const queries: { query: BenchmarkQuery; jobs: EncodeJob[] }[] = [];
  for (const [i, query] of shuffled(task.queries, createRng(seed)).entries()) {
    if (i % PAUSE_EVERY === 0) await turns();
    const wanted = new Set<View>(
      directions.filter((d) => takesPart(query, d)).map((d) => viewsOf(d).query),
    );
    if (task.subjects === "queries" && subjectView !== undefined) wanted.add(subjectView);
    const jobs = VIEW_ORDER.filter((view) => wanted.has(view) && hasView(query, view)).map((view) =>
      createJob("query", view, query),
    );
    if (jobs.length > 0) queries.push({ query, jobs });
  }
  return { candidates, labels, queries: queries.slice(0, limit), subjectView };
}

/** All jobs of a plan in the order in which imported vectors have their rows. */
export function jobsOf(plan: BenchmarkPlan): EncodeJob[] {
  return [...plan.candidates, ...plan.labels, ...plan.queries.flatMap(({ jobs }) => jobs)];
}
