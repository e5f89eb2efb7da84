/** Parts of the queries: by class, attribute, query language, or how often their item is asked for. */
import type { BenchmarkEntry, BenchmarkQuery, BenchmarkTask } from "@/domain/benchmark/task";
import { candidatesById } from "./candidate-index";

/** `class:0`, `attribute:color`, `language`, `popularity`. */
export type SliceKind = string;

/** Value of a query without one, e.g. a query without language. */
export const NO_VALUE = "";

/** More values than this make no slices. */
const MAX_VALUES = 200;

/**
 * Popularity of a query's first true item: how many queries of the data set want it (any gain).
 * Data sets do not say how often an item is bought; this is what they do say.
 */
const POPULARITY = ["1", "2–3", "4–9", "10+"] as const;

function popularityOf(count: number): string {
  if (count >= 10) return POPULARITY[3];
  if (count >= 4) return POPULARITY[2];
  return count >= 2 ? POPULARITY[1] : POPULARITY[0];
}

export interface Slicer {
  /** Kinds by which these queries differ. */
  readonly kinds: readonly SliceKind[];
  /** Values of a query; several for an attribute with several. */
  valuesOf(query: BenchmarkQuery, kind: SliceKind): readonly string[];
}

function byKind(entry: BenchmarkEntry | undefined, kind: SliceKind): readonly string[] | undefined {
  const [, rest = ""] = /^(?:class|attribute):(.*)$/su.exec(kind) ?? [];
  if (kind.startsWith("class:")) return entry?.classes?.slice(Number(rest), Number(rest) + 1);
  const values = entry?.attributes ?? {};
  return Object.hasOwn(values, rest) ? values[rest] : undefined;
}

/** Slices of a task. A query without classes or attributes of its own has those of its first true item. */
export function createSlicer(task: BenchmarkTask): Slicer {
  const candidates = candidatesById(task);
  const wanted = new Map<string, number>();
  for (const { relevant } of task.queries) {
    for (const { id } of relevant) wanted.set(id, (wanted.get(id) ?? 0) + 1);
  }
  const best = ({ relevant }: BenchmarkQuery): string | undefined =>
    relevant.toSorted((x, y) => y.gain - x.gain)[0]?.id;
  const valuesOf = (query: BenchmarkQuery, kind: SliceKind): readonly string[] => {
    if (kind === "language") return [query.language ?? NO_VALUE];
    const item = best(query);
    if (kind === "popularity") {
      return item === undefined ? [NO_VALUE] : [popularityOf(wanted.get(item) ?? 0)];
    }
    const own = byKind(query, kind) ?? byKind(candidates.get(item ?? ""), kind) ?? [];
    return own.length > 0 ? own : [NO_VALUE];
  };
  const names = new Set<string>();
  for (const entries of [task.queries, task.candidates]) {
    for (const { attributes } of entries) {
      for (const name in attributes) names.add(name);
    }
  }
  const all = [
    ...task.levels.map((_, level) => `class:${level}`),
    ...[...names].map((name) => `attribute:${name}`),
    "language",
    "popularity",
  ];
  const kinds = all.filter((kind) => {
    const seen = new Set<string>();
    for (const query of task.queries) {
      for (const value of valuesOf(query, kind)) seen.add(value);
      if (seen.size > MAX_VALUES) return false;
    }
    return seen.size >= 2;
  });
  return { kinds, valuesOf };
}

/** Values that occur among queries with how many have each, most first. */
export function countValues(
  slicer: Slicer,
  queries: readonly BenchmarkQuery[],
  kind: SliceKind,
): { readonly value: string; readonly n: number }[] {
  const counts = new Map<string, number>();
  for (const query of queries) {
    for (const value of slicer.valuesOf(query, kind)) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([value, n]) => ({ value, n }))
    .sort((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1));
}
