import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { DIRECTIONS } from "@/domain/benchmark/task";
import { valuesByDirection, type DirectionComparison } from "../logic/significance";
import { compareBesidePage } from "../runner/compare-beside-page";
import type { RunState } from "../store/bench-store";

const NONE: readonly DirectionComparison[] = [];

/** Finished encoders against one another in R@10; nothing while one still runs. */
export function useComparisons(runs: readonly RunState[], isBusy: boolean) {
  const finished = useMemo(
    () => (isBusy ? [] : runs.filter(({ run }) => run?.isComplete === true)),
    [runs, isBusy],
  );
  const directions = useMemo(
    () =>
      valuesByDirection(
        finished.flatMap(({ run }) => run ?? []),
        DIRECTIONS,
        "hit_10",
      ),
    [finished],
  );
  const key = finished.map(({ choice, startedAt }) => `${choice.key} ${startedAt}`);
  const { data, isLoading, error } = useQuery({
    queryKey: ["benchmark", "comparisons", ...key],
    enabled: directions.length > 0,
    queryFn: ({ signal }) => compareBesidePage(directions, signal),
    staleTime: Infinity,
  });
  return { comparisons: data ?? NONE, isComparing: isLoading, error };
}
