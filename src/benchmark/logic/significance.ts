import type { RetrievalMeasure } from "@/domain/retrieval/live-figures";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { Direction } from "@/domain/benchmark/task";
import { compareSystems, type SystemComparison } from "@/domain/statistics/comparison";

export interface DirectionComparison {
  readonly direction: Direction;
  readonly comparisons: readonly SystemComparison[];
  /** The encoder that is significantly better than every other one; undefined when none is. */
  readonly winner: string | undefined;
}

const RESAMPLES = 1000;

/** Every pair of complete runs per direction; Holm's correction runs over the pairs of a direction. */
export function compareRuns(
  runs: readonly BenchmarkRun[],
  directions: readonly Direction[],
  measure: RetrievalMeasure,
): DirectionComparison[] {
  return directions.flatMap((direction) => {
    const systems = runs.flatMap((run) => {
      const scorer = run.scorers.get(direction);
      return scorer === undefined || scorer.ranks.size === 0
        ? []
        : [{ name: run.encoder.id, values: scorer.figures.values(measure) }];
    });
    if (systems.length < 2) return [];
    const comparisons = compareSystems(systems, { seed: 1, resamples: RESAMPLES });
    const isLower = measure === "median_rank";
    const winner = systems.find(({ name }) =>
      comparisons
        .filter(({ baseline, system }) => baseline === name || system === name)
        .every(({ system, difference, significant }) => {
          const better = (difference ?? 0) > 0 !== isLower ? system === name : system !== name;
          return significant && difference !== 0 && better;
        }),
    );
    return [{ direction, comparisons, winner: winner?.name }];
  });
}

export interface SlicePoint {
  readonly slice: string;
  readonly n: number;
  readonly value: number;
}

/** Mean of a measure per first-level class of the queries; classes with few queries say little. */
export function sliceByClass(
  run: BenchmarkRun,
  direction: Direction,
  measure: RetrievalMeasure,
): SlicePoint[] {
  const values = run.scorers.get(direction)?.figures.values(measure);
  const slices = new Map<string, number[]>();
  for (const { query } of run.plan.queries) {
    const value = values?.get(query.id);
    const slice = query.classes?.[0];
    if (value === undefined || slice === undefined) continue;
    slices.set(slice, [...(slices.get(slice) ?? []), value]);
  }
  return [...slices]
    .map(([slice, list]) => ({
      slice,
      n: list.length,
      value: list.reduce((sum, value) => sum + value, 0) / list.length,
    }))
    .sort((a, b) => b.n - a.n || (a.slice < b.slice ? -1 : 1));
}
