import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";
import { ErrorState } from "@/shared/ui/error-state";
import { Page } from "@/shared/ui/page";
import { engineStatusQuery } from "./queries";

export function ModelsPage({ client }: { readonly client: InferenceClient }) {
  const status = useQuery(engineStatusQuery(client));
  return (
    <Page title={<Trans>Models</Trans>} width="text">
      {status.isError && <ErrorState error={status.error} />}
    </Page>
  );
}
