import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useStore } from "zustand";
import type { StepProgress } from "@/inference/protocol/messages";
import { formatDateTime, formatNumber, formatPercent } from "@/shared/ui/format";
import { ErrorNotice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { parsePreferenceHead, preferenceKey } from "../../logic/preference-head";
import { trainPreferenceHead } from "../../queries/train-preference";
import type { ProjectViewProps } from "../labeling-context";

/** Trains a small head on this project's judgements and says how well it predicts held-out ones. */
export function PreferencePanel(props: ProjectViewProps) {
  const { handle, repository } = props;
  const { i18n, t } = useLingui();
  const project = useStore(handle.store, (state) => state.project);
  const queryClient = useQueryClient();
  const key = preferenceKey(project.id);
  const stored = useQuery({
    queryKey: [key],
    queryFn: async () => ({ head: parsePreferenceHead(await repository.setting(key)) }),
  });
  const [progress, setProgress] = useState<StepProgress>();
  const [isTraining, setTraining] = useState(false);
  const [error, setError] = useState<unknown>();
  const abort = useRef<AbortController>(undefined);
  if (!project.assist.preferenceHead) return null;

  async function train() {
    const controller = new AbortController();
    abort.current = controller;
    setTraining(true);
    setError(undefined);
    try {
      const head = await trainPreferenceHead(props, controller.signal, setProgress);
      await repository.saveSetting(key, head);
      queryClient.setQueryData([key], { head });
    } catch (reason) {
      if (!controller.signal.aborted) setError(reason);
    } finally {
      setTraining(false);
      setProgress(undefined);
    }
  }

  const head = stored.data?.head;
  return (
    <>
      <Title order={2}>
        <Trans>Preference head</Trans>
      </Title>
      {head === undefined ? (
        <Text c="dimmed">
          <Trans>
            Not trained yet. It learns from this project&apos;s judgements on frozen image features;
            judgements made with a suggestion in view are left out.
          </Trans>
        </Text>
      ) : (
        <Text>
          <Trans>
            Predicts {formatPercent(head.accuracy, i18n.locale, 1)} of{" "}
            {formatNumber(head.heldOutCount, i18n.locale)} held-out judgements (chance 50 %, log
            loss {formatNumber(head.logLoss, i18n.locale, 3)}); trained on{" "}
            {formatNumber(head.judgements, i18n.locale)} with {head.model},{" "}
            {formatDateTime(Date.parse(head.trainedAt), i18n.locale)}.
          </Trans>
        </Text>
      )}
      {isTraining && (
        <TaskProgress
          label={progress?.step === "train" ? t`Training the head` : t`Reading the image features`}
          unit="items"
          {...(progress === undefined
            ? {}
            : {
                done: progress.done,
                ...(progress.total === undefined ? {} : { total: progress.total }),
              })}
          onCancel={() => abort.current?.abort()}
        />
      )}
      {error !== undefined && <ErrorNotice error={error} />}
      <Group>
        <Button variant="default" disabled={isTraining} onClick={() => void train()}>
          <Trans>Train on this project&apos;s judgements</Trans>
        </Button>
      </Group>
    </>
  );
}
