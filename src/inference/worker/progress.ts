import type { Clock } from "@/shared/lib/ports";
import { createStepMeter } from "@/shared/lib/time-left";
import type { StepProgress } from "../protocol/messages";

/** Reports one step's progress, with the time left. */
export function createProgress(
  step: StepProgress["step"],
  unit: StepProgress["unit"],
  clock: Clock,
  emit: (progress: StepProgress) => void,
): (done: number, total?: number, failedAttempts?: number) => void {
  const meter = createStepMeter(() => clock.now());
  return (done, total, failedAttempts) => {
    if (failedAttempts !== undefined) {
      emit({ step, unit, done, ...(total === undefined ? {} : { total }), failedAttempts });
      return;
    }
    const report = meter(done, total);
    if (report !== undefined) emit({ step, unit, ...report });
  };
}
