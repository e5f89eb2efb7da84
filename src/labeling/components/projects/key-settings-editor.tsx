import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Switch, Table, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { LabelingRepository } from "@/shared/persistence/labeling-repository";
import { Keys } from "@/shared/ui/keys";
import {
  COMMANDS,
  conflictsOf,
  DEFAULT_KEY_SETTINGS,
  isBindable,
  keysOf,
  parseKeySettings,
  type Command,
  type KeySettings,
} from "../../logic/keymap";
import { KEY_SETTINGS } from "../../logic/export/backup";
import { useCommandNames } from "../judge/use-judge-texts";
import styles from "../labeling-page.module.css";

/** Every judging key: press a new one, or switch it off (WCAG 2.1.4). Applies to all projects. */
export function KeySettingsEditor({ repository }: { readonly repository: LabelingRepository }) {
  const { t } = useLingui();
  const names = useCommandNames();
  const queryClient = useQueryClient();
  const [recording, setRecording] = useState<Command>();
  const settings = useQuery({
    queryKey: [KEY_SETTINGS],
    queryFn: async () => parseKeySettings(await repository.setting(KEY_SETTINGS)),
  });
  if (settings.data === undefined) return null;
  const { keymap, singleKeys } = settings.data;
  const conflicts = conflictsOf(keymap);

  function save(next: KeySettings) {
    queryClient.setQueryData([KEY_SETTINGS], next);
    void repository.saveSetting(KEY_SETTINGS, next);
  }
  const bind = (command: Command, keys: string | null) =>
    save({ singleKeys, keymap: { ...keymap, [command]: keys } });

  return (
    <>
      <Title order={2}>
        <Trans>Keys</Trans>
      </Title>
      <Switch
        label={t`Single letters and digits act as keys`}
        description={t`Switch off when you dictate; arrows and Enter keep working.`}
        checked={singleKeys}
        onChange={(event) => save({ keymap, singleKeys: event.currentTarget.checked })}
      />
      <div className={styles["tableScroll"]}>
        <Table>
          <Table.Tbody>
            {COMMANDS.map((command) => {
              const name = names[command] ?? t`Reason ${command.slice("reason-".length)}`;
              const keys = keymap[command];
              return (
                <Table.Tr key={command}>
                  <Table.Th scope="row">{name}</Table.Th>
                  <Table.Td>
                    {keys === null ? (
                      <Text span size="sm" c="dimmed">
                        <Trans>off</Trans>
                      </Text>
                    ) : (
                      <>
                        <Keys keys={keys} />
                        <span className="visually-hidden">{keys}</span>
                      </>
                    )}{" "}
                    {conflicts.has(command) && (
                      <Text span size="xs">
                        <Trans>used twice</Trans>
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <Group gap={6} wrap="nowrap">
                      <Button
                        size="compact-xs"
                        variant={recording === command ? "filled" : "default"}
                        aria-label={t`Change the key of: ${name}`}
                        onClick={() => setRecording(recording === command ? undefined : command)}
                        onKeyDown={(event) => {
                          if (recording !== command) return;
                          const pressed = keysOf(event);
                          if (pressed === "escape") setRecording(undefined);
                          if (!isBindable(pressed)) return;
                          event.preventDefault();
                          bind(command, pressed);
                          setRecording(undefined);
                        }}
                      >
                        {recording === command ? <Trans>Press a key</Trans> : <Trans>Change</Trans>}
                      </Button>
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={t`Switch off: ${name}`}
                        disabled={keys === null}
                        onClick={() => bind(command, null)}
                      >
                        <Trans>Off</Trans>
                      </Button>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
      <div>
        <Button variant="default" onClick={() => save(DEFAULT_KEY_SETTINGS)}>
          <Trans>All keys as delivered</Trans>
        </Button>
      </div>
    </>
  );
}
