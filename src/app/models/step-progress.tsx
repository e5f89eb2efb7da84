import { useLingui } from "@lingui/react/macro";
import type { StepProgress } from "@/inference/protocol/messages";
import { TaskProgress } from "@/shared/ui/task-progress";

/** The worker's progress under a label of its own. */
export function StepProgressLine({
  label,
  progress,
  onCancel,
}: {
  readonly label?: string;
  readonly progress: StepProgress | undefined;
  readonly onCancel: () => void;
}) {
  const { t } = useLingui();
  const texts: Partial<Record<StepProgress["step"], string>> = {
    download: t`Fetching the model`,
    load: t`Loading the model`,
    compile: t`Preparing the engine`,
    encode: t`Encoding`,
    generate: t`Generating`,
  };
  const isBroken = progress?.failedAttempts !== undefined;
  const text = isBroken
    ? t`The model cannot be reached; trying again`
    : (label ?? (progress === undefined ? undefined : texts[progress.step]) ?? t`Starting`);
  return (
    <TaskProgress
      label={text}
      onCancel={onCancel}
      {...(progress === undefined ? {} : { done: progress.done, unit: progress.unit })}
      {...(progress?.total === undefined ? {} : { total: progress.total })}
      {...(progress?.remainingMs === undefined ? {} : { remainingMs: progress.remainingMs })}
    />
  );
}
