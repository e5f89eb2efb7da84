import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Keys } from "@/shared/ui/keys";
import { SideMark } from "@/shared/ui/side-mark";
import styles from "./first-steps.module.css";

/** A pair as it will look, with the keys that judge it. Drawn, so that it stands before any data. */
function Sketch() {
  const { t } = useLingui();
  return (
    <div className={styles["sketch"]} aria-hidden="true">
      <span className={styles["frame"]}>
        <SideMark side="A" size="lg" />
      </span>
      <span className={styles["frame"]}>
        <SideMark side="B" size="lg" />
      </span>
      <span className={styles["keys"]}>
        <Keys keys="arrowleft" /> A
      </span>
      <span className={styles["keys"]}>
        <Keys keys="arrowright" /> B
      </span>
      <span className={styles["all"]}>
        <span className={styles["keys"]}>
          <Keys keys="arrowdown" /> {t`Equal`}
        </span>
        <span className={styles["keys"]}>
          <Keys keys="enter" /> {t`next pair`}
        </span>
        <span className={styles["keys"]}>
          <Keys keys="u" /> {t`Undo`}
        </span>
      </span>
    </div>
  );
}

/** The workspace before the first project: what it is for, and three ways to begin. */
export function FirstSteps({
  sample,
  create,
  restore,
}: {
  readonly sample: ReactNode;
  readonly create: ReactNode;
  readonly restore: ReactNode;
}) {
  return (
    <section className={styles["steps"]}>
      <div className={styles["intro"]}>
        <div>
          <h2 className={styles["title"]}>
            <Trans>Compare creatives, pair by pair</Trans>
          </h2>
          <p className={styles["text"]}>
            <Trans>
              Two creatives of one product, ten questions, one hand on the arrow keys. Judgements
              are kept in this browser, each one on disk before the next pair appears; agreement and
              ranking follow as you go.
            </Trans>
          </p>
        </div>
        <Sketch />
      </div>
      <ul className={styles["ways"]}>
        <li className={styles["way"]}>
          <h3>
            <Trans>See how it works</Trans>
          </h3>
          <p>
            <Trans>240 pairs of drawn creatives, ready to judge.</Trans>
          </p>
          <div className={styles["action"]}>{sample}</div>
        </li>
        <li className={styles["way"]}>
          <h3>
            <Trans>Bring your own creatives</Trans>
          </h3>
          <p>
            <Trans>
              A folder or zip of images, CSV, JSONL, Parquet, Hugging Face, Label Studio or
              CreativeRanking.
            </Trans>
          </p>
          <div className={styles["action"]}>{create}</div>
        </li>
        <li className={styles["way"]}>
          <h3>
            <Trans>Go on with a saved project</Trans>
          </h3>
          <p>
            <Trans>A backup, or what several annotators exported: it becomes one project.</Trans>
          </p>
          <div className={styles["action"]}>{restore}</div>
        </li>
      </ul>
    </section>
  );
}
