import { useLingui } from "@lingui/react/macro";
import { ActionIcon } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./protocol-editor.module.css";

function Tool({
  label,
  disabled,
  onClick,
  children,
}: {
  readonly label: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={(event) => {
        const button = event.currentTarget;
        onClick();
        // Moving a row in the document takes the focus off its button; the next press needs it.
        requestAnimationFrame(() => button.focus());
      }}
    >
      {children}
    </ActionIcon>
  );
}

/** Up, down and away, for one row of a list. */
export function ListTools({
  name,
  at,
  count,
  onMove,
  onRemove,
}: {
  readonly name: string;
  readonly at: number;
  readonly count: number;
  readonly onMove: (by: 1 | -1) => void;
  /** Absent for a row that has to stay. */
  readonly onRemove?: (() => void) | undefined;
}) {
  const { t } = useLingui();
  return (
    <span className={styles["tools"]}>
      <Tool label={t`Move up: ${name}`} disabled={at === 0} onClick={() => onMove(-1)}>
        <IconArrowUp size={16} aria-hidden />
      </Tool>
      <Tool label={t`Move down: ${name}`} disabled={at === count - 1} onClick={() => onMove(1)}>
        <IconArrowDown size={16} aria-hidden />
      </Tool>
      <Tool
        label={t`Remove: ${name}`}
        disabled={onRemove === undefined}
        onClick={() => onRemove?.()}
      >
        <IconTrash size={16} aria-hidden />
      </Tool>
    </span>
  );
}
