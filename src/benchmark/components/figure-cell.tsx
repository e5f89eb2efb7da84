import { useLingui } from "@lingui/react/macro";
import { Tooltip, UnstyledButton } from "@mantine/core";
import type { Interval } from "@/domain/statistics/binomial";
import styles from "./benchmark.module.css";

export interface FigureCellProps {
  /** In [0, 1]. */
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly n: number;
  readonly isPartial?: boolean;
  readonly isBest?: boolean;
  /** Definition, tie rule, counts: shown on hover and focus. */
  readonly definition: string;
}

/** A share in percent with its interval as a whisker; hollow while it is partial. */
export function FigureCell(props: FigureCellProps) {
  const { value, interval, n, isPartial = false, isBest = false, definition } = props;
  const { t } = useLingui();
  if (value === null || interval === null) return <span className={styles["none"]}>–</span>;
  const percent = (share: number) => (100 * share).toFixed(1);
  const half = percent((interval.high - interval.low) / 2);
  const at = (share: number) => Math.max(0, Math.min(1, share)) * 100;
  const range = t`95% interval ${percent(interval.low)} to ${percent(interval.high)}, n = ${n}`;
  return (
    <Tooltip
      label={`${definition} ${range}`}
      multiline
      w={320}
      events={{ hover: true, focus: true, touch: true }}
    >
      <UnstyledButton
        className={styles["figure"]}
        data-partial={isPartial}
        data-best={isBest}
        aria-description={`${definition} ${range}`}
      >
        <span>
          {percent(value)} <small>±{half}</small>
        </span>
        <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <line x1={at(interval.low)} x2={at(interval.high)} y1="4" y2="4" />
          <rect x={at(value) - 2} y="1" width="4" height="6" />
        </svg>
      </UnstyledButton>
    </Tooltip>
  );
}
