import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { EmptyState } from "@/shared/ui/empty-state";
import styles from "../labeling-page.module.css";

/** What a report's view shows before the first judgement. */
export function BeforeJudging({
  title,
  onStart,
  children,
}: {
  readonly title: string;
  readonly onStart: () => void;
  readonly children: ReactNode;
}) {
  return (
    <EmptyState title={title}>
      {children}{" "}
      <button type="button" className={styles["back"]} onClick={onStart}>
        <Trans>Start judging</Trans>
      </button>
    </EmptyState>
  );
}
