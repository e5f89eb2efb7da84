/** Spread of repeated measurements. */

export interface LabelBenchOptions {
  readonly rounds: number;
  /** Takes each line as soon as it is known: a benchmark that is stopped keeps what it had. */
  readonly print: (line: string) => void;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Median with smallest and largest, in milliseconds. */
export function spread(values: readonly number[]): string {
  const at = (share: number) => quantile(values, share).toFixed(0);
  return `${at(0.5)} ms (${at(0)} to ${at(1)}, n = ${values.length})`;
}

export function line(name: string, value: string): string {
  return `  ${name.padEnd(44)} ${value}`;
}

/** Wall and processor milliseconds of one run: wall time alone means little on a busy machine. */
export async function timed<T>(
  run: () => T | Promise<T>,
): Promise<{ result: T; wall: number; cpu: number }> {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  return { result, wall: performance.now() - start, cpu: (user + system) / 1000 };
}
