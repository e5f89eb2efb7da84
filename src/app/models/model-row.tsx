import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Popover, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary, ResultOf, StepProgress } from "@/inference/protocol/messages";
import { formatBytes, formatNumber } from "@/shared/ui/format";
import { ErrorNotice, Notice } from "@/shared/ui/notice";
import { useTask } from "@/shared/ui/use-task";
import { StepProgressLine } from "./step-progress";
import styles from "./models-page.module.css";

type Measurement = ResultOf<"models/measure">;

/** What was measured on this device, in words. */
function MeasurementText({ value }: { readonly value: Measurement }) {
  const { i18n } = useLingui();
  const number = (x: number) => formatNumber(x, i18n.locale, x < 10 ? 2 : x < 100 ? 1 : 0);
  return (
    <Text size="sm">
      <Trans>On this device: {number(value.itemsPerSecond)} images per second</Trans>
      {value.tokensPerSecond !== undefined && (
        <>
          , <Trans>{number(value.tokensPerSecond)} tokens per second</Trans>
        </>
      )}
      {value.maxAbsError !== undefined && (
        <>
          ,{" "}
          <Trans>largest difference from the reference {value.maxAbsError.toExponential(1)}</Trans>
        </>
      )}
    </Text>
  );
}

function RemoveButton({
  name,
  onRemove,
}: {
  readonly name: string;
  readonly onRemove: () => void;
}) {
  const { t } = useLingui();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-label={t`Remove ${name}`}
          onClick={() => setOpen(!isOpen)}
        >
          <Trans>Remove</Trans>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb="sm">
          <Trans>The weights are deleted from this device.</Trans>
        </Text>
        <Button
          size="compact-sm"
          color="red"
          onClick={() => {
            setOpen(false);
            onRemove();
          }}
        >
          <Trans>Delete the weights</Trans>
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function ModelFacts({ model }: { readonly model: ModelSummary }) {
  const { i18n } = useLingui();
  return (
    <Text size="xs" c="dimmed" component="div">
      {model.id} · {model.revision} · {model.architecture} ·{" "}
      {formatBytes(model.sizeBytes, i18n.locale)}
      {model.licence !== undefined && <> · {model.licence}</>}
      {model.dimensions !== undefined && (
        <>
          {" "}
          · <Trans>{model.dimensions.join(", ")} dimensions</Trans>
        </>
      )}
    </Text>
  );
}

/** One model with what can be done with it. */
export function ModelRow({
  client,
  model,
  onCard,
}: {
  readonly client: InferenceClient;
  readonly model: ModelSummary;
  readonly onCard: () => void;
}) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const task = useTask<StepProgress>();
  const [measured, setMeasured] = useState<Measurement>();
  const [isInMemoryOnly, setInMemoryOnly] = useState(false);
  const ref = { id: model.id, revision: model.revision };

  const measure = () =>
    task.run(async (signal, onEvent) => {
      setMeasured(await client.call("models/measure", ref, { signal, onEvent }));
    });
  const load = () =>
    task.run(async (signal, onEvent) => {
      const loaded = await client.call("models/load", ref, { signal, onEvent });
      setInMemoryOnly(loaded.isInMemoryOnly === true);
      await queryClient.invalidateQueries({ queryKey: ["models", "list"] });
    });
  const remove = () =>
    task.run(async (signal) => {
      await client.call("models/remove", ref, { signal });
      await queryClient.invalidateQueries({ queryKey: ["models", "list"] });
    });

  return (
    <li className={styles["model"]}>
      <div className={styles["modelHead"]}>
        <div>
          <Group gap="sm">
            <Text fw={600}>{model.name}</Text>
            <Badge variant="light" color="gray" tt="none">
              {model.task === "selector" ? t`compares creatives` : t`encodes products`}
            </Badge>
            <Badge variant="outline" color="gray" tt="none">
              {model.source === "shipped" ? t`shipped` : t`your own`}
            </Badge>
          </Group>
          <ModelFacts model={model} />
        </div>
        <Group gap={4}>
          <Button size="compact-sm" variant="subtle" onClick={onCard}>
            <Trans>Card</Trans>
          </Button>
          {model.cached ? (
            <Text size="sm" c="dimmed" px="sm">
              <Trans>on this device</Trans>
            </Text>
          ) : (
            <Button
              size="compact-sm"
              variant="subtle"
              disabled={task.isRunning}
              onClick={() => void load()}
            >
              <Trans>Fetch</Trans>
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            disabled={task.isRunning}
            onClick={() => void measure()}
          >
            <Trans>Measure speed</Trans>
          </Button>
          {(model.source === "user" || model.cached) && (
            <RemoveButton name={model.name} onRemove={() => void remove()} />
          )}
        </Group>
      </div>
      {task.isRunning && <StepProgressLine progress={task.progress} onCancel={task.cancel} />}
      {task.error !== undefined && <ErrorNotice error={task.error} item={model.name} />}
      {isInMemoryOnly && (
        <Notice tone="warn">
          <Trans>
            There is no room for the weights on this device: they work until this tab closes, and
            must then be fetched again. Free space under Data.
          </Trans>
        </Notice>
      )}
      {measured !== undefined && !task.isRunning && <MeasurementText value={measured} />}
    </li>
  );
}
