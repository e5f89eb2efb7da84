import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { PRESETS, SPLITS, type Preset, type Split } from "@/domain/benchmark/task";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { BenchState, BenchStore } from "../store/bench-store";
import { MappingForm } from "./mapping-form";

const SHOWN_PROBLEMS = 20;

function ImportForm({ store }: { readonly store: BenchStore }) {
  const { t } = useLingui();
  const [preset, setPreset] = useState<Preset>("custom");
  const [split, setSplit] = useState<Split>("all");
  const [files, setFiles] = useState<readonly File[]>([]);
  const names: Readonly<Record<Preset, string>> = {
    demo: t`Demo catalogue`,
    grocery: t`Grocery Store Dataset`,
    luma: t`Luma catalogue`,
    mbe: t`MBE rows`,
    fashion200k: t`Fashion200K (M-BEIR)`,
    custom: t`Own tables (JSONL, CSV, Parquet)`,
  };
  const isSplit = preset === "grocery" || preset === "luma";
  const open = (chosen: readonly File[]) => {
    setFiles(chosen);
    if (preset !== "custom") void store.actions.openFiles(chosen, { preset, split });
  };
  return (
    <Stack gap="xs" align="stretch">
      <Group gap="xs" align="end">
        <NativeSelect
          label={t`Kind of data set`}
          value={preset}
          onChange={(event) => setPreset(event.currentTarget.value as Preset)}
          data={PRESETS.map((value) => ({ value, label: names[value] }))}
        />
        {isSplit && (
          <NativeSelect
            label={t`Split`}
            value={split}
            onChange={(event) => setSplit(event.currentTarget.value as Split)}
            data={SPLITS.map((value) => value)}
          />
        )}
        <FileButton multiple onChange={open} inputProps={{ webkitdirectory: "" } as object}>
          {(props) => (
            <Button variant="default" {...props}>
              <Trans>Choose a folder</Trans>
            </Button>
          )}
        </FileButton>
        <FileButton multiple onChange={open}>
          {(props) => (
            <Button variant="default" {...props}>
              <Trans>Choose files or a zip</Trans>
            </Button>
          )}
        </FileButton>
      </Group>
      {preset === "custom" && files.length > 0 && (
        <MappingForm
          files={files}
          onOpen={(mapping) => void store.actions.openFiles(files, { preset, split, mapping })}
        />
      )}
    </Stack>
  );
}

/** What is loaded, its size and its bad rows; or how to load something. */
export function DataPanel({
  store,
  state,
  language,
}: {
  readonly store: BenchStore;
  readonly state: BenchState;
  readonly language: "en" | "zh";
}) {
  const { t } = useLingui();
  const { dataSet, opening, openError } = state;
  if (opening) return <TaskProgress label={t`Reading the data set`} />;
  const demo = (
    <Button onClick={() => void store.actions.openDemo(language)}>
      <Trans>Open the demo catalogue</Trans>
    </Button>
  );
  const failure = openError === undefined ? null : <ErrorNotice error={openError} />;
  if (dataSet === undefined) {
    return (
      <EmptyState title={<Trans>Choose a data set</Trans>} actions={demo}>
        <Trans>
          Queries, candidates and which belong together. Everything is read and encoded in this tab;
          nothing is sent anywhere.
        </Trans>
        <Stack mt="md">
          {failure}
          <ImportForm store={store} />
        </Stack>
      </EmptyState>
    );
  }
  const { task } = dataSet;
  const [queries, candidates] = [task.queries.length, task.candidates.length];
  const count = task.problems.length;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Text fw={600}>{task.name}</Text>
        <Text c="dimmed" size="sm">
          <Trans>
            {queries} queries, {candidates} candidates
          </Trans>
        </Text>
      </Group>
      <Text c="dimmed" size="sm">
        {task.relevance}
      </Text>
      {count > 0 && (
        <Notice tone="warn">
          <details>
            <summary>
              <Trans>{count} problems in rows; the other rows are used</Trans>
            </summary>
            <ul>
              {task.problems.slice(0, SHOWN_PROBLEMS).map(({ file, row, column, reason }, i) => (
                <li key={i}>
                  {file}:{row} {column}: {reason}
                </li>
              ))}
            </ul>
          </details>
        </Notice>
      )}
      <details>
        <summary>
          <Trans>Another data set</Trans>
        </summary>
        <Stack mt="xs" gap="xs" align="flex-start">
          {failure}
          {demo}
          <ImportForm store={store} />
        </Stack>
      </details>
    </Stack>
  );
}
