import type { InferenceClient } from "@/inference/client/inference-client";
import { startWorker } from "@/inference/client/start-worker";
import { createWorkerClient } from "@/inference/client/worker-client";

/** The inference worker of this page; it starts at the first request. */
export function connectInference(): InferenceClient {
  return createWorkerClient(startWorker);
}
