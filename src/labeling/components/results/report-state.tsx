import { Trans } from "@lingui/react/macro";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import type { LiveReport } from "../../background/follow-report";
import styles from "./report-state.module.css";

/** One line above a report: whether it is still being brought up to date, or why it is not. */
export function ReportState({ live }: { readonly live: LiveReport<unknown> }) {
  if (live.error !== undefined) return <ErrorNotice error={live.error} />;
  if (live.report === undefined) {
    return <TaskProgress label={<Trans>Computing from the judgements</Trans>} />;
  }
  return (
    <output className={styles["state"]} data-updating={live.isUpdating}>
      {live.isUpdating ? <Trans>Updating</Trans> : <Trans>Up to date</Trans>}
    </output>
  );
}
