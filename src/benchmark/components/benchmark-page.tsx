import { Trans, useLingui } from "@lingui/react/macro";
import { NativeSelect, Stack, Text } from "@mantine/core";
import { useDeferredValue, useEffect, useMemo } from "react";
import { useStore } from "zustand";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { mainDirection } from "@/domain/benchmark/score-direction";
import { DIRECTIONS } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { Page } from "@/shared/ui/page";
import { MEASURE_SETS, type BenchSearch, type MeasureSet } from "../logic/search-params";
import type { BenchStore } from "../store/bench-store";
import styles from "./benchmark.module.css";
import { MatryoshkaPanel } from "./charts";
import { DataPanel } from "./data-panel";
import { createNames } from "./encoder-name";
import { ExportMenu } from "./export-menu";
import { MEASURE_SET_NAMES } from "./measures";
import { PredictionPanel } from "./prediction-panel";
import { ResultsTable } from "./results-table";
import { RunPanel } from "./run-panel";
import { SignificancePanel } from "./significance-panel";
import { SlicePanel } from "./slice-panel";
import { useComparisons } from "./use-comparisons";

const NO_RUNS: readonly BenchmarkRun[] = [];

export interface BenchmarkPageProps {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}

/** Measures encoders on a data set, live while it is encoded. */
export function BenchmarkPage({ client, store, search, onSearchChange }: BenchmarkPageProps) {
  const { i18n, t } = useLingui();
  const language = search.language ?? (i18n.locale === "zh-Hans" ? "zh" : "en");
  const state = useStore(store);
  const { dataSet, runs } = state;
  const { measures: set = "recall" } = search;
  useEffect(() => {
    const { dataSet: current, opening } = store.getState();
    if (search.data === "demo" && current === undefined && !opening) {
      void store.actions.openDemo(language);
    }
  }, [store, search.data, language]);
  const isBusy = runs.some(({ status }) => status === "running" || status === "waiting");
  const { comparisons, isComparing, error: compareError } = useComparisons(runs, isBusy);
  const complete = useMemo(() => runs.flatMap(({ run }) => (run?.isComplete ? [run] : [])), [runs]);
  const directions = DIRECTIONS.filter((direction) =>
    runs.some(({ run }) => run?.options.directions.includes(direction)),
  );
  const nameOf = useMemo(() => createNames(runs, t), [runs, t]);
  // The panels are drawn in pieces, after the finished figures: all at once would stall the page.
  const settled = useDeferredValue(isBusy ? NO_RUNS : complete, NO_RUNS);
  const shown = settled[0] === undefined ? undefined : mainDirection(settled[0].scorers);
  return (
    <Page title={<Trans>Benchmark</Trans>} actions={<ExportMenu runs={complete} />}>
      <Stack gap="lg">
        <DataPanel store={store} state={state} language={language} />
        {dataSet !== undefined && (
          <section className={styles["panel"]}>
            <RunPanel
              key={dataSet.task.name}
              client={client}
              store={store}
              state={state}
              task={dataSet.task}
              {...{ search, onSearchChange }}
            />
          </section>
        )}
        {runs.some(({ run }) => run !== undefined) && (
          <>
            <NativeSelect
              label={t`Figures`}
              className={styles["measures"]}
              value={set}
              onChange={({ currentTarget: { value } }) => {
                onSearchChange({ ...search, measures: value as MeasureSet });
              }}
              data={MEASURE_SETS.map((value) => ({ value, label: t(MEASURE_SET_NAMES[value]) }))}
            />
            <ResultsTable {...{ runs, directions, set, comparisons }} />
            <Text size="sm" c="dimmed">
              <Trans>
                Shares in percent with 95% intervals; hollow marks are partial. Bold: significantly
                better at R@10 than every other encoder. For two-tower models mm is the normalised
                sum of image and text; for the baselines both parts stand side by side. i→mm*:
                image-based search recall, bought or clicked items. Read the recipe or point at a
                figure for its definition.
              </Trans>
            </Text>
          </>
        )}
        {settled.length > 0 && (
          <div className={styles["panels"]}>
            <SignificancePanel {...{ comparisons, isComparing, nameOf }} error={compareError} />
            <MatryoshkaPanel runs={settled} nameOf={nameOf} />
            {shown !== undefined && (
              <SlicePanel
                runs={settled}
                direction={shown}
                {...{ nameOf, search, onSearchChange }}
              />
            )}
            <PredictionPanel runs={settled} nameOf={nameOf} />
          </div>
        )}
      </Stack>
    </Page>
  );
}
