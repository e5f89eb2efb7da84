import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ModelCardDrawer } from "@/compare/components/model-card-drawer";
import { modelsQuery } from "@/compare/queries/model-queries";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelSummary } from "@/inference/protocol/messages";
import { EmptyState } from "@/shared/ui/empty-state";
import { ErrorState } from "@/shared/ui/error-state";
import { Page } from "@/shared/ui/page";
import { AddModel } from "./add-model";
import { EnginePanel } from "./engine-panel";
import { ModelRow } from "./model-row";
import styles from "./models-page.module.css";

/** The models on this device, the visitor's own weights, and the engine that runs them. */
export function ModelsPage({ client }: { readonly client: InferenceClient }) {
  const { t } = useLingui();
  const models = useQuery(modelsQuery(client));
  const [card, setCard] = useState<ModelSummary>();
  const [isCardOpen, setCardOpen] = useState(false);
  return (
    <Page title={<Trans>Models</Trans>} width="text">
      {models.isPending && (
        <output aria-busy aria-label={t`Reading the list of models`}>
          <Skeleton height={160} />
        </output>
      )}
      {models.isError && <ErrorState error={models.error} onRetry={() => void models.refetch()} />}
      {models.data?.length === 0 && (
        <EmptyState title={<Trans>No models yet</Trans>}>
          <Trans>This build ships none. Add your own below.</Trans>
        </EmptyState>
      )}
      {models.data !== undefined && models.data.length > 0 && (
        <ul className={styles["models"]}>
          {models.data.map((model) => (
            <ModelRow
              key={`${model.id}/${model.revision}`}
              client={client}
              model={model}
              onCard={() => {
                setCard(model);
                setCardOpen(true);
              }}
            />
          ))}
        </ul>
      )}
      <EnginePanel client={client} />
      <AddModel client={client} />
      {card !== undefined && (
        <ModelCardDrawer
          client={client}
          model={card}
          opened={isCardOpen}
          onClose={() => setCardOpen(false)}
        />
      )}
    </Page>
  );
}
