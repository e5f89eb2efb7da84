import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRef, useState } from "react";
import { messageOf } from "@/shared/lib/errors";
import { withTimeLeft, type StepProgress } from "@/shared/lib/time-left";
import { formatDateTime, formatNumber } from "@/shared/ui/format";
import { TaskProgress } from "@/shared/ui/task-progress";
import {
  restoreFile,
  type Conflict,
  type RestoreReport,
  type RestoreStep,
} from "../../queries/restore-project";
import type { WorkspaceProps } from "../labeling-context";

/** Conflicts named one by one, before a line says how many more there are. */
const NAMED = 5;

function ConflictList({
  conflicts,
  locale,
}: {
  readonly conflicts: readonly Conflict[];
  readonly locale: string;
}) {
  if (conflicts.length === 0) return null;
  return (
    <>
      <p>
        <Trans>The file tells these events otherwise; they stay as they are here:</Trans>
      </p>
      <ul>
        {conflicts.slice(0, NAMED).map(({ annotator, at, pair }, position) => (
          // Two conflicts can agree in all that is shown.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={position}>
            {annotator}, {formatDateTime(Date.parse(at), locale)}
            {pair === undefined ? "" : `, ${pair}`}
          </li>
        ))}
        {conflicts.length > NAMED && (
          <li>
            <Trans>and {formatNumber(conflicts.length - NAMED, locale)} more</Trans>
          </li>
        )}
      </ul>
    </>
  );
}

/** Restoring files one after another, and where it is. */
export interface Restoring {
  readonly isRunning: boolean;
  readonly progress: StepProgress<RestoreStep> | undefined;
  readonly restore: (files: readonly File[]) => Promise<void>;
  readonly cancel: () => void;
}

/** Restores projects from files, or merges them into those that are here. */
export function useRestore({
  repository,
  stored,
  clock,
  onRestored,
}: Pick<WorkspaceProps, "repository" | "stored" | "clock"> & {
  readonly onRestored: () => void;
}): Restoring {
  const { t, i18n } = useLingui();
  const [isRunning, setRunning] = useState(false);
  const [progress, setProgress] = useState<StepProgress<RestoreStep>>();
  const abort = useRef<AbortController>(undefined);

  function tell(title: string, report: RestoreReport) {
    const number = (value: number) => formatNumber(value, i18n.locale);
    const conflicts = report.conflicts.length;
    const problems =
      conflicts + report.issues.length === 0
        ? ""
        : t`${number(conflicts)} conflicts, ${number(report.issues.length)} broken lines.`;
    notifications.show({
      color: problems === "" ? "gray" : "orange",
      autoClose: problems === "" ? 6000 : false,
      title,
      message: (
        <>
          {t`${number(report.added)} events added, ${number(report.known)} known already.`}{" "}
          {problems} {report.issues[0]?.reason}
          <ConflictList conflicts={report.conflicts} locale={i18n.locale} />
        </>
      ),
    });
  }
  /** Restores one file and returns what says how that went. */
  async function one(file: File, signal: AbortSignal): Promise<() => void> {
    setProgress(undefined);
    try {
      const onProgress = withTimeLeft<RestoreStep>(() => clock.now(), setProgress);
      const reports = await stored.whileAdding(() =>
        restoreFile(file, repository, stored, { signal, onProgress }),
      );
      return () => {
        for (const report of reports) {
          tell(reports.length === 1 ? file.name : `${file.name}: ${report.title}`, report);
        }
      };
    } catch (error) {
      const wasCancelled = signal.aborted;
      return () =>
        notifications.show({
          color: wasCancelled ? "orange" : "red",
          autoClose: false,
          title: file.name,
          message: wasCancelled
            ? t`Cancelled. What was read by then is here; restoring the file again adds the rest.`
            : messageOf(error),
        });
    }
  }
  async function restore(files: readonly File[]) {
    const controller = new AbortController();
    abort.current = controller;
    setRunning(true);
    const outcomes: (() => void)[] = [];
    for (const file of files) {
      if (!controller.signal.aborted) outcomes.push(await one(file, controller.signal));
    }
    setRunning(false);
    onRestored();
    // Together at the end: a slow second file would outlast what is said of the first one.
    for (const tellOutcome of outcomes) tellOutcome();
  }

  return { isRunning, progress, restore, cancel: () => abort.current?.abort() };
}

/** Where the restoring is; nothing while there is none. */
export function RestoreProgress({ restoring }: { readonly restoring: Restoring }) {
  const { t } = useLingui();
  if (!restoring.isRunning) return null;
  const labels: Readonly<Record<RestoreStep, string>> = {
    read: t`Reading the log`,
    images: t`Looking for the images`,
    write: t`Adding the events`,
  };
  return (
    <TaskProgress
      label={labels[restoring.progress?.step ?? "read"]}
      unit="items"
      {...restoring.progress}
      onCancel={restoring.cancel}
    />
  );
}

/** Chooses files to restore or merge. */
export function RestoreButton({ restoring }: { readonly restoring: Restoring }) {
  const { t } = useLingui();
  return (
    <FileButton
      multiple
      accept=".jsonl,.zip"
      onChange={(files) => void restoring.restore(files)}
      inputProps={{ "aria-label": t`Files to restore or merge` }}
    >
      {(props) => (
        <Button {...props} variant="default" loading={restoring.isRunning}>
          <Trans>Restore or merge</Trans>
        </Button>
      )}
    </FileButton>
  );
}
