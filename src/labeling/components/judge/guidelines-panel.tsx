import { Trans, useLingui } from "@lingui/react/macro";
import { Drawer, Text } from "@mantine/core";
import Markdown from "react-markdown";

/** The project's guidelines. Raw HTML in the Markdown is shown as text, never run. */
export function GuidelinesPanel({
  opened,
  onClose,
  text,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly text: string;
}) {
  const { t } = useLingui();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={<Trans>Guidelines</Trans>}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {text.trim() === "" ? (
        <Text c="dimmed">
          <Trans>This project has no guidelines yet. They are written under Settings.</Trans>
        </Text>
      ) : (
        <Markdown>{text}</Markdown>
      )}
    </Drawer>
  );
}
