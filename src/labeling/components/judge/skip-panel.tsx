import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text, TextInput } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { useState } from "react";
import styles from "./judge-view.module.css";

/** Asks why, then skips. */
export function SkipPanel({
  onSkip,
  onClose,
}: {
  readonly onSkip: (reason: string) => void;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const [other, setOther] = useState("");
  useWindowEvent("keydown", ({ key, isComposing }) => {
    if (key === "Escape" && !isComposing) onClose();
  });
  const reasons = [t`Image missing or broken`, t`Not my language`, t`Cannot decide`];
  return (
    <section className={styles["panelBar"]} aria-label={t`Skip this pair`}>
      <Text size="sm" fw={600}>
        <Trans>Why skip?</Trans>
      </Text>
      <Group gap={8}>
        {reasons.map((reason, at) => (
          <Button
            key={reason}
            size="xs"
            variant="default"
            data-autofocus={at === 0}
            ref={at === 0 ? (element) => element?.focus() : undefined}
            onClick={() => onSkip(reason)}
          >
            {reason}
          </Button>
        ))}
        <TextInput
          size="xs"
          aria-label={t`Another reason`}
          placeholder={t`Another reason`}
          value={other}
          maxLength={2000}
          onChange={(event) => setOther(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.nativeEvent.isComposing && other.trim() !== "") {
              event.preventDefault();
              onSkip(other.trim());
            }
          }}
        />
        <Button size="xs" disabled={other.trim() === ""} onClick={() => onSkip(other.trim())}>
          <Trans>Skip</Trans>
        </Button>
        <Button size="xs" variant="subtle" onClick={onClose}>
          <Trans>Back to the pair</Trans>
        </Button>
      </Group>
    </section>
  );
}
