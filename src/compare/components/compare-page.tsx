import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack } from "@mantine/core";
import "@mantine/dropzone/styles.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary } from "@/inference/protocol/messages";
import type { Clock, IdSource } from "@/shared/lib/ports";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { ErrorNotice } from "@/shared/ui/notice";
import { Page } from "@/shared/ui/page";
import { TaskProgress } from "@/shared/ui/task-progress";
import { MIN_CREATIVES } from "../logic/creative";
import type { CompareSearch } from "../logic/search-params";
import { modelsQuery } from "../queries/model-queries";
import { createCompareStore, type CompareState } from "../store/compare-store";
import { CreativeStrip } from "./creative-strip";
import { DropArea, usePastedFiles } from "./drop-area";
import { ExampleCards } from "./example-cards";
import { InputBar, ModelLine, modelKey } from "./input-bar";
import { JobProgress } from "./job-progress";
import { ModelCardDrawer } from "./model-card-drawer";
import { useExamples, useInitialTable, useLinkSync, type ExampleOpener } from "./use-initial-table";
import { Workbench } from "./workbench";
import styles from "./compare-page.module.css";

export interface ComparePageProps {
  readonly client: InferenceClient;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly search: CompareSearch;
  readonly onSearchChange: (search: CompareSearch) => void;
}

/** Files that were not taken, each with its reason. */
function Problems({ state }: { readonly state: CompareState }) {
  return state.problems.map(({ id, name, error }) => (
    <ErrorNotice
      key={id}
      item={name}
      error={error}
      actions={
        <Button
          size="compact-xs"
          variant="subtle"
          mt={4}
          onClick={() => state.actions.dismissProblem(id)}
        >
          <Trans>Dismiss</Trans>
        </Button>
      }
    />
  ));
}

/** What is on the table: nothing, one picture, an example, or the visitor's own. */
function Table({
  client,
  state,
  opener,
  language,
  models,
  onCompare,
}: {
  readonly client: InferenceClient;
  readonly state: CompareState;
  readonly opener: ExampleOpener;
  readonly models: readonly ModelSummary[];
  readonly language: "en" | "zh";
  readonly onCompare: () => void;
}) {
  const { creatives, example, actions } = state;
  const isOwn = creatives.length > 0 && example === undefined;
  const addFiles = (files: Parameters<typeof actions.addFiles>[0]) => void actions.addFiles(files);
  return (
    <>
      {creatives.length === 0 && <DropArea size="large" onFiles={addFiles} />}
      {creatives.length > 0 && !isOwn && <DropArea size="band" onFiles={addFiles} />}
      {(isOwn || creatives.length > 2) && (
        <CreativeStrip creatives={creatives} onFiles={addFiles} onRemove={actions.remove} />
      )}
      {creatives.length >= MIN_CREATIVES && (
        <Workbench client={client} state={state} models={models} onCompare={onCompare} />
      )}
      {!isOwn && (
        <ExampleCards
          examples={opener.examples}
          language={language}
          current={example}
          onOpen={(set) => void opener.open(set)}
        />
      )}
    </>
  );
}

/** Compare two to eight creatives: reasons, verdict, and where the model looked. */
export function ComparePage({ client, clock, ids, search, onSearchChange }: ComparePageProps) {
  const { i18n, t } = useLingui();
  const language = i18n.locale === "zh-Hans" ? "zh" : "en";
  const [store] = useState(() => createCompareStore({ client, clock, ids }));
  const state = useStore(store);
  const { actions } = state;
  const models = useQuery(modelsQuery(client));
  const selectors = (models.data ?? []).filter(({ task }) => task === "selector");
  const [chosenModel, setChosenModel] = useState<string>();
  const [isCardOpen, setCardOpen] = useState(false);
  const model = selectors.find((item) => modelKey(item) === chosenModel) ?? selectors[0];
  const opener = useExamples(store, language);

  const isTableSet = useInitialTable(store, search, opener);
  useLinkSync(store, isTableSet, onSearchChange);
  usePastedFiles((files) => void actions.addFiles(files));
  // The worker goes on computing after the page is left, unless it is told.
  useEffect(() => () => store.getState().actions.dispose(), [store]);

  const canCompare = model !== undefined && state.creatives.length >= MIN_CREATIVES;
  function compare() {
    if (model !== undefined && canCompare) actions.submit(model, language);
  }

  return (
    <Page
      title={<Trans>Compare</Trans>}
      actions={
        <>
          <ModelLine
            models={selectors}
            model={model}
            isListing={models.isPending}
            onModel={setChosenModel}
            onCard={() => setCardOpen(true)}
          />
          {state.creatives.length > 0 && (
            <Button variant="subtle" color="gray" size="compact-md" fz="sm" onClick={actions.clear}>
              <Trans>Start anew</Trans>
            </Button>
          )}
        </>
      }
    >
      <InputBar
        title={state.title}
        queries={state.queries}
        canCompare={canCompare}
        isRunning={state.job?.status === "running"}
        onTitle={actions.setTitle}
        onQueries={actions.setQueries}
        onCompare={compare}
      />
      <Stack gap="sm" className={styles["notices"] ?? ""}>
        {opener.isOpening && <TaskProgress label={t`Opening the example`} />}
        {opener.error !== undefined && opener.error !== null && (
          <ErrorNotice error={opener.error} />
        )}
        <Problems state={state} />
        {models.isError && (
          <ErrorState error={models.error} onRetry={() => void models.refetch()} />
        )}
        {models.isSuccess && selectors.length === 0 && (
          <EmptyState title={<Trans>No selector is installed</Trans>}>
            <Trans>Add a model that compares creatives under Models.</Trans>
          </EmptyState>
        )}
        <JobProgress
          job={state.job}
          queue={state.queue}
          onCancel={actions.cancel}
          onCancelQueued={actions.cancelQueued}
        />
      </Stack>
      <Table
        client={client}
        state={state}
        opener={opener}
        language={language}
        models={selectors}
        onCompare={compare}
      />
      {model !== undefined && (
        <ModelCardDrawer
          client={client}
          model={model}
          opened={isCardOpen}
          onClose={() => setCardOpen(false)}
        />
      )}
    </Page>
  );
}
