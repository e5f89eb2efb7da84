/** How far a long task is, with an estimate of the time left. */
export interface StepProgress<S extends string = string> {
  readonly step: S;
  readonly done: number;
  readonly total: number;
  /** At the average speed since the step began; absent while that says little. */
  readonly remainingMs?: number;
}

/** Time that a step must have taken before its speed says something. */
const ENOUGH_MS = 500;

/** Reports come at most this often: drawing each of them would take longer than the work. */
const TELL_EVERY_MS = 100;

/** Adds the time left to reports of progress. The speed is counted anew for each step. */
export function withTimeLeft<S extends string>(
  now: () => number,
  tell: (progress: StepProgress<S>) => void,
): (step: S, done: number, total: number) => void {
  let current: S | undefined;
  let start = 0;
  let first = 0;
  let told = 0;
  return (step, done, total) => {
    const time = now();
    const isNew = step !== current || done < first;
    if (isNew) [current, start, first] = [step, time, done];
    else if (time - told < TELL_EVERY_MS && done < total) return;
    told = time;
    const spent = time - start;
    const isKnown = spent >= ENOUGH_MS && done > first && done <= total;
    const remaining = (spent / (done - first)) * (total - done);
    tell({ step, done, total, ...(isKnown ? { remainingMs: remaining } : {}) });
  };
}
