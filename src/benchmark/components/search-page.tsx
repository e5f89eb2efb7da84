import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { mainDirection } from "@/domain/benchmark/report";
import { trueItems } from "@/domain/benchmark/score-direction";
import type { InferenceClient } from "@/inference/client/inference-client";
import { Page } from "@/shared/ui/page";
import { saveFile } from "@/shared/ui/save-file";
import { judgedQrels, judgedRecall } from "../logic/judgements";
import { listQueries } from "../logic/query-list";
import type { BenchSearch } from "../logic/search-params";
import type { BenchStore, LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { FreeSearch } from "./free-search";
import { MapPanel } from "./map-panel";
import { QueryList } from "./query-list";
import { QueryResults } from "./query-results";
import { SearchPickers } from "./search-pickers";
import { SearchStart } from "./search-start";

export interface SearchPageProps {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

/** Recall with the judgements made here beside the original one, and their qrels. */
function JudgedLine({
  store,
  entry,
  direction,
}: {
  readonly store: BenchStore;
  readonly entry: RunState;
  readonly direction: Parameters<typeof judgedRecall>[1];
}) {
  const judgements = useStore(store, (state) => state.judgements);
  const figure = useMemo(
    () => judgedRecall(entry.run!, direction, judgements),
    [entry, direction, judgements],
  );
  if (judgements.size === 0 || figure === undefined) return null;
  const count = [...judgements.values()].reduce((sum, own) => sum + own.size, 0);
  const percent = (share: number) => (100 * share).toFixed(1);
  const [value, low, high] = [figure.value, figure.interval.low, figure.interval.high].map(percent);
  const { queries, changed } = figure;
  const save = () =>
    saveFile(new Blob([judgedQrels(judgements)], { type: "text/plain" }), "judged.qrels");
  return (
    <Group gap="sm">
      <Text size="sm">
        <Trans>
          R@10 with your {count} judgements: {value}% [{low}, {high}], n = {queries}; {changed}{" "}
          misses became hits.
        </Trans>
      </Text>
      <Button size="compact-sm" variant="default" onClick={save}>
        <Trans>Save judgements (qrels)</Trans>
      </Button>
    </Group>
  );
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
  const direction = wanted ?? mainDirection(runA) ?? "t-mm";
  const canRank = ({ run }: RunState) => (run?.scorers.get(direction)?.ranks.size ?? 0) > 0;
  const chosen = rest.find(({ choice }) => choice.key === search.b);
  const b = search.b === "none" ? undefined : (chosen ?? rest.find(canRank));
  return { a, b, direction, directions };
}

function Browser({
  client,
  store,
  dataSet,
  ready,
  search,
  onSearchChange,
}: SearchPageProps & {
  readonly dataSet: LoadedDataSet;
  readonly ready: readonly RunState[];
}) {
  const { a, b, direction, directions } = useMemo(() => readView(ready, search), [ready, search]);
  const [slice, setSlice] = useState<ReadonlySet<string>>();
  const { filter = "all", sort = "rank", map } = search;
  const rows = useMemo(() => {
    const all = listQueries(a.run!, b?.run, direction, filter, sort);
    if (slice === undefined) return all;
    return all.filter(({ query }) =>
      trueItems(dataSet.task, query, direction).some(({ id }) => slice.has(id)),
    );
  }, [a, b, direction, filter, sort, slice, dataSet]);
  const selected = rows.find(({ query }) => query.id === search.query) ?? rows[0];
  const shownRuns = useMemo(() => (b === undefined ? [a] : [a, b]), [a, b]);
  const showMap = () => {
    const { map: _map, ...rest } = search;
    if (map !== undefined) setSlice(undefined);
    onSearchChange(map === undefined ? { ...search, map: "category" } : rest);
  };
  return (
    <Stack>
      <SearchPickers {...{ ready, a, b, direction, directions, search, onSearchChange }} />
      <FreeSearch client={client} dataSet={dataSet} first={a} />
      <Group gap="sm">
        <Button
          size="compact-md"
          variant="default"
          onClick={showMap}
          aria-expanded={map !== undefined}
        >
          {map === undefined ? <Trans>Show the map</Trans> : <Trans>Hide the map</Trans>}
        </Button>
        <JudgedLine store={store} entry={a} direction={direction} />
      </Group>
      {map !== undefined && (
        <MapPanel
          entry={a}
          dataSet={dataSet}
          direction={direction}
          colour={map}
          onColour={(colour) => onSearchChange({ ...search, map: colour })}
          slice={slice}
          onSlice={setSlice}
        />
      )}
      <div className={styles["search"]}>
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

/** Query → ranked gallery, hits and misses, two encoders side by side. */
export function SearchPage({ client, store, search, onSearchChange }: SearchPageProps) {
  const { i18n } = useLingui();
  const language = i18n.locale === "zh-Hans" ? "zh" : "en";
  const { dataSet, opening, runs } = useStore(store);
  const ready = useMemo(() => runs.filter(({ run }) => run?.isComplete), [runs]);
  useEffect(() => {
    if (search.data === "demo" && dataSet === undefined && !opening) {
      void store.actions.openDemo(language);
    }
  }, [store, search.data, dataSet, opening, language]);
  return (
    <Page title={<Trans>Search</Trans>}>
      {dataSet === undefined || ready.length === 0 ? (
        <SearchStart store={store} language={language} />
      ) : (
        <Browser {...{ client, store, dataSet, ready, search, onSearchChange }} />
      )}
    </Page>
  );
}
