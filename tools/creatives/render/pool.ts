import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Job, WorkerReply } from "./jobs";

const BATCH = 24;

export interface RenderResult {
  readonly pictures: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** Paints all jobs on every core; `onProgress` hears the number done. */
export async function renderAll(
  jobs: readonly Job[],
  onProgress: (done: number) => void,
  threads = availableParallelism(),
): Promise<RenderResult> {
  const start = performance.now();
  let next = 0;
  let done = 0;
  let bytes = 0;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url));
      const give = () => {
        const batch = jobs.slice(next, next + BATCH);
        next += batch.length;
        if (batch.length === 0) {
          worker.postMessage({ kind: "stop" });
          resolve();
        } else worker.postMessage({ kind: "run", jobs: batch });
      };
      worker.on("message", (reply: WorkerReply) => {
        if ("error" in reply) {
          void worker.terminate();
          reject(new Error(`renderAll: a worker failed: ${reply.error}`));
          return;
        }
        done += reply.done;
        bytes += reply.bytes;
        onProgress(done);
        give();
      });
      worker.on("error", reject);
      give();
    });
  await Promise.all(Array.from({ length: Math.max(1, threads) }, one));
  return { pictures: done, bytes, seconds: (performance.now() - start) / 1000 };
}
