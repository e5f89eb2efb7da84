import { Trans, useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import type { BenchmarkEntry } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { averagesOf } from "../logic/averages";
import { candidatesById } from "../logic/candidate-index";
import type { BenchSearch } from "../logic/search-params";
import { withExtraFiles } from "../runner/browser-files";
import type { LoadedDataSet, RunState } from "../store/bench-store";
import { encoderName } from "./encoder-name";
import { FreeQuery } from "./free-query";
import { Gallery } from "./gallery";
import { useFreeQuery } from "./use-free-query";
import { WhyPanel } from "./why-panel";

const NO_TRUTHS: ReadonlySet<string> = new Set();

/** A query of the user's own, asked of the first encoder's gallery. */
export function FreeSearch({
  client,
  dataSet,
  first,
  search,
  onSearchChange,
}: {
  readonly client: InferenceClient;
  readonly dataSet: LoadedDataSet;
  readonly first: RunState;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}) {
  const { t } = useLingui();
  const free = useFreeQuery(dataSet, first);
  const [opened, setOpened] = useState<BenchmarkEntry>();
  const files = useMemo(() => withExtraFiles(dataSet.files, dataSet.extra), [dataSet]);
  const entries = candidatesById(dataSet.task);
  const direction = free.result?.entry.image === undefined ? "t-mm" : "mm-mm";
  const averages = () => averagesOf(first.run, direction);
  const { stage, imported } = first.choice;
  if (stage !== undefined || imported !== undefined) {
    return (
      <Notice>
        <Trans>
          Encoder A has results for this data set's queries only. For a query of your own choose a
          model or a baseline.
        </Trans>
      </Notice>
    );
  }
  return (
    <>
      <FreeQuery
        isBusy={free.isBusy}
        linked={search.ask}
        onAsk={(value) => {
          const { ask, ...rest } = search;
          const isNew = value.text !== (ask ?? "");
          if (isNew) onSearchChange(value.text === "" ? rest : { ...rest, ask: value.text });
          void free.ask(value);
        }}
        onClear={() => {
          const { ask: _ask, ...rest } = search;
          onSearchChange(rest);
          free.clear();
        }}
      />
      {free.error !== undefined && <ErrorNotice error={free.error} />}
      {free.result !== undefined && (
        <>
          <Gallery
            label={t`Your query, ${encoderName(first.choice, t)}`}
            ranked={free.result.ranked}
            entries={entries}
            truths={NO_TRUTHS}
            files={files}
            onOpen={setOpened}
          />
          <WhyPanel
            client={client}
            model={first.choice.model}
            direction={direction}
            query={free.result.entry}
            candidate={opened}
            files={files}
            averages={averages}
            onClose={() => setOpened(undefined)}
          />
        </>
      )}
    </>
  );
}
