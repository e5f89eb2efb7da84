import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Popover, Stack, Text, UnstyledButton } from "@mantine/core";
import type { Interval } from "@/domain/statistics/binomial";
import styles from "./benchmark.module.css";
import { useHoverOpen } from "./use-hover-open";

export interface FigureFacts {
  readonly definition: string;
  /** In symbols. */
  readonly formula?: string;
  readonly ties?: string;
  readonly candidates?: number;
  /** Queries left out, by reason. */
  readonly skipped?: Readonly<Record<string, number>>;
  /** The command that repeats the figure. */
  readonly recipe?: string;
}

export interface FigureCellProps {
  /** In [0, 1]. */
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly n: number;
  readonly isPartial?: boolean;
  readonly isBest?: boolean;
  readonly facts: FigureFacts;
}

function FactList({ range, facts }: { readonly range: string; readonly facts: FigureFacts }) {
  const { definition, formula, ties, candidates, skipped = {}, recipe } = facts;
  const left = Object.entries(skipped).map(([reason, count]) => `${reason}: ${count}`);
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

/** A share in percent with its interval as a whisker; hollow while it is partial. */
export function FigureCell(props: FigureCellProps) {
  const { value, interval, n, isPartial = false, isBest = false, facts } = props;
  const { t } = useLingui();
  const { isOpen, setOpen, pointer } = useHoverOpen();
  if (value === null || interval === null) return <span className={styles["none"]}>–</span>;
  const percent = (share: number) => (100 * share).toFixed(1);
  const half = percent((interval.high - interval.low) / 2);
  const at = (share: number) => Math.max(0, Math.min(1, share)) * 100;
  const range = t`95% interval ${percent(interval.low)} to ${percent(interval.high)}, n = ${n}`;
  return (
    <Popover width={340} withinPortal shadow="md" opened={isOpen} onChange={setOpen}>
      <Popover.Target>
        <UnstyledButton
          className={styles["figure"]}
          data-partial={isPartial}
          data-best={isBest}
          aria-description={range}
          {...pointer}
          onClick={() => setOpen(!isOpen)}
        >
          <span>
            {percent(value)} <small>±{half}</small>
          </span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <line data-track x1="0" x2="100" y1="4" y2="4" />
            <line x1={at(interval.low)} x2={at(interval.high)} y1="4" y2="4" />
            <rect x={at(value) - 2} y="1" width="4" height="6" />
          </svg>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown {...pointer}>
        <FactList range={range} facts={facts} />
      </Popover.Dropdown>
    </Popover>
  );
}
