import type { WorkerConnection } from "./worker-client";

/** Starts the inference worker of this page. */
export function startWorker(): WorkerConnection {
  const worker = new Worker(new URL("../worker/inference.worker.ts", import.meta.url), {
    type: "module",
    name: "inference",
  });
  return {
    endpoint: worker,
    onFailure(listener) {
      worker.addEventListener("error", (event) => {
        // An error event without a message: the script could not be loaded.
        listener(event.message || "its script could not be loaded");
      });
      worker.addEventListener("messageerror", () => listener("a message could not be read"));
    },
    close: () => worker.terminate(),
  };
}
