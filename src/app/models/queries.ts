import { queryOptions } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { ModelRef } from "@/inference/protocol/messages";

/** The engines' self-test and what is in use. */
export function engineStatusQuery(client: InferenceClient) {
  return queryOptions({
    queryKey: ["engine", "status"],
    queryFn: ({ signal }) => client.call("engine/status", undefined, { signal }),
  });
}

export function modelsQuery(client: InferenceClient) {
  return queryOptions({
    queryKey: ["models", "list"],
    queryFn: ({ signal }) => client.call("models/list", undefined, { signal }),
  });
}

export function modelCardQuery(client: InferenceClient, model: ModelRef) {
  return queryOptions({
    queryKey: ["models", "card", model.id, model.revision],
    queryFn: ({ signal }) => client.call("models/card", model, { signal }),
  });
}
