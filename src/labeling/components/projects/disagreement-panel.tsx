import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NumberInput, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ModelSummary, StepProgress } from "@/inference/protocol/messages";
import { messageOf } from "@/shared/lib/errors";
import { formatNumber } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { TaskProgress } from "@/shared/ui/task-progress";
import { useTask } from "@/shared/ui/use-task";
import type { PairBuildInput } from "../../logic/build-pairs";
import {
  countDisagreements,
  couplesToRead,
  opinionsKey,
  type ModelOpinions,
} from "../../logic/model-opinions";
import { readOpinions, type OpinionsReport } from "../../queries/read-opinions";
import type { ProjectViewProps } from "../labeling-context";
import { useTextLanguage } from "../use-text-language";

const USUAL_COUNT = 40;
const MOST = 5000;

export interface DisagreementPanelProps extends ProjectViewProps {
  readonly selector: ModelSummary | undefined;
  readonly opinions: ModelOpinions | undefined;
  readonly scores: Readonly<Record<string, number>> | undefined;
  readonly input: PairBuildInput;
}

/** Lets the selector read couples in both orders, so that pairs can be built where models differ. */
export function DisagreementPanel(props: DisagreementPanelProps) {
  const { selector, opinions, scores, input, handle } = props;
  const { t, i18n } = useLingui();
  const { language } = useTextLanguage();
  const queryClient = useQueryClient();
  const [wanted, setWanted] = useState(USUAL_COUNT);
  const [report, setReport] = useState<OpinionsReport>();
  const task = useTask<StepProgress>();
  const number = (value: number) => formatNumber(value, i18n.locale);
  const counts = countDisagreements(opinions, scores);
  const couples = couplesToRead(input, wanted, opinions);

  function read(model: ModelSummary) {
    const key = opinionsKey(handle.store.getState().project.id);
    return task.run(async (signal, onProgress) => {
      const done = await readOpinions(
        { ...props, language, model, couples, known: opinions },
        signal,
        onProgress,
      );
      queryClient.setQueryData([key], { found: done.opinions });
      setReport(done);
    });
  }

  return (
    <section aria-label={t`What the models say`}>
      <Text size="sm">
        <Trans>
          The selector reads pairs in both display orders; a pair is built where the two orders name
          different creatives, or where the selector and the preference head do.
        </Trans>
      </Text>
      <Text size="sm" mt={4}>
        <Trans>
          {number(counts.read)} read; the orders differ on {number(counts.betweenOrders)}.
        </Trans>{" "}
        {scores === undefined ? (
          <Trans>
            There is no trained preference head to compare with (Settings, then Results).
          </Trans>
        ) : (
          <Trans>Selector and preference head differ on {number(counts.withHead)}.</Trans>
        )}
      </Text>
      {selector === undefined ? (
        <Notice tone="warn">
          <Trans>There is no selector on /models, so no more pairs can be read.</Trans>
        </Notice>
      ) : (
        <Group align="end" gap={12} mt="sm">
          <NumberInput
            label={t`Pairs to read`}
            w={140}
            min={1}
            max={MOST}
            value={wanted}
            disabled={task.isRunning}
            onChange={(value) => setWanted(Math.min(MOST, Math.max(1, Math.trunc(Number(value)))))}
          />
          <Button
            variant="default"
            disabled={task.isRunning || couples.length === 0}
            onClick={() => void read(selector)}
          >
            <Trans>
              Read {number(couples.length)} pairs with {selector.name}
            </Trans>
          </Button>
        </Group>
      )}
      {task.isRunning && (
        <TaskProgress
          label={t`The selector is reading pairs`}
          unit="items"
          done={task.progress?.done ?? 0}
          total={task.progress?.total ?? couples.length}
          {...(task.progress?.remainingMs === undefined
            ? {}
            : { remainingMs: task.progress.remainingMs })}
          onCancel={task.cancel}
        />
      )}
      {report !== undefined && report.failures > 0 && (
        <Notice tone="warn">
          <Trans>
            {number(report.failures)} pairs could not be read: {messageOf(report.firstFailure)}
          </Trans>
        </Notice>
      )}
      {task.error !== undefined && <ErrorNotice error={task.error} />}
    </section>
  );
}
