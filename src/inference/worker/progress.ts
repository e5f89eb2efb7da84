import type { Clock } from "@/shared/lib/ports";
import type { StepProgress } from "../protocol/messages";

/** More often than this a bar does not need to move. */
const MIN_INTERVAL_MS = 100;

/** Reports one step's progress, with the remaining time from its average speed so far. */
export function createProgress(
  step: StepProgress["step"],
  unit: StepProgress["unit"],
  clock: Clock,
  emit: (progress: StepProgress) => void,
): (done: number, total?: number) => void {
  const startedAt = clock.now();
  let startedWith: number | undefined;
  let lastAt = -Infinity;
  return (done, total) => {
    const now = clock.now();
    startedWith ??= done;
    if (now - lastAt < MIN_INTERVAL_MS && done !== total) return;
    lastAt = now;
    const covered = done - startedWith;
    const remainingMs =
      total !== undefined && covered > 0
        ? Math.round(((now - startedAt) / covered) * (total - done))
        : undefined;
    emit({
      step,
      unit,
      done,
      ...(total === undefined ? {} : { total }),
      ...(remainingMs === undefined ? {} : { remainingMs }),
    });
  };
}
