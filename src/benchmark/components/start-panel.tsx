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
  notices,
  below,
}: {
  readonly title: ReactNode;
  readonly children: ReactNode;
  readonly actions: ReactNode;
  /** What went wrong, before anything else. */
  readonly notices?: ReactNode;
  readonly below?: ReactNode;
}) {
  return (
    <div className={styles["start"]}>
      {notices}
      <section className={styles["sample"]}>
        <div className={styles["words"]}>
          <h2>{title}</h2>
          <div className={styles["text"]}>{children}</div>
          <div className={styles["actions"]}>{actions}</div>
        </div>
        <div className={styles["pictures"]} aria-hidden="true">
          {PICTURES.map((picture) => (
            <img
              key={picture}
              src={picture}
              alt=""
              loading="lazy"
              // The sign of a broken picture says nothing that the notice does not say.
              onError={({ currentTarget }) => currentTarget.setAttribute("data-missing", "")}
            />
          ))}
        </div>
      </section>
      {below !== undefined && <section className={styles["own"]}>{below}</section>}
    </div>
  );
}
