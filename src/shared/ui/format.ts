/** Numbers as people read them, in the interface's language. All are pure. */

export function formatNumber(value: number, locale: string, digits = 0): string {
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    // A small negative number that rounds to nothing is 0.00, not -0.00.
    signDisplay: "negative",
  }).format(value);
}

/** A share in [0, 1] as a percentage. */
export function formatPercent(share: number, locale: string, digits = 0): string {
  return new Intl.NumberFormat(locale, {
    style: "percent",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Decimal byte units, as the browser's own storage pages show them. */
export function formatBytes(bytes: number, locale: string): string {
  let value = bytes;
  let index = 0;
  while (value >= 999.5 && index < BYTE_UNITS.length - 1) {
    value /= 1000;
    index++;
  }
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: BYTE_UNITS[index] ?? "byte",
    // The short form of a byte knows no plural.
    unitDisplay: index === 0 ? "long" : "short",
    maximumFractionDigits: value < 10 && index > 0 ? 1 : 0,
  }).format(value);
}

/** A duration in at most two units: `40 s`, `3 min 20 s`, `2 h 5 min`; below a second in ms. */
export function formatDuration(milliseconds: number, locale: string): string {
  const unit = (value: number, name: "millisecond" | "second" | "minute" | "hour", digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  if (milliseconds < 1000) return unit(Math.round(milliseconds), "millisecond");
  const seconds = milliseconds / 1000;
  if (seconds < 10) return unit(seconds, "second", 1);
  if (seconds < 60) return unit(Math.round(seconds), "second");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = Math.round(seconds - minutes * 60);
    return rest === 0
      ? unit(minutes, "minute")
      : `${unit(minutes, "minute")} ${unit(rest, "second")}`;
  }
  const hours = Math.floor(minutes / 60);
  return `${unit(hours, "hour")} ${unit(minutes - hours * 60, "minute")}`;
}

/** A date and time of day. */
export function formatDateTime(epochMs: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(
    epochMs,
  );
}
