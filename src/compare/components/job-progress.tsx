import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text } from "@mantine/core";
import { TaskProgress } from "@/shared/ui/task-progress";
import { jobProgress, type Job } from "../logic/job";
import { stepText } from "./step-texts";
import styles from "./compare-page.module.css";

function RunningJob({ job, onCancel }: { readonly job: Job; readonly onCancel: () => void }) {
  const { t } = useLingui();
  const running = job.pairs.find((pair) => pair.status === "running");
  const { done, total } = jobProgress(job);
  const step = running?.step;
  const text = t(stepText(step));
  const label = total > 1 ? t`Pair ${done + 1} of ${total}: ${text}` : text;
  return (
    <TaskProgress
      label={label}
      onCancel={onCancel}
      {...(step === undefined ? {} : { done: step.done, unit: step.unit })}
      {...(step?.total === undefined ? {} : { total: step.total })}
      {...(step?.remainingMs === undefined ? {} : { remainingMs: step.remainingMs })}
    />
  );
}

/** What is being computed, how far it is, and what waits behind it. */
export function JobProgress({
  job,
  queue,
  onCancel,
  onCancelQueued,
}: {
  readonly job: Job | undefined;
  readonly queue: readonly Job[];
  readonly onCancel: () => void;
  readonly onCancelQueued: (id: string) => void;
}) {
  const last = queue.at(-1);
  if (job?.status !== "running" && last === undefined) return null;
  return (
    <Stack gap="sm" className={styles["progress"]}>
      {job?.status === "running" && <RunningJob job={job} onCancel={onCancel} />}
      {last !== undefined && (
        <Text size="sm" c="dimmed">
          <Plural
            value={queue.length}
            one="# more comparison waits"
            other="# more comparisons wait"
          />{" "}
          <Button size="compact-xs" variant="subtle" onClick={() => onCancelQueued(last.id)}>
            <Trans>Take the last one back</Trans>
          </Button>
        </Text>
      )}
    </Stack>
  );
}
