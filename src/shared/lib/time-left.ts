/** How far a long task is, with an estimate of the time left. */
export interface StepProgress<S extends string = string> {
  readonly step: S;
  readonly done: number;
  /** Absent while nobody knows how much there is. */
  readonly total?: number;
  /** At the average speed since the step began; absent while that says little. */
  readonly remainingMs?: number;
}

/** Time that a step must have taken before its speed says something. */
const ENOUGH_MS = 500;

/** Reports come at most this often: drawing each of them would take longer than the work. */
const TELL_EVERY_MS = 100;

/** A report of one step's progress, or undefined when it is too early for another one. */
export type StepMeter = (done: number, total?: number) => Omit<StepProgress, "step"> | undefined;

/** Counts the speed of one step from its first report on; the first and the last are always told. */
export function createStepMeter(now: () => number): StepMeter {
  let start: number | undefined;
  let first = 0;
  let told = -Infinity;
  return (done, total) => {
    const time = now();
    if (start === undefined) [start, first] = [time, done];
    if (time - told < TELL_EVERY_MS && done !== total) return undefined;
    told = time;
    if (total === undefined) return { done };
    const spent = time - start;
    if (spent < ENOUGH_MS || done <= first || done > total) return { done, total };
    return { done, total, remainingMs: Math.round((spent / (done - first)) * (total - done)) };
  };
}

/** Adds the time left to reports of progress. The speed is counted anew for each step. */
export function withTimeLeft<S extends string>(
  now: () => number,
  tell: (progress: StepProgress<S>) => void,
): (step: S, done: number, total?: number) => void {
  let current: S | undefined;
  let last = 0;
  let meter = createStepMeter(now);
  return (step, done, total) => {
    if (step !== current || done < last) meter = createStepMeter(now);
    [current, last] = [step, done];
    const report = meter(done, total);
    if (report !== undefined) tell({ step, ...report });
  };
}
