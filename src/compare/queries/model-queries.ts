import { queryOptions } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelRef } from "@/inference/protocol/messages";

/** Every model on this device, shipped or the visitor's own. */
export function modelsQuery(client: InferenceClient) {
  return queryOptions({
    queryKey: ["models", "list"],
    queryFn: ({ signal }) => client.call("models/list", undefined, { signal }),
  });
}

/** A model's card as Markdown. */
export function modelCardQuery(client: InferenceClient, model: ModelRef) {
  return queryOptions({
    queryKey: ["models", "card", model.id, model.revision],
    queryFn: ({ signal }) =>
      client.call("models/card", { id: model.id, revision: model.revision }, { signal }),
  });
}
