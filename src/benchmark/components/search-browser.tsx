import { Trans } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useMemo } from "react";
import { mainDirection, trueItems } from "@/domain/benchmark/score-direction";
import type { BenchmarkQuery, Direction } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { listQueries } from "../logic/query-list";
import type { BenchSearch } from "../logic/search-params";
import { createSlicer, type Slicer } from "../logic/slices";
import type { BenchStore, LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { FreeSearch } from "./free-search";
import { JudgedLine } from "./judged-line";
import { MapPanel } from "./map-panel";
import { QueryList } from "./query-list";
import { QueryResults } from "./query-results";
import { SearchPickers } from "./search-pickers";
import { SlicePickers } from "./slice-pickers";
import { useFlatMap } from "./use-flat-map";

export interface SearchBrowserProps {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly dataSet: LoadedDataSet;
  /** Encoders with complete runs, at least one. */
  readonly ready: readonly RunState[];
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

/** What the link says, as far as these runs have it. */
function readView(ready: readonly RunState[], search: BenchSearch) {
  const a = ready.find(({ choice }) => choice.key === search.a) ?? ready[0]!;
  const rest = ready.filter((entry) => entry !== a);
  const runA = a.run!;
  const directions = [...runA.scorers]
    .filter(([, { ranks }]) => ranks.size > 0)
    .map(([direction]) => direction);
  const wanted = directions.find((direction) => direction === search.direction);
  const direction = wanted ?? mainDirection(runA.scorers) ?? "t-mm";
  const canRank = ({ run }: RunState) => (run?.scorers.get(direction)?.ranks.size ?? 0) > 0;
  const chosen = rest.find(({ choice }) => choice.key === search.b);
  const b = search.b === "none" ? undefined : (chosen ?? rest.find(canRank));
  return { a, b, direction, directions };
}

/** Whether a query lies in the slice of the link and in the lasso. */
function inSlice(
  { task }: LoadedDataSet,
  direction: Direction,
  slicer: Slicer,
  { by, value }: BenchSearch,
  lasso: ReadonlySet<string> | undefined,
): (query: BenchmarkQuery) => boolean {
  return (query) =>
    (by === undefined || value === undefined || slicer.valuesOf(query, by).includes(value)) &&
    (lasso === undefined || trueItems(task, query, direction).some(({ id }) => lasso.has(id)));
}

/** The link always names what is shown, so that it shows the same elsewhere. */
function useCompleteLink(
  { dataSet, search, onSearchChange }: SearchBrowserProps,
  shown: Pick<BenchSearch, "direction" | "a" | "b">,
) {
  const { task } = dataSet;
  const { direction, a, b } = shown;
  const language = task.queries.find((query) => query.language !== undefined)?.language;
  useEffect(() => {
    const isNamed = search.direction === direction && search.a === a && search.b === b;
    const hasData = task.preset !== "demo" || search.data === "demo";
    if (isNamed && hasData) return;
    onSearchChange({
      ...search,
      ...(task.preset === "demo"
        ? { data: "demo", language: language === "zh" ? "zh" : "en" }
        : {}),
      ...(direction === undefined ? {} : { direction }),
      ...(a === undefined ? {} : { a }),
      ...(b === undefined ? {} : { b }),
    });
  }, [task, language, search, onSearchChange, direction, a, b]);
}

/** Queries, their galleries, and the map of one or two finished runs. */
export function SearchBrowser(props: SearchBrowserProps) {
  const { client, store, dataSet, ready, search, onSearchChange } = props;
  const { a, b, direction, directions } = useMemo(() => readView(ready, search), [ready, search]);
  useCompleteLink(props, { direction, a: a.choice.key, b: b?.choice.key ?? "none" });
  const { filter = "all", sort = "rank", map } = search;
  const slicer = useMemo(() => createSlicer(dataSet.task), [dataSet]);
  const flat = useFlatMap(a, direction, search);
  const { by, value } = search;
  const rows = useMemo(() => {
    const cut = {
      ...(by === undefined ? {} : { by }),
      ...(value === undefined ? {} : { value }),
    };
    const isWanted = inSlice(dataSet, direction, slicer, cut, flat.slice);
    return listQueries(a.run!, b?.run, direction, filter, sort, isWanted);
  }, [a, b, direction, filter, sort, by, value, slicer, flat.slice, dataSet]);
  const asked = useMemo(() => a.run!.plan.queries.map(({ query }) => query), [a]);
  const selected = rows.find(({ query }) => query.id === search.query) ?? rows[0];
  const shownRuns = useMemo(() => (b === undefined ? [a] : [a, b]), [a, b]);
  // Imported rankings have no vectors to draw.
  const canMap = a.run!.lists === undefined;
  const showMap = () => {
    const { map: _map, layout: _layout, lasso: _lasso, ...rest } = search;
    onSearchChange(map === undefined ? { ...search, map: "category" } : rest);
  };
  return (
    <Stack>
      <SearchPickers {...{ ready, a, b, direction, directions, search, onSearchChange }} />
      <FreeSearch {...{ client, dataSet, search, onSearchChange }} first={a} />
      <Group gap="sm">
        {canMap && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={showMap}
            aria-expanded={map !== undefined}
          >
            {map === undefined ? <Trans>Show the map</Trans> : <Trans>Hide the map</Trans>}
          </Button>
        )}
        <JudgedLine store={store} entry={a} direction={direction} />
      </Group>
      {canMap && map !== undefined && (
        <MapPanel entry={a} {...{ dataSet, direction, flat, search, onSearchChange }} />
      )}
      <div className={styles["search"]}>
        <div>
          <SlicePickers
            task={dataSet.task}
            queries={asked}
            {...{ slicer, search, onSearchChange }}
          />
          <QueryList
            rows={rows}
            files={dataSet.files}
            selected={selected?.query.id}
            filter={filter}
            sort={sort}
            hasTwo={b !== undefined}
            onSelect={(query) => onSearchChange({ ...search, query })}
            onFilter={(next) => onSearchChange({ ...search, filter: next })}
            onSort={(next) => onSearchChange({ ...search, sort: next })}
          />
        </div>
        {selected === undefined ? (
          <Text c="dimmed">
            <Trans>No query fits this filter.</Trans>
          </Text>
        ) : (
          <QueryResults
            {...{ client, store, dataSet, direction, search, onSearchChange }}
            runs={shownRuns}
            query={selected.query}
          />
        )}
      </div>
    </Stack>
  );
}
