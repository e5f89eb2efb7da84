import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Popover, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { EngineStatus } from "@/inference/protocol/messages";
import { messageOf } from "@/shared/lib/errors";
import { ENGINE_NAMES } from "../models/engine-names";
import { engineReason, softwareReason } from "../models/engine-reason";
import { engineStatusQuery } from "../models/queries";
import styles from "./shell.module.css";

function stateOf(status: EngineStatus | undefined): "good" | "slow" | "none" | "unknown" {
  if (status === undefined) return "unknown";
  if (status.active === undefined) return "none";
  const isGpu = status.active === "webgpu" && status.softwareAdapters.webgpu === undefined;
  return isGpu ? "good" : "slow";
}

function Why({ status }: { readonly status: EngineStatus }) {
  const { t, i18n } = useLingui();
  const software = status.softwareAdapters.webgpu;
  return (
    <Stack gap={6}>
      <Text size="sm" fw={600}>
        {status.active === undefined ? (
          <Trans>No engine works in this browser</Trans>
        ) : status.chosenBy === "user" ? (
          <Trans>You chose {t(ENGINE_NAMES[status.active])}</Trans>
        ) : (
          <Trans>The self-test chose {t(ENGINE_NAMES[status.active])}</Trans>
        )}
      </Text>
      {status.adapter !== undefined && (
        <Text size="sm" c="dimmed">
          {status.adapter.description}
        </Text>
      )}
      {status.engines
        .filter((check) => !check.usable)
        .map((check) => (
          <Text size="sm" key={check.engine}>
            {t(ENGINE_NAMES[check.engine])}: {engineReason(check, i18n)}
          </Text>
        ))}
      {software !== undefined && (
        <Text size="sm">
          {t(ENGINE_NAMES.webgpu)}: {softwareReason(software, i18n)}
        </Text>
      )}
    </Stack>
  );
}

/** The engine in use; a click says why. */
export function DeviceBadge({ client }: { readonly client: InferenceClient }) {
  const { t } = useLingui();
  const status = useQuery(engineStatusQuery(client));
  const active = status.data?.active;
  const name = status.isPending
    ? t`Testing the device`
    : active === undefined
      ? t`No engine`
      : t(ENGINE_NAMES[active]);
  return (
    <Popover position="bottom-end" width={320} withArrow trapFocus>
      <Popover.Target>
        <Button
          className={styles["badge"]}
          variant="subtle"
          color="gray"
          size="compact-md"
          leftSection={<span className={styles["dot"]} data-state={stateOf(status.data)} />}
          aria-label={t`Device: ${name}`}
        >
          {name}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          {status.data !== undefined && <Why status={status.data} />}
          {status.isPending && (
            <Text size="sm">
              <Trans>Each engine computes a few small operations with known results.</Trans>
            </Text>
          )}
          {status.isError && <Text size="sm">{messageOf(status.error)}</Text>}
          <Anchor component={Link} to="/models" size="sm">
            <Trans>Models and engines</Trans>
          </Anchor>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
