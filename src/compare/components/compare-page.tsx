import { Trans } from "@lingui/react/macro";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { Clock, IdSource } from "@/shared/lib/ports";
import { Page } from "@/shared/ui/page";
import type { CompareSearch } from "../logic/search-params";

export interface ComparePageProps {
  readonly client: InferenceClient;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly search: CompareSearch;
  readonly onSearchChange: (search: CompareSearch) => void;
}

export function ComparePage(_props: ComparePageProps) {
  return (
    <Page title={<Trans>Compare</Trans>}>
      <p>…</p>
    </Page>
  );
}
