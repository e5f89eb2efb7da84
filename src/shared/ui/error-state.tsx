import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { messageOf } from "@/shared/lib/errors";
import { EmptyState } from "./empty-state";
import { errorText } from "./error-text";
import styles from "./states.module.css";

/** An error that took a whole place: what happened, what helps, the details, and a way on. */
export function ErrorState({
  error,
  onRetry,
  actions,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
  readonly actions?: ReactNode;
}) {
  const { t } = useLingui();
  const text = errorText(error);
  return (
    <div role="alert">
      <EmptyState
        icon={<IconAlertTriangle size={32} />}
        title={t(text.title)}
        actions={
          <>
            {onRetry !== undefined && (
              <Button onClick={onRetry}>
                <Trans>Try again</Trans>
              </Button>
            )}
            {actions}
          </>
        }
      >
        {t(text.advice)}
        <details className={styles["details"]}>
          <summary>
            <Trans>Details</Trans>
          </summary>
          <pre>{messageOf(error)}</pre>
        </details>
      </EmptyState>
    </div>
  );
}
