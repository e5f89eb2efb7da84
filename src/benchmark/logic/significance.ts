import type { RetrievalMeasure } from "@/domain/retrieval/live-figures";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { Direction } from "@/domain/benchmark/task";
import { wilsonInterval, type Interval } from "@/domain/statistics/binomial";
import {
  compareSystems,
  type SystemComparison,
  type SystemValues,
} from "@/domain/statistics/comparison";
import type { SliceKind, Slicer } from "./slices";

export interface DirectionComparison {
  readonly direction: Direction;
  readonly comparisons: readonly SystemComparison[];
  /** The encoder that is significantly better than every other one; undefined when none is. */
  readonly winner: string | undefined;
}

const RESAMPLES = 1000;

/** What the encoders reached on each query of one direction. */
export interface DirectionValues {
  readonly direction: Direction;
  readonly systems: readonly SystemValues[];
}

/** Directions that at least two of the runs have answers for. */
export function valuesByDirection(
  runs: readonly BenchmarkRun[],
  directions: readonly Direction[],
  measure: RetrievalMeasure,
): DirectionValues[] {
  return directions.flatMap((direction) => {
    const systems = runs.flatMap((run) => {
      const scorer = run.scorers.get(direction);
      return scorer === undefined || scorer.ranks.size === 0
        ? []
        : [{ name: run.encoder.id, values: scorer.figures.values(measure) }];
    });
    return systems.length < 2 ? [] : [{ direction, systems }];
  });
}

/**
 * Every pair of encoders per direction, of a measure whose larger values are better; Holm's correction
 * runs over the pairs of a direction.
 */
export function compareEncoders(directions: readonly DirectionValues[]): DirectionComparison[] {
  return directions.map(({ direction, systems }) => {
    const comparisons = compareSystems(systems, { seed: 1, resamples: RESAMPLES });
    const winner = systems.find(({ name }) =>
      comparisons
        .filter(({ baseline, system }) => baseline === name || system === name)
        .every(({ system, difference, significant }) => {
          const better = (difference ?? 0) > 0 ? system === name : system !== name;
          return significant && difference !== 0 && better;
        }),
    );
    return { direction, comparisons, winner: winner?.name };
  });
}

export interface SlicePoint {
  readonly slice: string;
  readonly n: number;
  readonly value: number;
  /** Wilson's, at 95%. */
  readonly interval: Interval;
}

/** Recall@10 per slice of the queries, largest slice first; slices with few queries say little. */
export function recallBySlice(
  run: BenchmarkRun,
  direction: Direction,
  slicer: Slicer,
  kind: SliceKind,
): SlicePoint[] {
  const values = run.scorers.get(direction)?.figures.values("hit_10");
  const slices = new Map<string, { n: number; hits: number }>();
  for (const { query } of run.plan.queries) {
    const hit = values?.get(query.id);
    if (hit === undefined) continue;
    for (const value of slicer.valuesOf(query, kind)) {
      const slice = slices.get(value) ?? { n: 0, hits: 0 };
      slices.set(value, { n: slice.n + 1, hits: slice.hits + hit });
    }
  }
  return [...slices]
    .map(([slice, { n, hits }]) => ({
      slice,
      n,
      value: hits / n,
      interval: wilsonInterval(hits, n),
    }))
    .sort((a, b) => b.n - a.n || (a.slice < b.slice ? -1 : 1));
}
