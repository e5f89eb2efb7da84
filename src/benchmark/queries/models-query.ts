import { queryOptions } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";

/** Every model on this device, shipped or the user's own. */
export function modelsQuery(client: InferenceClient) {
  return queryOptions({
    queryKey: ["models", "list"],
    queryFn: ({ signal }) => client.call("models/list", undefined, { signal }),
  });
}
