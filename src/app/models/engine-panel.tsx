import { Trans, useLingui } from "@lingui/react/macro";
import { Badge, Button, Group, Radio, Skeleton, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { EngineCheck, EngineId, EngineStatus } from "@/inference/protocol/messages";
import { ErrorState } from "@/shared/ui/error-state";
import { formatBytes, formatDateTime, formatDuration, formatNumber } from "@/shared/ui/format";
import { ErrorNotice } from "@/shared/ui/notice";
import { ENGINE_NAMES } from "./engine-names";
import { engineReason, softwareReason } from "./engine-reason";
import { engineStatusQuery } from "./queries";
import styles from "./models-page.module.css";

function Checks({ check }: { readonly check: EngineCheck }) {
  const { i18n } = useLingui();
  if (check.checks.length === 0) return null;
  const passed = check.checks.filter((item) => item.passed).length;
  return (
    <details className={styles["checks"]}>
      <summary>
        <Trans>
          {passed} of {check.checks.length} checks passed in{" "}
          {formatDuration(check.durationMs, i18n.locale)}
        </Trans>
      </summary>
      <Table verticalSpacing={2}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Operation</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Result</Trans>
            </Table.Th>
            <Table.Th>
              <Trans>Largest error</Trans>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {check.checks.map((item) => (
            <Table.Tr key={item.name}>
              <Table.Td>{item.name}</Table.Td>
              <Table.Td>{item.passed ? <Trans>passed</Trans> : <Trans>failed</Trans>}</Table.Td>
              <Table.Td>{item.maxAbsError.toExponential(1)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </details>
  );
}

function EngineItem({
  check,
  status,
}: {
  readonly check: EngineCheck;
  readonly status: EngineStatus;
}) {
  const { t, i18n } = useLingui();
  const isActive = status.active === check.engine;
  const { testedAt } = check;
  const passed =
    testedAt === undefined
      ? t`Passed the self-test`
      : t`Passed the self-test on ${formatDateTime(testedAt, i18n.locale)}; not repeated at this start`;
  const adapter = status.softwareAdapters[check.engine];
  return (
    <div className={styles["engine"]}>
      <Radio
        value={check.engine}
        disabled={!check.usable}
        label={
          <Group gap="sm" component="span">
            {t(ENGINE_NAMES[check.engine])}
            {isActive && (
              <Badge variant="light" tt="none">
                <Trans>in use</Trans>
              </Badge>
            )}
          </Group>
        }
        description={
          <>
            {check.usable ? passed : engineReason(check, i18n)}
            {adapter !== undefined && (
              <>
                <br />
                {softwareReason(adapter, i18n)}
              </>
            )}
          </>
        }
      />
      <Checks check={check} />
    </div>
  );
}

/** An engine that was not needed so far: it can be tested, or chosen, which tests it first. */
function UntestedItem({
  engine,
  softwareAdapter,
  isTesting,
  onTest,
}: {
  readonly engine: EngineId;
  readonly softwareAdapter: string | undefined;
  readonly isTesting: boolean;
  readonly onTest: () => void;
}) {
  const { t, i18n } = useLingui();
  const name = t(ENGINE_NAMES[engine]);
  const why =
    softwareAdapter === undefined
      ? t`Not tested: a better engine works`
      : softwareReason(softwareAdapter, i18n);
  return (
    <Group className={styles["engine"]} justify="space-between">
      <Radio value={engine} label={name} description={why} />
      <Button
        size="compact-sm"
        variant="default"
        loading={isTesting}
        aria-label={t`Test ${name}`}
        onClick={onTest}
      >
        <Trans>Test</Trans>
      </Button>
    </Group>
  );
}

function MemoryLine({ status }: { readonly status: EngineStatus }) {
  const { i18n } = useLingui();
  const { memory, deviceRebuilds, adapter } = status;
  const number = (value: number) => formatNumber(value, i18n.locale);
  return (
    <Text size="xs" c="dimmed">
      {adapter !== undefined && <>{adapter.description} · </>}
      <Trans>
        {number(memory.tensors)} tensors, {number(memory.gpuBuffers)} GPU buffers,{" "}
        {formatBytes(memory.bytes, i18n.locale)} in use
      </Trans>{" "}
      · <Trans>device rebuilt {number(deviceRebuilds)} times</Trans>
    </Text>
  );
}

/** The device self-test, engine by engine, and the choice by hand. */
export function EnginePanel({ client }: { readonly client: InferenceClient }) {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const query = engineStatusQuery(client);
  // Memory and rebuilds change while other pages work; asking again tests nothing anew.
  const status = useQuery({ ...query, refetchOnMount: "always" });
  const select = useMutation({
    mutationFn: (engine: EngineId | "auto") => client.call("engine/select", { engine }),
    onSuccess: (next) => queryClient.setQueryData(query.queryKey, next),
  });
  const test = useMutation({
    mutationFn: async (engines: readonly EngineId[]) => {
      for (const engine of engines) {
        const next = await client.call("engine/test", { engine });
        queryClient.setQueryData(query.queryKey, next);
      }
    },
  });
  const tested = (status.data?.engines ?? [])
    .map(({ engine }) => engine)
    .filter((engine) => engine !== "ort-node");
  const chosen = status.data?.chosenBy === "user" ? (status.data.active ?? "auto") : "auto";
  return (
    <section className={styles["panel"]}>
      <Group justify="space-between">
        <Title order={2} size="h3">
          <Trans>Engine on this device</Trans>
        </Title>
        <Button
          size="compact-sm"
          variant="subtle"
          loading={status.isPending || test.isPending}
          onClick={() => test.mutate(tested)}
        >
          <Trans>Test again</Trans>
        </Button>
      </Group>
      <Text size="sm" c="dimmed">
        <Trans>
          Each engine computes small operations with known results. One that errs or deviates is
          skipped, whatever the browser calls itself. What passed is tested again after a week, and
          when Perigee, the browser or the graphics adapter changes.
        </Trans>
      </Text>
      {status.isPending && (
        <output aria-busy aria-label={t`Testing the device`}>
          <Skeleton height={120} />
        </output>
      )}
      {status.isError && <ErrorState error={status.error} onRetry={() => void status.refetch()} />}
      {status.data !== undefined && (
        <>
          <Radio.Group
            label={t`Engine`}
            labelProps={{ className: "visually-hidden" }}
            value={select.isPending ? select.variables : chosen}
            onChange={(value) => select.mutate(value as EngineId | "auto")}
          >
            <div className={styles["engines"]}>
              <div className={styles["engine"]}>
                <Radio
                  value="auto"
                  label={t`Automatic`}
                  description={t`The best engine that passes the self-test`}
                />
              </div>
              {status.data.engines
                .filter(({ engine }) => engine !== "ort-node")
                .map((check) => (
                  <EngineItem key={check.engine} check={check} status={status.data} />
                ))}
              {status.data.untested.map((engine) => (
                <UntestedItem
                  key={engine}
                  engine={engine}
                  softwareAdapter={status.data.softwareAdapters[engine]}
                  isTesting={test.isPending && test.variables.includes(engine)}
                  onTest={() => test.mutate([engine])}
                />
              ))}
            </div>
          </Radio.Group>
          {select.isError && <ErrorNotice error={select.error} />}
          {test.isError && <ErrorNotice error={test.error} />}
          <MemoryLine status={status.data} />
        </>
      )}
    </section>
  );
}
