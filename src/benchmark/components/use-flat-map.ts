import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { viewsOf, type Direction } from "@/domain/benchmark/task";
import type { VectorTable } from "@/domain/benchmark/vectors";
import { fitPoints, lasso, MAP_GROUPS, parseLasso } from "../logic/map-points";
import type { BenchSearch } from "../logic/search-params";
import { computeClusters, computeFlatMap } from "../runner/flat-map";
import type { RunState } from "../store/bench-store";

/** UMAP's time grows with the items; beyond this many only PCA is offered. */
export const UMAP_LIMIT = 10_000;

export interface MapData {
  /** [items × 2] in the unit square. */
  readonly points: Float32Array;
  readonly explained: readonly [number, number] | undefined;
}

const NO_IDS: readonly string[] = [];

/** The map of the first encoder's candidates, their clusters, and what the lasso of the link holds. */
export function useFlatMap(entry: RunState, direction: Direction, search: BenchSearch) {
  const pool = entry.run?.candidates.get(viewsOf(direction).candidate);
  const size = pool?.size ?? 0;
  const layout = search.layout === "umap" && size <= UMAP_LIMIT ? "umap" : "pca";
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number }>();
  const isOpen = search.map !== undefined && size > 2;
  const key = [entry.choice.key, entry.startedAt, direction] as const;
  const map = useQuery({
    queryKey: ["benchmark", "map", layout, ...key],
    enabled: isOpen,
    queryFn: async ({ signal }): Promise<MapData> => {
      setProgress(undefined);
      const { points, explained } = await computeFlatMap(
        layout,
        vectorsOf(pool!),
        signal,
        (done, total) => setProgress({ done, total }),
      );
      return { points: fitPoints(points), explained };
    },
    staleTime: Infinity,
  });
  const clusters = useQuery({
    queryKey: ["benchmark", "clusters", ...key],
    enabled: isOpen && search.map === "cluster",
    queryFn: ({ signal }) => computeClusters(MAP_GROUPS, vectorsOf(pool!), signal),
    staleTime: Infinity,
  });
  const ids = pool?.ids ?? NO_IDS;
  const points = map.data?.points;
  const chosen = useMemo(() => {
    const polygon = search.map === undefined ? undefined : parseLasso(search.lasso ?? "");
    return polygon === undefined || points === undefined ? undefined : lasso(points, polygon);
  }, [points, search.map, search.lasso]);
  const slice = useMemo(
    () => (chosen === undefined ? undefined : new Set(chosen.map((i) => ids[i]!))),
    [chosen, ids],
  );
  return { ids, layout, map, clusters, progress, chosen, slice } as const;
}

export type FlatMapState = ReturnType<typeof useFlatMap>;

function vectorsOf(pool: VectorTable) {
  return { data: pool.matrix(), dimension: pool.dimension };
}
