import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { trueItems } from "@/domain/benchmark/score-direction";
import type { Direction } from "@/domain/benchmark/task";
import { candidatesById } from "./candidate-index";

export const MAP_COLOURS = ["category", "error", "cluster"] as const;
export type MapColour = (typeof MAP_COLOURS)[number];
export const MAP_LAYOUTS = ["pca", "umap"] as const;
export type MapLayout = (typeof MAP_LAYOUTS)[number];

/** More categories than colours: the smaller ones share the last. */
export const MAP_GROUPS = 8;

export interface MapGroups {
  /** Group of each candidate, an index into `names`. */
  readonly groups: Uint8Array;
  readonly names: readonly string[];
}

/** Classes as people read them. */
type NameOf = (label: string) => string;

function classReader({ task }: BenchmarkRun, nameOf: NameOf): (id: string) => string {
  const entries = candidatesById(task);
  return (id) => nameOf(entries.get(id)?.classes?.[0] ?? "");
}

/** The largest first-level classes, and one group for all others. */
export function groupByCategory(
  run: BenchmarkRun,
  ids: readonly string[],
  nameOf: NameOf,
): MapGroups {
  const classOf = classReader(run, nameOf);
  const counts = new Map<string, number>();
  for (const id of ids) {
    const name = classOf(id);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const largest = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const names = largest.slice(0, MAP_GROUPS).map(([name]) => name);
  if (largest.length > MAP_GROUPS) names[MAP_GROUPS - 1] = "…";
  const place = new Map(names.map((name, i) => [name, i]));
  const groups = Uint8Array.from(ids, (id) => place.get(classOf(id)) ?? names.length - 1);
  return { groups, names };
}

/** 0: never asked for; 1: found at 10 by all its queries; 2: missed by at least one. */
export function groupByError(
  run: BenchmarkRun,
  direction: Direction,
  ids: readonly string[],
  names: readonly [string, string, string],
): MapGroups {
  const state = new Map<string, number>();
  const ranks = run.scorers.get(direction)?.ranks;
  for (const { query } of run.plan.queries) {
    const rank = ranks?.get(query.id)?.worst[0]?.rank;
    if (rank === undefined) continue;
    for (const { id } of trueItems(run.task, query, direction)) {
      state.set(id, Math.max(state.get(id) ?? 0, rank > 10 ? 2 : 1));
    }
  }
  return { groups: Uint8Array.from(ids, (id) => state.get(id) ?? 0), names };
}

/** Clusters with how many items they have; a cluster's name is its largest class. */
export function groupByCluster(
  run: BenchmarkRun,
  ids: readonly string[],
  clusters: ArrayLike<number>,
  nameOf: NameOf,
): MapGroups {
  const classOf = classReader(run, nameOf);
  const counts: Map<string, number>[] = [];
  for (const [i, id] of ids.entries()) {
    const own = (counts[clusters[i]!] ??= new Map<string, number>());
    const name = classOf(id);
    own.set(name, (own.get(name) ?? 0) + 1);
  }
  const names = Array.from(counts, (own: Map<string, number> | undefined, cluster) => {
    const sorted = [...(own ?? [])].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const total = sorted.reduce((sum, [, n]) => sum + n, 0);
    const [[name, n] = ["", 0]] = sorted;
    const share = total === 0 ? 0 : Math.round((100 * n) / total);
    return `${cluster + 1}: ${total}${name === "" ? "" : ` (${name} ${share}%)`}`;
  });
  return { groups: Uint8Array.from(ids, (_, i) => clusters[i]!), names };
}

export type Point = readonly [number, number];

/** Corners that a link keeps of a lasso. */
const LASSO_POINTS = 48;

/** Corners are kept to this share of the map's side: less than a pixel at the largest magnification. */
const LASSO_UNIT = 1e-5;

/** A lasso as text for a link, at most 48 corners. */
export function formatLasso(polygon: readonly Point[]): string {
  const step = Math.max(1, Math.ceil(polygon.length / LASSO_POINTS));
  const units = (value: number) => Math.round(Math.min(1, Math.max(0, value)) / LASSO_UNIT);
  return polygon
    .filter((_, i) => i % step === 0)
    .map(([x, y]) => `${units(x)}.${units(y)}`)
    .join("_");
}

/** Reads what `formatLasso` wrote; undefined for anything else, or fewer than three corners. */
export function parseLasso(text: string): readonly Point[] | undefined {
  if (!/^\d{1,6}\.\d{1,6}(?:_\d{1,6}\.\d{1,6}){2,}$/u.test(text)) return undefined;
  return text.split("_").map((corner): Point => {
    const [x = 0, y = 0] = corner.split(".").map((value) => Number(value) * LASSO_UNIT);
    return [x, y];
  });
}

/** Points in the unit square, y downwards, keeping the shape. */
export function fitPoints(points: Float32Array): Float32Array {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const [i, value] of points.entries()) {
    low[i % 2] = Math.min(low[i % 2]!, value);
    high[i % 2] = Math.max(high[i % 2]!, value);
  }
  const span = Math.max(high[0]! - low[0]!, high[1]! - low[1]!, 1e-12);
  return points.map((value, i) => {
    const centred = (value - (low[i % 2]! + high[i % 2]!) / 2) / span;
    return 0.5 + 0.94 * (i % 2 === 0 ? centred : -centred);
  });
}

/** Whether a point lies in a closed polygon (even-odd rule). */
export function isInside([x, y]: Point, polygon: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Indices of the points in the polygon. */
export function lasso(points: Float32Array, polygon: readonly Point[]): number[] {
  const found: number[] = [];
  if (polygon.length < 3) return found;
  for (let i = 0; i < points.length / 2; i++) {
    if (isInside([points[2 * i]!, points[2 * i + 1]!], polygon)) found.push(i);
  }
  return found;
}
