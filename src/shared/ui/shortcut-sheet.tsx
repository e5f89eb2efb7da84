import { Trans, useLingui } from "@lingui/react/macro";
import { Modal, Stack, Title } from "@mantine/core";
import { useStore } from "zustand";
import { Keys } from "./keys";
import { shortcutsStore } from "./shortcuts-store";
import styles from "./shortcut-sheet.module.css";

/** Lists what the keyboard can do on the current screen. */
export function ShortcutSheet({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const groups = useStore(shortcutsStore, (state) => state.groups);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={<Trans>Keyboard</Trans>}
      size="md"
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Stack gap="lg">
        {[...groups].map(([id, group]) => (
          <section key={id}>
            <Title order={3} mb="sm">
              {group.title}
            </Title>
            <dl className={styles["list"]}>
              {group.shortcuts.map((shortcut) => (
                <div key={shortcut.keys + shortcut.label} className={styles["row"]}>
                  <dt>{shortcut.label}</dt>
                  <dd>
                    <Keys keys={shortcut.keys} />
                    <span className="visually-hidden">{shortcut.keys}</span>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </Stack>
    </Modal>
  );
}
