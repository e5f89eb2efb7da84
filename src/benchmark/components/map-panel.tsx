import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { viewsOf, type Direction } from "@/domain/benchmark/task";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { fitPoints, groupByCategory, groupByError, type MapColour } from "../logic/map-points";
import { computeFlatMap } from "../runner/flat-map";
import type { LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { ItemImage } from "./item-image";
import { groupColour, MapCanvas } from "./map-canvas";

export interface MapPanelProps {
  readonly entry: RunState;
  readonly dataSet: LoadedDataSet;
  readonly direction: Direction;
  readonly colour: MapColour;
  readonly onColour: (colour: MapColour) => void;
  /** Ids in the lasso; undefined when nothing is chosen. */
  readonly slice: ReadonlySet<string> | undefined;
  readonly onSlice: (ids: ReadonlySet<string> | undefined) => void;
}

/** All candidates of the first encoder on their two principal axes; a lasso chooses a slice. */
export function MapPanel(props: MapPanelProps) {
  const { entry, dataSet, direction, colour, onColour, slice, onSlice } = props;
  const { t } = useLingui();
  const [pointed, setPointed] = useState<number>();
  const run = entry.run!;
  const pool = run.candidates.get(viewsOf(direction).candidate);
  const map = useQuery({
    queryKey: ["benchmark", "map", dataSet.task.name, entry.choice.key, entry.startedAt, direction],
    enabled: pool !== undefined && pool.size > 2,
    queryFn: async ({ signal }) =>
      fitAndKeep(
        await computeFlatMap({ data: pool!.matrix(), dimension: pool!.dimension }, signal),
      ),
    staleTime: Infinity,
  });
  const ids = useMemo(() => [...(pool?.ids ?? [])], [pool]);
  const groups = useMemo(
    () =>
      colour === "category"
        ? groupByCategory(run, ids)
        : groupByError(run, direction, ids, [t`not asked for`, t`found at 10`, t`missed at 10`]),
    [colour, run, direction, ids, t],
  );
  const chosen = useMemo(
    () =>
      slice === undefined ? undefined : new Set(ids.flatMap((id, i) => (slice.has(id) ? [i] : []))),
    [slice, ids],
  );
  if (map.isError) return <ErrorNotice item={t`Map`} error={map.error} />;
  if (!map.isSuccess) return <TaskProgress label={t`Laying out the map`} />;
  const [first, second] = map.data.explained.map((share) => (100 * share).toFixed(0));
  const candidate = dataSet.task.candidates.find(({ id }) => id === ids[pointed ?? -1]);
  const size = slice?.size ?? 0;
  return (
    <section className={styles["mapPanel"]}>
      <MapCanvas
        points={map.data.points}
        groups={groups}
        isError={colour === "error"}
        chosen={chosen}
        label={t`Map of ${ids.length} items`}
        onPoint={setPointed}
        onChoose={(indices) =>
          onSlice(indices.length === 0 ? undefined : new Set(indices.map((i) => ids[i]!)))
        }
      />
      <div>
        <SegmentedControl
          size="xs"
          value={colour}
          onChange={(value) => onColour(value as MapColour)}
          data={[
            { value: "category", label: t`Category` },
            { value: "error", label: t`Hits and misses` },
          ]}
        />
        <ul className={styles["legend"]}>
          {groups.names.map((name, i) => (
            <li key={name}>
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <rect width="10" height="10" fill={`var(${groupColour(i, colour === "error")})`} />
              </svg>
              {name === "" ? t`no category` : name}
            </li>
          ))}
        </ul>
        <Text size="sm" c="dimmed">
          <Trans>
            {encoderName(entry.choice, t)}: the two directions with the most variance (PCA), {first}
            % and {second}% of it. Near on the map need not be near in all dimensions.
          </Trans>
        </Text>
        {slice !== undefined && (
          <Group gap="xs" mt="xs">
            <Text size="sm">
              <Trans>{size} items chosen; the queries below ask for one of them.</Trans>
            </Text>
            <Button size="compact-sm" variant="default" onClick={() => onSlice(undefined)}>
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

function fitAndKeep(map: Parameters<typeof fitPoints>[0]) {
  return { points: fitPoints(map), explained: map.explained };
}
