import { Trans } from "@lingui/react/macro";
import type { Database } from "../services";
import type { Clock } from "@/shared/lib/ports";
import { Page } from "@/shared/ui/page";

export function DataPage(_props: { readonly database: Database; readonly clock: Clock }) {
  return (
    <Page title={<Trans>Data</Trans>} width="text">
      <p>…</p>
    </Page>
  );
}
