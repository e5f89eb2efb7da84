import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary } from "@/inference/protocol/messages";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { Creative } from "../logic/creative";
import { isOutdated, showsOtherPictures, type Job, type PairState } from "../logic/job";
import type { CompareState } from "../store/compare-store";
import { HeatLegend } from "./heat-legend";
import { QUESTION_TEXTS } from "./question-texts";
import { QuestionTable, RunAgain } from "./question-table";
import { RankingPanel } from "./ranking-panel";
import { ReportMenu } from "./report-menu";
import { Stage } from "./stage";
import { StageToolbar } from "./stage-toolbar";
import { useCompareShortcuts } from "./use-compare-shortcuts";
import { useHeat, type Heat } from "./use-heat";
import { useStageView, type StageMode } from "./use-view";
import { VerdictPanel } from "./verdict-panel";
import styles from "./compare-page.module.css";

function HeatLine({
  heat,
  a,
  b,
}: {
  readonly heat: Heat;
  readonly a: Creative;
  readonly b: Creative;
}) {
  const { t } = useLingui();
  const { shown, maps, progress, query } = heat;
  if (shown === undefined) {
    return (
      <Text size="xs" c="dimmed">
        <Trans>Choose a reason below to see where the model looked while writing it.</Trans>
      </Text>
    );
  }
  if (maps !== undefined)
    return <HeatLegend maps={maps} question={t(QUESTION_TEXTS[shown].name)} a={a} b={b} />;
  if (query.isError) return <ErrorNotice error={query.error} />;
  return (
    <TaskProgress
      label={t`Finding where the model looked`}
      onCancel={() => heat.show(undefined)}
      {...(progress === undefined ? {} : { done: progress.done, unit: progress.unit })}
      {...(progress?.total === undefined ? {} : { total: progress.total })}
    />
  );
}

function ResultNotices({
  job,
  state,
  onCompare,
}: {
  readonly job: Job;
  readonly state: CompareState;
  readonly onCompare: () => void;
}) {
  if (job.status !== "running" && isOutdated(job, state)) {
    return (
      <Notice tone="warn">
        <Trans>The title or the queries have changed since this comparison.</Trans>{" "}
        <Button size="compact-sm" variant="subtle" onClick={onCompare}>
          <Trans>Compare again</Trans>
        </Button>
      </Notice>
    );
  }
  if (job.status !== "cancelled") return null;
  return (
    <Notice tone="warn">
      <Trans>Cancelled. What was finished is kept.</Trans>{" "}
      <Button size="compact-sm" variant="subtle" onClick={onCompare}>
        <Trans>Compare again</Trans>
      </Button>
    </Notice>
  );
}

/** The verdict stands above the pictures: it is what a visitor came for. */
function PairVerdict({
  job,
  pair,
  models,
  onCompare,
}: {
  readonly job: Job;
  readonly pair: PairState;
  readonly models: readonly ModelSummary[];
  readonly onCompare: () => void;
}) {
  const names = {
    a: job.creatives[pair.a]?.name ?? "",
    b: job.creatives[pair.b]?.name ?? "",
  };
  if (pair.status === "failed") {
    const item = `${names.a} · ${names.b}`;
    return <ErrorNotice error={pair.error} item={item} actions={<RunAgain onRun={onCompare} />} />;
  }
  if (pair.outcome === undefined) return null;
  const { id, revision, name } = job.model;
  const model = models.find((item) => item.id === id && item.revision === revision);
  return (
    <VerdictPanel
      outcome={pair.outcome}
      names={names}
      modelName={name}
      quality={model?.quality}
      storedAt={job.isStored === true ? job.createdAt : undefined}
      actions={<ReportMenu job={job} />}
    />
  );
}

/** Two or more creatives on the table: the pictures, and what the model says about them. */
export function Workbench({
  client,
  state,
  models,
  onCompare,
}: {
  readonly client: InferenceClient;
  readonly state: CompareState;
  /** What is known about each selector, for the measured quality beside a verdict. */
  readonly models: readonly ModelSummary[];
  readonly onCompare: () => void;
}) {
  const { t } = useLingui();
  const { creatives, actions } = state;
  const [mode, setMode] = useState<StageMode>("side");
  const [chosenPair, setChosenPair] = useState(0);
  const stage = useStageView();
  // A job for other pictures is not shown under these; its progress stays visible above.
  const job =
    state.job === undefined || showsOtherPictures(state.job, creatives) ? undefined : state.job;
  const pairIndex = job?.pairs[chosenPair] === undefined ? 0 : chosenPair;
  const pair = job?.pairs[pairIndex];
  const heat = useHeat(client, job, pairIndex);
  const [a, b] = [creatives[pair?.a ?? 0], creatives[pair?.b ?? 1]];

  useCompareShortcuts({
    stage,
    onMode: setMode,
    onCompare,
    onSwap: () => actions.swap(pair?.a ?? 0, pair?.b ?? 1),
    onCancel: actions.cancel,
    heat,
  });

  const removeButton = (creative: Creative) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={t`Remove ${creative.name}`}
      onClick={() => actions.remove(creative.id)}
    >
      <IconX size={16} />
    </ActionIcon>
  );

  return (
    <Stack gap="sm">
      {job !== undefined && creatives.length > 2 && (
        <RankingPanel job={job} activePair={pairIndex} onOpenPair={setChosenPair} />
      )}
      {job !== undefined && <ResultNotices job={job} state={state} onCompare={onCompare} />}
      {job !== undefined && pair !== undefined && (
        <PairVerdict job={job} pair={pair} models={models} onCompare={onCompare} />
      )}
      {a !== undefined && b !== undefined && (
        <section className={styles["stage"]} aria-label={t`The two creatives`}>
          <Stage
            a={a}
            b={b}
            stage={stage}
            mode={mode}
            heat={heat.maps}
            action={creatives.length === 2 ? removeButton : undefined}
          />
          <div className={styles["below"]}>
            <StageToolbar
              stage={stage}
              mode={mode}
              onMode={setMode}
              onSwap={() => actions.swap(pair?.a ?? 0, pair?.b ?? 1)}
            />
            {pair?.outcome !== undefined && (
              <div className={styles["heat"]}>
                <HeatLine heat={heat} a={a} b={b} />
              </div>
            )}
          </div>
        </section>
      )}
      {pair !== undefined && pair.status !== "waiting" && pair.status !== "failed" && (
        <QuestionTable
          pair={pair}
          isRunning={pair.status === "running"}
          shown={heat.shown}
          onShow={heat.show}
          onHover={heat.hover}
        />
      )}
    </Stack>
  );
}
