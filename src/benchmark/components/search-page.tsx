import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { mainDirection } from "@/domain/benchmark/report";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { rankCandidates, trueItems } from "@/domain/benchmark/score-direction";
import {
  viewsOf,
  type BenchmarkEntry,
  type BenchmarkQuery,
  type Direction,
} from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorNotice } from "@/shared/ui/notice";
import { Page } from "@/shared/ui/page";
import { SideMark } from "@/shared/ui/side-mark";
import { TaskProgress } from "@/shared/ui/task-progress";
import { listQueries, type QuerySort } from "../logic/query-list";
import type { BenchSearch } from "../logic/search-params";
import { withExtraFiles } from "../runner/browser-files";
import type { BenchStore, LoadedDataSet, RunState } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { encoderName } from "./encoder-name";
import { FreeQuery } from "./free-query";
import { Gallery } from "./gallery";
import { ItemImage } from "./item-image";
import { QueryList } from "./query-list";
import { DIRECTION_NAMES, DIRECTION_TEXTS } from "./texts";
import { useFreeQuery } from "./use-free-query";
import { WhyPanel } from "./why-panel";

const SHOWN = 20;

export interface SearchPageProps {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

function rankOf(run: BenchmarkRun, direction: Direction, query: BenchmarkQuery) {
  const { query: queryView, candidate } = viewsOf(direction);
  const vector = run.queries.get(queryView)?.vector(query.id);
  const pool = run.candidates.get(candidate);
  if (vector === undefined || pool === undefined) return [];
  const always = trueItems(run.task, query, direction).map(({ id }) => id);
  return rankCandidates(vector, pool, SHOWN, always);
}

function ResultsOf({
  client,
  dataSet,
  runs,
  direction,
  query,
}: {
  readonly client: InferenceClient;
  readonly dataSet: LoadedDataSet;
  readonly runs: readonly RunState[];
  readonly direction: Direction;
  readonly query: BenchmarkQuery;
}) {
  const { t } = useLingui();
  const [opened, setOpened] = useState<{
    readonly entry: BenchmarkEntry;
    readonly model: RunState["choice"]["model"];
  }>();
  const { task, files } = dataSet;
  const entries = useMemo(() => new Map(task.candidates.map((entry) => [entry.id, entry])), [task]);
  const truths = new Set(trueItems(task, query, direction).map(({ id }) => id));
  const lists = useMemo(
    () => runs.map(({ run }) => (run === undefined ? [] : rankOf(run, direction, query))),
    [runs, direction, query],
  );
  return (
    <Stack>
      <Group gap="sm" wrap="nowrap">
        {query.image !== undefined && (
          <ItemImage
            files={files}
            image={query.image}
            alt={t`Query image`}
            className={styles["thumb"]}
          />
        )}
        <Text fw={600}>{query.text ?? query.id}</Text>
      </Group>
      {runs.map(({ choice }, i) => {
        const other = lists[1 - i];
        return (
          <div key={choice.key}>
            {runs.length > 1 && <SideMark side={i === 0 ? "A" : "B"} />}
            <Gallery
              label={encoderName(choice, t)}
              ranked={lists[i] ?? []}
              entries={entries}
              truths={truths}
              files={files}
              {...(other === undefined
                ? {}
                : { otherRanks: new Map(other.map(({ id, rank }) => [id, rank])) })}
              onOpen={(entry) => setOpened({ entry, model: choice.model })}
            />
          </div>
        );
      })}
      <WhyPanel
        client={client}
        model={opened?.model}
        direction={direction}
        query={query}
        candidate={opened?.entry}
        files={files}
        onClose={() => setOpened(undefined)}
      />
    </Stack>
  );
}

/** Without results there is nothing to browse: one button makes them from the demo set. */
function Start({
  store,
  language,
}: {
  readonly store: BenchStore;
  readonly language: "en" | "zh";
}) {
  const { t } = useLingui();
  const { dataSet, opening, openError, runs } = useStore(store);
  const running = runs.find(({ status }) => status === "running" || status === "waiting");
  if (opening) return <TaskProgress label={t`Reading the data set`} />;
  if (running !== undefined) {
    return (
      <TaskProgress
        label={t`${encoderName(running.choice, t)}: encoding`}
        {...(running.update === undefined
          ? {}
          : { done: running.update.done, total: running.update.total })}
        onCancel={store.actions.cancel}
      />
    );
  }
  const begin = async () => {
    if (dataSet === undefined) await store.actions.openDemo(language);
    await store.actions.start([{ key: "baseline-both" }], ["t-mm", "i-mm", "mm-mm"]);
  };
  return (
    <EmptyState
      title={<Trans>Nothing is encoded yet</Trans>}
      actions={
        <Button onClick={() => void begin()}>
          {dataSet === undefined ? (
            <Trans>Search the demo catalogue by words and colours</Trans>
          ) : (
            <Trans>Search this data set by words and colours</Trans>
          )}
        </Button>
      }
    >
      <Trans>
        Run one or two encoders under Benchmark; their results are browsed here, query by query.
      </Trans>
      {openError !== undefined && <ErrorNotice error={openError} />}
      {runs.map(({ choice, status, error }) =>
        status === "failed" ? (
          <ErrorNotice key={choice.key} item={encoderName(choice, t)} error={error} />
        ) : null,
      )}
    </EmptyState>
  );
}

function Pickers({
  ready,
  a,
  b,
  direction,
  directions,
  search,
  onSearchChange,
}: {
  readonly ready: readonly RunState[];
  readonly a: RunState;
  readonly b: RunState | undefined;
  readonly direction: Direction;
  readonly directions: readonly Direction[];
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}) {
  const { t } = useLingui();
  const options = ready.map(({ choice }) => ({ value: choice.key, label: encoderName(choice, t) }));
  return (
    <Group gap="sm" align="end">
      <NativeSelect
        label={t`Direction`}
        description={t(DIRECTION_TEXTS[direction])}
        value={direction}
        onChange={(event) =>
          onSearchChange({ ...search, direction: event.currentTarget.value as Direction })
        }
        data={directions.map((value) => ({ value, label: DIRECTION_NAMES[value] }))}
      />
      <NativeSelect
        label={t`Encoder A`}
        value={a.choice.key}
        onChange={(event) => onSearchChange({ ...search, a: event.currentTarget.value })}
        data={options}
      />
      {ready.length > 1 && (
        <NativeSelect
          label={t`Encoder B`}
          value={b?.choice.key ?? "none"}
          onChange={(event) => onSearchChange({ ...search, b: event.currentTarget.value })}
          data={[{ value: "none", label: t`None` }, ...options]}
        />
      )}
    </Group>
  );
}

function Browser({
  client,
  dataSet,
  ready,
  search,
  onSearchChange,
}: Omit<SearchPageProps, "store"> & {
  readonly dataSet: LoadedDataSet;
  readonly ready: readonly RunState[];
}) {
  const { t } = useLingui();
  const [sort, setSort] = useState<QuerySort>("rank");
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
  const filter = search.filter ?? "all";
  const rows = useMemo(
    () => listQueries(runA, b?.run, direction, filter, sort),
    [runA, b, direction, filter, sort],
  );
  const selected = rows.find(({ query }) => query.id === search.query) ?? rows[0];
  const shownRuns = useMemo(() => (b === undefined ? [a] : [a, b]), [a, b]);
  const free = useFreeQuery(dataSet, a);
  const extended = useMemo(() => withExtraFiles(dataSet.files, dataSet.extra), [dataSet]);
  const entries = useMemo(
    () => new Map(dataSet.task.candidates.map((entry) => [entry.id, entry])),
    [dataSet],
  );
  return (
    <Stack>
      <Pickers {...{ ready, a, b, direction, directions, search, onSearchChange }} />
      <FreeQuery
        isBusy={free.isBusy}
        onAsk={(value) => void free.ask(value)}
        onClear={() => free.clear()}
      />
      {free.error !== undefined && <ErrorNotice error={free.error} />}
      {free.result !== undefined && (
        <Gallery
          label={t`Your query, ${encoderName(a.choice, t)}`}
          ranked={free.result.ranked}
          entries={entries}
          truths={new Set()}
          files={extended}
          onOpen={() => undefined}
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
          onSort={setSort}
        />
        {selected === undefined ? (
          <Text c="dimmed">
            <Trans>No query fits this filter.</Trans>
          </Text>
        ) : (
          <ResultsOf
            client={client}
            dataSet={dataSet}
            runs={shownRuns}
            direction={direction}
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
        <Start store={store} language={language} />
      ) : (
        <Browser {...{ client, dataSet, ready, search, onSearchChange }} />
      )}
    </Page>
  );
}
