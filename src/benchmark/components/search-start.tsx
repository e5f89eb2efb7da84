import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import type { Direction } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { BenchSearch } from "../logic/search-params";
import { modelsQuery } from "../queries/models-query";
import {
  baselineChoices,
  stageChoices,
  type BenchStore,
  type EncoderChoice,
} from "../store/bench-store";
import { encoderName } from "./encoder-name";
import { StartPanel } from "./start-panel";

const START_DIRECTIONS: readonly Direction[] = ["t-mm", "i-mm", "mm-mm"];

function withDirection(direction: Direction | undefined): readonly Direction[] {
  const isThere = direction === undefined || START_DIRECTIONS.includes(direction);
  return isThere ? START_DIRECTIONS : [...START_DIRECTIONS, direction];
}

const NO_ENCODERS: readonly EncoderChoice[] = [];

/** The encoders that a link names, as far as this browser has them. */
function useLinked(client: InferenceClient, { a, b }: BenchSearch): readonly EncoderChoice[] {
  const models = useQuery({ ...modelsQuery(client), enabled: a !== undefined });
  if (models.isFetching || a === undefined) return NO_ENCODERS;
  const known: readonly EncoderChoice[] = [
    ...baselineChoices(),
    ...stageChoices(),
    ...(models.data ?? [])
      .filter(({ task }) => task === "encoder")
      .map((model) => ({ key: `${model.id}@${model.revision}`, model })),
  ];
  return [a, b].flatMap((key) => known.find((choice) => choice.key === key) ?? []);
}

/** Without results there is nothing to browse: one button makes them from the demo set. */
export function SearchStart({
  client,
  store,
  search,
  language,
}: {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly search: BenchSearch;
  readonly language: "en" | "zh";
}) {
  const { t } = useLingui();
  const { dataSet, opening, openError, runs } = useStore(store);
  const linked = useLinked(client, search);
  const isStarted = useRef(false);
  const { direction } = search;
  // Who follows a link to results wants to see them: what it names is encoded, from the cache if it is.
  useEffect(() => {
    if (isStarted.current || dataSet === undefined || runs.length > 0) return;
    if (search.data !== "demo" || linked.length === 0) return;
    isStarted.current = true;
    void store.actions.start(linked, withDirection(direction));
  }, [store, dataSet, runs, search.data, linked, direction]);
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
    await store.actions.start([{ key: "baseline-both" }], START_DIRECTIONS);
  };
  return (
    <StartPanel
      title={<Trans>Ask by words, by picture, or by both</Trans>}
      notices={
        <>
          {openError !== undefined && <ErrorNotice error={openError} />}
          {runs.map(({ choice, status, error }) =>
            status === "failed" ? (
              <ErrorNotice key={choice.key} item={encoderName(choice, t)} error={error} />
            ) : null,
          )}
        </>
      }
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
        Browse what an encoder ranks for every query, hits and misses marked, two encoders side by
        side. Models and your own data sets are run under Benchmark; their results appear here.
      </Trans>
    </StartPanel>
  );
}
