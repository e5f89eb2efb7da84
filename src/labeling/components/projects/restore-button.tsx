import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { messageOf } from "@/shared/lib/errors";
import { formatDateTime, formatNumber } from "@/shared/ui/format";
import { restoreFile, type Conflict, type RestoreReport } from "../../queries/restore-project";
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

/** Restores a project from a file, or merges it into the one that is here. */
export function RestoreButton({
  repository,
  blobs,
  onRestored,
}: Pick<WorkspaceProps, "repository" | "blobs"> & { readonly onRestored: () => void }) {
  const { t, i18n } = useLingui();
  const [isBusy, setBusy] = useState(false);

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
  async function restore(files: readonly File[]) {
    setBusy(true);
    for (const file of files) {
      try {
        const reports = await restoreFile(file, repository, blobs);
        for (const report of reports) {
          tell(reports.length === 1 ? file.name : `${file.name}: ${report.title}`, report);
        }
      } catch (error) {
        notifications.show({
          color: "red",
          autoClose: false,
          title: file.name,
          message: messageOf(error),
        });
      }
    }
    setBusy(false);
    onRestored();
  }

  return (
    <FileButton
      multiple
      accept=".jsonl,.zip"
      onChange={(files) => void restore(files)}
      inputProps={{ "aria-label": t`Files to restore or merge` }}
    >
      {(props) => (
        <Button {...props} variant="default" loading={isBusy}>
          <Trans>Restore or merge</Trans>
        </Button>
      )}
    </FileButton>
  );
}
