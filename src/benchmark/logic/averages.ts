import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { viewsOf, type Direction } from "@/domain/benchmark/task";
import { meanVector } from "@/domain/benchmark/vectors";

export interface Averages {
  readonly query?: Float32Array;
  readonly candidate?: Float32Array;
}

/** Mean vectors of the run's queries and candidates in the views of a direction, where it has them. */
export function averagesOf(run: BenchmarkRun | undefined, direction: Direction): Averages {
  // A model explains whole vectors; averages of cut ones do not fit them.
  if (run?.encoder.width !== undefined) return {};
  const views = viewsOf(direction);
  const queries = run?.queries.get(views.query);
  const candidates = run?.candidates.get(views.candidate);
  const query = queries === undefined ? undefined : meanVector(queries);
  const candidate = candidates === undefined ? undefined : meanVector(candidates);
  return {
    ...(query === undefined ? {} : { query }),
    ...(candidate === undefined ? {} : { candidate }),
  };
}
