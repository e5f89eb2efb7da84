import { Trans, useLingui } from "@lingui/react/macro";
import { Drawer, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelRef } from "@/inference/protocol/messages";
import { ErrorState } from "@/shared/ui/error-state";
import { ModelCard } from "@/shared/ui/model-card";
import { modelCardQuery } from "../queries/model-queries";

function CardContent({ client, model }: { client: InferenceClient; model: ModelRef }) {
  const { t } = useLingui();
  const card = useQuery(modelCardQuery(client, model));
  if (card.isError) return <ErrorState error={card.error} onRetry={() => void card.refetch()} />;
  if (card.isPending) {
    return (
      <Stack gap="sm" aria-busy="true" aria-label={t`Reading the model's card`}>
        <Skeleton height={20} width="50%" />
        <Skeleton height={120} />
      </Stack>
    );
  }
  return <ModelCard markdown={card.data} />;
}

/** What the model was trained on, and what it cannot do. */
export function ModelCardDrawer({
  client,
  model,
  opened,
  onClose,
}: {
  readonly client: InferenceClient;
  readonly model: ModelRef;
  readonly opened: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={<Trans>Model card</Trans>}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      {opened && <CardContent client={client} model={model} />}
    </Drawer>
  );
}
