import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/shared/ui/empty-state";

/** A link that leads nowhere. */
export function NotFound() {
  return (
    <EmptyState
      icon={<IconMapQuestion size={32} />}
      title={<Trans>There is no page at this address</Trans>}
      actions={
        <Button renderRoot={(props) => <Link to="/compare" {...props} />}>
          <Trans>Go to Compare</Trans>
        </Button>
      }
    >
      <Trans>The link may be old or mistyped.</Trans>
    </EmptyState>
  );
}
