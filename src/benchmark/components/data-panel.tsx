import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { PRESETS, SPLITS, type Preset, type Split } from "@/domain/benchmark/task";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { BenchState, BenchStore } from "../store/bench-store";
import { MappingForm } from "./mapping-form";
import { StartPanel } from "./start-panel";
import styles from "./start-panel.module.css";
import { RELEVANCE_TEXTS, TASK_NAMES } from "./texts";

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
      <div className={styles["form"]}>
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
      </div>
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
      <StartPanel
        title={<Trans>See what an encoder finds, and whether another one is better</Trans>}
        actions={demo}
        below={
          <>
            <h2>
              <Trans>Your own data set</Trans>
            </h2>
            <p>
              <Trans>
                A folder, a zip, or tables in JSONL, CSV or Parquet with their images. Pictures that
                a table names by a web address are fetched from there. Rows that do not fit are
                listed and left out.
              </Trans>
            </p>
            <ImportForm store={store} />
          </>
        }
        notices={failure}
      >
        <Trans>
          The demo catalogue has 640 drawn products with queries by words and by picture. Everything
          is read and encoded in this tab; nothing is sent anywhere.
        </Trans>
      </StartPanel>
    );
  }
  const { task } = dataSet;
  const [queries, candidates] = [task.queries.length, task.candidates.length];
  const count = task.problems.length;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Text fw={600}>{t(TASK_NAMES[task.preset])}</Text>
        <Text c="dimmed" size="sm">
          <Trans>
            {queries} queries, {candidates} candidates
          </Trans>
        </Text>
      </Group>
      <Text c="dimmed" size="sm">
        {t(RELEVANCE_TEXTS[task.preset])}
      </Text>
      {count > 0 && (
        <Notice tone="warn">
          <details>
            <summary>
              <Plural
                value={count}
                one="# row was left out; the other rows are used"
                other="# rows were left out; the other rows are used"
              />
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
        <Stack mt="xs" gap="sm">
          {failure}
          <Group>{demo}</Group>
          <ImportForm store={store} />
        </Stack>
      </details>
    </Stack>
  );
}
