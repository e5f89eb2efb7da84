import { useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { messageOf } from "@/shared/lib/errors";
import { errorText } from "./error-text";
import styles from "./states.module.css";

/** A quiet band beside the content it speaks about. */
export function Notice({
  tone = "plain",
  children,
}: {
  readonly tone?: "plain" | "warn" | "bad";
  readonly children: ReactNode;
}) {
  return (
    <div className={styles["notice"]} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** One item's error, while everything else goes on. */
export function ErrorNotice({
  error,
  item,
  actions,
}: {
  readonly error: unknown;
  readonly item?: string;
  readonly actions?: ReactNode;
}) {
  const { t } = useLingui();
  const text = errorText(error);
  return (
    <Notice tone="bad">
      <Text fw={600} size="sm">
        {item === undefined ? t(text.title) : `${item}: ${t(text.title)}`}
      </Text>
      <Text size="sm">{t(text.advice)}</Text>
      <Text size="xs" c="dimmed" mt={4}>
        {messageOf(error)}
      </Text>
      {actions}
    </Notice>
  );
}
