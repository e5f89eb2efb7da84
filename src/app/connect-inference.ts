import type { InferenceClient } from "@/inference/client/inference-client";
import { startWorker } from "@/inference/client/start-worker";
import { createWorkerClient } from "@/inference/client/worker-client";

/** The page's one connection to inference; the worker starts at the first request. */
export function connectInference(): InferenceClient {
  return createWorkerClient(startWorker);
}
