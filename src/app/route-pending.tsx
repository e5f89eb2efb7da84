import { Trans } from "@lingui/react/macro";
import { TaskProgress } from "@/shared/ui/task-progress";
import styles from "./shell/shell.module.css";

/** While a page's code is fetched. */
export function RoutePending() {
  return (
    <div className={styles["pending"]}>
      <TaskProgress label={<Trans>Opening the page</Trans>} />
    </div>
  );
}
