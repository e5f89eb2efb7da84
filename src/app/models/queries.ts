import { queryOptions } from "@tanstack/react-query";
import type { InferenceClient } from "@/inference/client/inference-client";

/** The engines' self-test and what is in use. */
export function engineStatusQuery(client: InferenceClient) {
  return queryOptions({
    queryKey: ["engine", "status"],
    queryFn: ({ signal }) => client.call("engine/status", undefined, { signal }),
  });
}
