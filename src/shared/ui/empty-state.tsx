import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./states.module.css";

/** Nothing here yet: says what this place is for and offers the next step. */
export function EmptyState({
  icon,
  title,
  children,
  actions,
}: {
  readonly icon?: ReactNode;
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <section className={styles["state"]}>
      {icon !== undefined && (
        <div className={styles["icon"]} aria-hidden="true">
          {icon}
        </div>
      )}
      <Title order={2} className={styles["title"]}>
        {title}
      </Title>
      {children !== undefined && (
        <Text component="div" c="dimmed" className={styles["text"]}>
          {children}
        </Text>
      )}
      {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
    </section>
  );
}
