import { useLingui } from "@lingui/react/macro";
import { Tooltip } from "@mantine/core";
import { formatNumber } from "./format";

/** A figure with its doubt: `63.1 ± 1.2`, and n on hover or focus. */
export function Confidence({
  value,
  halfWidth,
  count,
  digits = 1,
  suffix = "",
}: {
  readonly value: number;
  readonly halfWidth?: number;
  readonly count?: number;
  readonly digits?: number;
  readonly suffix?: string;
}) {
  const { i18n, t } = useLingui();
  const text =
    formatNumber(value, i18n.locale, digits) +
    (halfWidth === undefined ? "" : ` ± ${formatNumber(halfWidth, i18n.locale, digits)}`) +
    suffix;
  if (count === undefined) return <span className="tabular">{text}</span>;
  return (
    <Tooltip label={t`n = ${formatNumber(count, i18n.locale)}, 95% interval`}>
      {/* Focusable, so that the keyboard reaches the tooltip as the pointer does. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <span className="tabular" tabIndex={0}>
        {text}
      </span>
    </Tooltip>
  );
}
