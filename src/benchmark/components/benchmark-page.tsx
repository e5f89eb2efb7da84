import { Trans, useLingui } from "@lingui/react/macro";
import { NativeSelect, Stack, Text } from "@mantine/core";
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { mainDirection } from "@/domain/benchmark/score-direction";
import { DIRECTIONS } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { Page } from "@/shared/ui/page";
import { MEASURE_SETS, type BenchSearch, type MeasureSet } from "../logic/search-params";
import { compareRuns } from "../logic/significance";
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
  const complete = useMemo(() => runs.flatMap(({ run }) => (run?.isComplete ? [run] : [])), [runs]);
  const directions = DIRECTIONS.filter((direction) =>
    runs.some(({ run }) => run?.options.directions.includes(direction)),
  );
  const comparisons = useMemo(
    () => (isBusy ? [] : compareRuns(complete, DIRECTIONS, "hit_10")),
    [complete, isBusy],
  );
  const nameOf = useMemo(() => createNames(runs, t), [runs, t]);
  const shown = complete[0] === undefined ? undefined : mainDirection(complete[0].scorers);
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
        {complete.length > 0 && !isBusy && (
          <div className={styles["panels"]}>
            <SignificancePanel {...{ comparisons, nameOf }} />
            <MatryoshkaPanel runs={complete} nameOf={nameOf} />
            {shown !== undefined && (
              <SlicePanel
                runs={complete}
                direction={shown}
                {...{ nameOf, search, onSearchChange }}
              />
            )}
            <PredictionPanel runs={complete} nameOf={nameOf} />
          </div>
        )}
      </Stack>
    </Page>
  );
}
