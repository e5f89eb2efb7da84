import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./page.module.css";

/** A workspace's frame: its heading, what can be done with the whole page, and the content. */
export function Page({
  title,
  actions,
  width = "wide",
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  readonly width?: "wide" | "text";
  readonly children: ReactNode;
}) {
  return (
    <div className={styles["page"]} data-width={width}>
      <header className={styles["header"]}>
        <Title order={1} className={styles["title"]}>
          {title}
        </Title>
        {actions !== undefined && <div className={styles["actions"]}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
