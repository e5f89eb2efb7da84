import type { ReactNode } from "react";
import styles from "./start-panel.module.css";

/** Main pictures of the demo catalogue, one per kind of product. */
const PICTURES = [8, 7, 2, 14, 3, 17, 18, 6].map(
  (number) => `/data/demo/images/d9001-${number}-main.webp`,
);

/** The first screen of both pages: what the sample set looks like, what it does, and own data below. */
export function StartPanel({
  title,
  children,
  actions,
  below,
}: {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly actions: ReactNode;
  readonly below?: ReactNode;
}) {
  return (
    <div className={styles["start"]}>
      <section className={styles["sample"]}>
        <div className={styles["words"]}>
          <h2>{title}</h2>
          <div className={styles["text"]}>{children}</div>
          <div className={styles["actions"]}>{actions}</div>
        </div>
        <div className={styles["pictures"]} aria-hidden="true">
          {PICTURES.map((picture) => (
            <img key={picture} src={picture} alt="" loading="lazy" />
          ))}
        </div>
      </section>
      {below !== undefined && <section className={styles["own"]}>{below}</section>}
    </div>
  );
}
