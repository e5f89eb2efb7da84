import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import type { Interval } from "@/domain/statistics/binomial";
import styles from "./benchmark.module.css";
import { formatRank } from "./measures";
import { useHoverOpen } from "./use-hover-open";

export interface FigureFacts {
  readonly definition: string;
  /** In symbols. */
  readonly formula?: string;
  readonly ties?: string;
  readonly candidates?: number;
  /** Queries left out: each reason with its number. */
  readonly skipped?: readonly string[];
  /** The command that repeats the figure. */
  readonly recipe?: string;
}

export interface FigureCellProps {
  /** In [0, 1], or a rank. */
  readonly value: number | null;
  /** None for a mean over figures that have their own. */
  readonly interval: Interval | null;
  readonly n: number;
  readonly isPartial?: boolean;
  readonly isBest?: boolean;
  /** A place, not a share: shown as it is, without a whisker. */
  readonly isRank?: boolean;
  readonly facts: FigureFacts;
}

function FactList({ range, facts }: { readonly range: string; readonly facts: FigureFacts }) {
  const { definition, formula, ties, candidates, skipped: left = [], recipe } = facts;
  return (
    <Stack gap={6}>
      <Text size="sm">{definition}</Text>
      {formula !== undefined && <code className={styles["formula"]}>{formula}</code>}
      <Text size="sm" className={styles["numbers"]}>
        {range}
      </Text>
      {candidates !== undefined && (
        <Text size="sm">
          <Trans>{candidates} candidates.</Trans>{" "}
          {left.length === 0 ? (
            <Trans>No query left out.</Trans>
          ) : (
            <Trans>Left out: {left.join("; ")}.</Trans>
          )}
        </Text>
      )}
      {ties !== undefined && (
        <Text size="sm" c="dimmed">
          {ties}
        </Text>
      )}
      {recipe !== undefined && (
        <CopyButton value={recipe}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" onClick={copy}>
              {copied ? <Trans>Copied</Trans> : <Trans>Copy recipe</Trans>}
            </Button>
          )}
        </CopyButton>
      )}
    </Stack>
  );
}

function Whisker({ value, interval }: { readonly value: number; readonly interval: Interval }) {
  const at = (share: number) => Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <line data-track x1="0" x2="100" y1="4" y2="4" />
      <line x1={at(interval.low)} x2={at(interval.high)} y1="4" y2="4" />
      <rect x={at(value) - 2} y="1" width="4" height="6" />
    </svg>
  );
}

/** A share in percent with its interval as a whisker; hollow while it is partial. */
export function FigureCell(props: FigureCellProps) {
  const { value, interval, n, isPartial = false, isBest = false, isRank = false, facts } = props;
  const { t } = useLingui();
  const { isOpen, press, close, pointer } = useHoverOpen();
  if (value === null) return <span className={styles["none"]}>–</span>;
  const show = (number: number) => (isRank ? formatRank(number) : (100 * number).toFixed(1));
  const spread =
    interval === null
      ? ""
      : isRank
        ? `${show(interval.low)}–${show(interval.high)}`
        : `±${show((interval.high - interval.low) / 2)}`;
  const range =
    interval === null
      ? t`n = ${n}`
      : t`95% interval ${show(interval.low)} to ${show(interval.high)}, n = ${n}`;
  return (
    <Popover width={340} withinPortal shadow="md" opened={isOpen} onDismiss={close}>
      <Popover.Target>
        <UnstyledButton
          className={styles["figure"]}
          data-partial={isPartial}
          data-best={isBest}
          aria-description={range}
          {...pointer}
          onClick={press}
        >
          <span>
            {show(value)} <small>{spread}</small>
          </span>
          {!isRank && interval !== null && <Whisker value={value} interval={interval} />}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown {...pointer}>
        <FactList range={range} facts={facts} />
      </Popover.Dropdown>
    </Popover>
  );
}
