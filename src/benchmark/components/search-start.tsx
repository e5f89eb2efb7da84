import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useStore } from "zustand";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { BenchStore } from "../store/bench-store";
import { encoderName } from "./encoder-name";
import { StartPanel } from "./start-panel";

/** Without results there is nothing to browse: one button makes them from the demo set. */
export function SearchStart({
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
    <StartPanel
      title={<Trans>Ask by words, by picture, or by both</Trans>}
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
      {openError !== undefined && <ErrorNotice error={openError} />}
      {runs.map(({ choice, status, error }) =>
        status === "failed" ? (
          <ErrorNotice key={choice.key} item={encoderName(choice, t)} error={error} />
        ) : null,
      )}
    </StartPanel>
  );
}
