import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Stack, Text } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { InferenceClient } from "@/inference/client/inference-client";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { formatDateTime } from "@/shared/ui/format";
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
  const { i18n } = useLingui();
  const date = formatDateTime(job.createdAt, i18n.locale);
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
  if (job.isStored === true) {
    return (
      <Notice>
        <Trans>
          A stored result of {job.model.name}, {date}. Compare computes it again on this device.
        </Trans>
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

function PairResults({
  job,
  pair,
  heat,
  onCompare,
}: {
  readonly job: Job;
  readonly pair: PairState;
  readonly heat: Heat;
  readonly onCompare: () => void;
}) {
  if (pair.status === "failed") {
    const name = `${job.creatives[pair.a]?.name ?? ""} · ${job.creatives[pair.b]?.name ?? ""}`;
    return <ErrorNotice error={pair.error} item={name} actions={<RunAgain onRun={onCompare} />} />;
  }
  const names = {
    a: job.creatives[pair.a]?.name ?? "",
    b: job.creatives[pair.b]?.name ?? "",
  };
  return (
    <>
      {pair.outcome !== undefined && (
        <VerdictPanel
          outcome={pair.outcome}
          names={names}
          modelName={job.model.name}
          actions={<ReportMenu job={job} />}
        />
      )}
      {pair.status !== "waiting" && (
        <QuestionTable
          pair={pair}
          isRunning={pair.status === "running"}
          shown={heat.shown}
          onShow={heat.show}
          onHover={heat.hover}
        />
      )}
    </>
  );
}

/** Two or more creatives on the table: the pictures, and what the model says about them. */
export function Workbench({
  client,
  state,
  onCompare,
}: {
  readonly client: InferenceClient;
  readonly state: CompareState;
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
    <Stack gap="md">
      {job !== undefined && creatives.length > 2 && (
        <RankingPanel job={job} activePair={pairIndex} onOpenPair={setChosenPair} />
      )}
      {a !== undefined && b !== undefined && (
        <section className={styles["stage"]} aria-label={t`The two creatives`}>
          <StageToolbar
            stage={stage}
            mode={mode}
            onMode={setMode}
            onSwap={() => actions.swap(pair?.a ?? 0, pair?.b ?? 1)}
          />
          <Stage
            a={a}
            b={b}
            stage={stage}
            mode={mode}
            heat={heat.maps}
            action={creatives.length === 2 ? removeButton : undefined}
          />
          {pair?.outcome !== undefined && <HeatLine heat={heat} a={a} b={b} />}
        </section>
      )}
      {job !== undefined && <ResultNotices job={job} state={state} onCompare={onCompare} />}
      {job !== undefined && pair !== undefined && (
        <PairResults job={job} pair={pair} heat={heat} onCompare={onCompare} />
      )}
    </Stack>
  );
}
