import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Progress } from "@mantine/core";
import type { ReactNode } from "react";
import { formatBytes, formatDuration, formatNumber } from "./format";
import styles from "./states.module.css";

export interface TaskProgressProps {
  /** What is happening, e.g. "Reading the images". */
  readonly label: ReactNode;
  readonly done?: number;
  readonly total?: number;
  readonly unit?: "bytes" | "items" | "tokens" | "steps";
  readonly remainingMs?: number;
  readonly onCancel?: () => void;
}

function countText(props: TaskProgressProps, locale: string): string | undefined {
  const { done, total, unit } = props;
  if (done === undefined) return undefined;
  const show = (value: number) =>
    unit === "bytes" ? formatBytes(value, locale) : formatNumber(value, locale);
  return total === undefined ? show(done) : `${show(done)} / ${show(total)}`;
}

/** What is happening, how much of how much, the time left, and Cancel. */
export function TaskProgress(props: TaskProgressProps) {
  const { i18n, t } = useLingui();
  const { label, done, total, remainingMs, onCancel } = props;
  const share = done === undefined || total === undefined || total <= 0 ? undefined : done / total;
  const count = countText(props, i18n.locale);
  return (
    <div className={styles["progress"]}>
      <output className={styles["progressText"]}>
        {label}
        <span className={styles["progressCount"]}>
          {count !== undefined && <> · {count}</>}
          {remainingMs !== undefined && remainingMs >= 1000 && (
            <> · {t`${formatDuration(remainingMs, i18n.locale)} left`}</>
          )}
        </span>
      </output>
      {onCancel !== undefined && (
        <Button size="compact-sm" variant="default" onClick={onCancel}>
          <Trans>Cancel</Trans>
        </Button>
      )}
      <Progress
        className={styles["progressBar"]}
        size="sm"
        value={share === undefined ? 100 : Math.min(100, share * 100)}
        animated={share === undefined}
        aria-label={typeof label === "string" ? label : t`Progress`}
      />
    </div>
  );
}
