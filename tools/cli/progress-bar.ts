import type { Writable } from "node:stream";
import type { Clock } from "@/shared/lib/ports";

export interface ProgressBar {
  update(done: number, total: number): void;
  /** Clears the line, so that other output does not stand behind it. */
  clear(): void;
}

const WIDTH = 24;
const TERMINAL_INTERVAL_MS = 100;
/** In a log file a line now and then is enough. */
const LOG_INTERVAL_MS = 30_000;

/** 75 → "1:15"; 3675 → "1:01:15". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts as [number, number, number];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, "0")}:${String(rest).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/**
 * Progress on stderr: a bar that redraws itself on a terminal, otherwise a line every half minute.
 *
 * @param startedWith - items that an earlier run did; they do not count for the speed.
 */
export function createProgressBar(
  stderr: Writable & { readonly isTTY?: boolean },
  label: string,
  clock: Clock,
  startedWith = 0,
): ProgressBar {
  const startedAt = clock.now();
  let lastAt = -Infinity;
  let isShown = false;
  return {
    update(done, total) {
      const now = clock.now();
      const interval = stderr.isTTY === true ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS;
      if (now - lastAt < interval && done < total) return;
      lastAt = now;
      const seconds = (now - startedAt) / 1000;
      const speed = seconds > 0 ? (done - startedWith) / seconds : 0;
      const left = speed > 0 ? `, ${formatDuration((total - done) / speed)} left` : "";
      const share = total === 0 ? 1 : done / total;
      const text = `${label} ${Math.floor(share * 100)} % ${done}/${total} ${speed.toFixed(1)}/s${left}`;
      if (stderr.isTTY === true) {
        const filled = Math.round(share * WIDTH);
        const bar = "=".repeat(filled).padEnd(WIDTH);
        stderr.write(`\r\u001B[K[${bar}] ${text}`);
        isShown = true;
      } else {
        stderr.write(`${text}\n`);
      }
    },
    clear() {
      if (isShown) stderr.write("\r\u001B[K");
      isShown = false;
    },
  };
}
