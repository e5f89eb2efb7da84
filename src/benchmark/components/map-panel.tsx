import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import type { Direction } from "@/domain/benchmark/task";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { candidatesById } from "../logic/candidate-index";
import {
  formatLasso,
  groupByCategory,
  groupByCluster,
  groupByError,
  type MapColour,
  type MapGroups,
} from "../logic/map-points";
import type { BenchSearch } from "../logic/search-params";
import type { LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { ItemImage } from "./item-image";
import { MapCanvas } from "./map-canvas";
import { useDataWord } from "./use-data-word";
import { groupColour } from "./use-map-drawing";
import { UMAP_LIMIT, type FlatMapState, type MapData } from "./use-flat-map";

export interface MapPanelProps {
  readonly entry: RunState;
  readonly dataSet: LoadedDataSet;
  readonly direction: Direction;
  readonly flat: FlatMapState;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

/** Groups of the items by the chosen colour; undefined while clusters are being found. */
function useGroups(
  run: BenchmarkRun,
  direction: Direction,
  ids: readonly string[],
  colour: MapColour,
  clusters: Uint8Array | undefined,
): MapGroups | undefined {
  const { t } = useLingui();
  const word = useDataWord(run.task);
  const [unasked, found, missed] = [t`not asked for`, t`found at 10`, t`missed at 10`];
  return useMemo(
    () =>
      colour === "category"
        ? groupByCategory(run, ids, word)
        : colour === "error"
          ? groupByError(run, direction, ids, [unasked, found, missed])
          : clusters && groupByCluster(run, ids, clusters, word),
    [colour, run, direction, ids, clusters, word, unasked, found, missed],
  );
}

function MapControls({ flat, search, onSearchChange }: MapPanelProps) {
  const { t } = useLingui();
  const { lasso: _lasso, ...withoutLasso } = search;
  const isSmall = flat.ids.length <= UMAP_LIMIT;
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t`Layout`}
        value={flat.layout}
        // A lasso holds other items on another layout.
        onChange={(value) => onSearchChange({ ...withoutLasso, layout: value as "pca" | "umap" })}
        data={[
          { value: "pca", label: "PCA" },
          { value: "umap", label: "UMAP", disabled: !isSmall },
        ]}
      />
      <SegmentedControl
        size="xs"
        aria-label={t`Colour`}
        value={search.map ?? "category"}
        onChange={(value) => onSearchChange({ ...search, map: value as MapColour })}
        data={[
          { value: "category", label: t`Category` },
          { value: "error", label: t`Hits and misses` },
          { value: "cluster", label: t`Clusters` },
        ]}
      />
    </Group>
  );
}

function Method({ entry, flat, map }: MapPanelProps & { readonly map: MapData }) {
  const { t } = useLingui();
  const name = encoderName(entry.choice, t);
  const [first, second] = (map.explained ?? [0, 0]).map((share) => (100 * share).toFixed(0));
  return (
    <Text size="sm" c="dimmed">
      {flat.layout === "pca" ? (
        <Trans>
          {name}: the two directions with the most variance (PCA), {first}% and {second}% of it.
          Near on the map need not be near in all dimensions.
        </Trans>
      ) : (
        <Trans>
          {name}: UMAP, 15 neighbours, seed 1. Neighbours stay neighbours; sizes of groups and
          distances between them mean little.
        </Trans>
      )}
    </Text>
  );
}

function Legend({ groups, isError }: { readonly groups: MapGroups; readonly isError: boolean }) {
  const { t } = useLingui();
  return (
    <ul className={styles["legend"]}>
      {groups.names.map((name, i) => (
        <li key={name}>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect width="10" height="10" fill={`var(${groupColour(i, isError)})`} />
          </svg>
          {name === "" ? t`no category` : name}
        </li>
      ))}
    </ul>
  );
}

/** All candidates of the first encoder on a map; a lasso chooses a slice. */
export function MapPanel(props: MapPanelProps) {
  const { entry, dataSet, direction, flat, search, onSearchChange } = props;
  const { t } = useLingui();
  const [pointed, setPointed] = useState<number>();
  const { map, clusters, chosen, ids } = flat;
  const groups = useGroups(entry.run!, direction, ids, search.map ?? "category", clusters.data);
  const isChosen = useMemo(() => (chosen === undefined ? undefined : new Set(chosen)), [chosen]);
  const entries = candidatesById(dataSet.task);
  const failure = map.error ?? (search.map === "cluster" ? clusters.error : null);
  if (failure !== null) return <ErrorNotice item={t`Map`} error={failure} />;
  if (!map.isSuccess) {
    return <TaskProgress label={t`Laying out the map`} {...flat.progress} />;
  }
  if (groups === undefined) return <TaskProgress label={t`Finding clusters`} />;
  const { lasso: _lasso, ...withoutLasso } = search;
  const candidate = pointed === undefined ? undefined : entries.get(ids[pointed]!);
  const size = chosen?.length ?? 0;
  const isError = search.map === "error";
  return (
    <section className={styles["mapPanel"]}>
      <MapCanvas
        points={map.data.points}
        groups={groups}
        isError={isError}
        chosen={isChosen}
        label={t`Map of ${ids.length} items`}
        onPoint={setPointed}
        onChoose={(polygon) =>
          onSearchChange(
            polygon === undefined ? withoutLasso : { ...withoutLasso, lasso: formatLasso(polygon) },
          )
        }
      />
      <div>
        <MapControls {...props} />
        <Legend groups={groups} isError={isError} />
        <Method {...props} map={map.data} />
        {chosen !== undefined && (
          <Group gap="xs" mt="xs">
            <Text size="sm">
              <Trans>{size} items chosen; the queries below ask for one of them.</Trans>
            </Text>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => onSearchChange(withoutLasso)}
            >
              <Trans>Show all</Trans>
            </Button>
          </Group>
        )}
        {candidate !== undefined && (
          <Group gap="xs" mt="sm" wrap="nowrap">
            {candidate.image !== undefined && (
              <ItemImage
                files={dataSet.files}
                image={candidate.image}
                alt=""
                className={styles["preview"]}
              />
            )}
            <Text size="sm">{candidate.text ?? candidate.id}</Text>
          </Group>
        )}
      </div>
    </section>
  );
}
