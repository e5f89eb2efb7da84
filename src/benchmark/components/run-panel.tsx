import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, NativeSelect, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { BenchmarkRun } from "@/domain/benchmark/run-benchmark";
import { possibleDirections, type BenchmarkTask } from "@/domain/benchmark/task";
import type { InferenceClient } from "@/inference/client/inference-client";
import { formatBytes } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { BenchSearch } from "../logic/search-params";
import { modelsQuery } from "../queries/models-query";
import {
  baselineChoices,
  stageChoices,
  widthsOf,
  type BenchState,
  type BenchStore,
  type EncoderChoice,
  type RunState,
} from "../store/bench-store";
import { encoderName } from "./encoder-name";
import { EncoderPicker } from "./encoder-picker";
import { DIRECTION_NAMES, DIRECTION_TEXTS } from "./texts";

/** Of candidates and queries, as float32. */
function vectorBytes({ candidates, queries }: BenchmarkRun): number {
  return [...candidates.values(), ...queries.values()].reduce(
    (sum, { size, dimension }) => sum + 4 * size * dimension,
    0,
  );
}

function RunProgress({
  entry,
  store,
  isPaused,
}: {
  readonly entry: RunState;
  readonly store: BenchStore;
  readonly isPaused: boolean;
}) {
  const { i18n, t } = useLingui();
  const { choice, status, update, elapsedMs, run } = entry;
  const name = encoderName(choice, t);
  if (status === "failed") return <ErrorNotice item={name} error={entry.error} />;
  const failures = run?.failures ?? [];
  const isRunning = status === "running";
  const perSecond =
    update === undefined || elapsedMs < 500 ? undefined : (1000 * update.done) / elapsedMs;
  const speed = perSecond?.toFixed(1) ?? "";
  const isQuiet = !isRunning && status !== "cancelled" && failures.length === 0;
  const memory = formatBytes(run === undefined ? 0 : vectorBytes(run), i18n.locale);
  if (isQuiet) return null;
  return (
    <Stack gap={4}>
      {isRunning && (
        <>
          <TaskProgress
            label={
              isPaused
                ? t`${name}: paused`
                : update?.phase === "predict"
                  ? t`${name}: predicting classes and attributes`
                  : t`${name}: encoding`
            }
            {...(update === undefined ? {} : { done: update.done, total: update.total })}
            {...(perSecond === undefined || update === undefined || isPaused
              ? {}
              : { remainingMs: (1000 * (update.total - update.done)) / perSecond })}
            onCancel={store.actions.cancel}
          />
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="default"
              onClick={isPaused ? store.actions.resume : store.actions.pause}
            >
              {isPaused ? <Trans>Resume</Trans> : <Trans>Pause</Trans>}
            </Button>
            {speed !== "" && (
              <Text size="sm" c="dimmed">
                <Trans>
                  {speed} items/s; vectors take {memory}
                </Trans>
              </Text>
            )}
          </Group>
        </>
      )}
      {status === "cancelled" && (
        <Notice>
          <Trans>{name}: stopped. What was encoded is kept; run again to continue.</Trans>
        </Notice>
      )}
      {failures.length > 0 && (
        <Notice tone="warn">
          <details>
            <summary>
              {name}:{" "}
              <Plural
                value={failures.length}
                one="# item could not be encoded"
                other="# items could not be encoded"
              />
            </summary>
            <ul>
              {failures.slice(0, 20).map(({ key, reason }) => (
                <li key={key}>
                  {key}: {reason}
                </li>
              ))}
            </ul>
          </details>
        </Notice>
      )}
    </Stack>
  );
}

/** Widths below the full one that some of the encoders offer. */
function offeredWidths(choices: readonly EncoderChoice[]): number[] {
  const offered = choices.flatMap((choice) => widthsOf(choice).slice(0, -1));
  return [...new Set(offered)].sort((a, b) => a - b);
}

function cutChoice(choice: EncoderChoice, width: number | undefined): EncoderChoice {
  return width !== undefined && widthsOf(choice).includes(width) ? { ...choice, width } : choice;
}

/** Starts what a link has run, when everything that it names is there. */
function useStartOnce(isDue: boolean, start: () => void) {
  const isDone = useRef(false);
  useEffect(() => {
    if (!isDue || isDone.current) return;
    isDone.current = true;
    start();
  });
}

/** Which encoders and directions to run, and how the runs go. */
export function RunPanel({
  client,
  store,
  state,
  task,
  search,
  onSearchChange,
}: {
  readonly client: InferenceClient;
  readonly store: BenchStore;
  readonly state: BenchState;
  readonly task: BenchmarkTask;
  readonly search: BenchSearch;
  readonly onSearchChange: (search: BenchSearch) => void;
}) {
  const { t } = useLingui();
  const models = useQuery(modelsQuery(client));
  const choices: EncoderChoice[] = [
    ...(models.data ?? [])
      .filter((model) => model.task === "encoder")
      .map((model) => ({ key: `${model.id}@${model.revision}`, model })),
    ...baselineChoices(),
    ...state.imported.map((imported) => ({ key: imported.name, imported })),
  ];
  // Not at every step of the progress: it looks at every candidate.
  const possible = useMemo(() => possibleDirections(task), [task]);
  const firstModel = choices.find(({ model }) => model !== undefined);
  const usual = [firstModel?.key ?? "baseline-both", "baseline-color"];
  // Their vectors are those of the demo catalogue, and no weights are kept.
  const stages = { choices: stageChoices(), isPossible: task.preset === "demo" };
  const selected = [...choices, ...(stages.isPossible ? stages.choices : [])].filter(({ key }) =>
    (search.encoders ?? usual).includes(key),
  );
  const directions = possible.filter((name) => (search.directions ?? possible).includes(name));
  const isRunning = state.runs.some(({ status }) => status === "running" || status === "waiting");
  const widths = offeredWidths(selected);
  const width = widths.find((offered) => offered === search.width);
  // Another choice is no longer what was run.
  const { run: wasRun, ...chosen } = search;
  const start = () => {
    const cut = selected.map((choice) => cutChoice(choice, width));
    void store.actions.start(cut, directions);
  };
  // Without queries classes can still be predicted.
  const isUseful = directions.length > 0 || possible.length === 0;
  const canRun = !models.isPending && !isRunning && selected.length > 0 && isUseful;
  const isReady = models.isSuccess && canRun;
  useStartOnce(wasRun === true && isReady && state.runs.length === 0, start);
  return (
    <Stack gap="md">
      {/* A choice made before the models are listed would leave them out. */}
      {models.isPending ? (
        <Skeleton height={120} />
      ) : (
        <EncoderPicker
          choices={choices}
          stages={stages}
          selected={selected.map(({ key }) => key)}
          onChange={(encoders) => onSearchChange({ ...chosen, encoders })}
          onAdd={(file) => void store.actions.addSystem(file)}
        />
      )}
      {state.importError !== undefined && <ErrorNotice error={state.importError} />}
      {models.isError && (
        <ErrorNotice
          item={t`Models`}
          error={models.error}
          actions={
            <Button
              size="compact-sm"
              variant="default"
              mt={4}
              onClick={() => void models.refetch()}
            >
              <Trans>Try again</Trans>
            </Button>
          }
        />
      )}
      <Checkbox.Group
        label={t`Directions`}
        value={[...directions]}
        onChange={(values) =>
          onSearchChange({
            ...chosen,
            directions: possible.filter((direction) => values.includes(direction)),
          })
        }
      >
        <Group gap="md" mt={4}>
          {possible.map((direction) => (
            <Checkbox
              key={direction}
              value={direction}
              label={DIRECTION_NAMES[direction]}
              title={t(DIRECTION_TEXTS[direction])}
            />
          ))}
        </Group>
      </Checkbox.Group>
      <Group align="end">
        {widths.length > 1 && (
          <NativeSelect
            label={t`Dimensions`}
            value={width ?? ""}
            onChange={({ currentTarget: { value } }) => {
              const { width: _width, ...rest } = chosen;
              onSearchChange(value === "" ? rest : { ...rest, width: Number(value) });
            }}
            data={[
              { value: "", label: t`All` },
              ...widths.map((offered) => ({ value: `${offered}`, label: `${offered}` })),
            ]}
          />
        )}
        <Button
          disabled={!canRun}
          onClick={() => {
            const encoders = selected.map(({ key }) => key);
            onSearchChange({ ...chosen, encoders, directions, run: true });
            start();
          }}
        >
          <Trans>Run</Trans>
        </Button>
      </Group>
      {state.runs.map((entry) => (
        <RunProgress key={entry.choice.key} entry={entry} store={store} isPaused={state.isPaused} />
      ))}
    </Stack>
  );
}
