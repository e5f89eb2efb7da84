import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Job, WorkerMessage, WorkerReply } from "./jobs";

const BATCH = 24;

export interface RenderResult {
  readonly pictures: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly threads: number;
}

function startPainter(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url));
}

/**
 * Paints all jobs on every core; `onProgress` hears the number done. The first failure stops all workers.
 *
 * @param startWorker - a thread that answers each batch, as worker.ts does.
 */
export async function renderAll(
  jobs: readonly Job[],
  onProgress: (done: number) => void,
  threads = availableParallelism(),
  startWorker: () => Worker = startPainter,
): Promise<RenderResult> {
  const start = performance.now();
  const workers: Worker[] = [];
  let next = 0;
  let done = 0;
  let bytes = 0;
  const one = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const send = (message: WorkerMessage) => worker.postMessage(message);
      const give = () => {
        const batch = jobs.slice(next, next + BATCH);
        next += batch.length;
        if (batch.length === 0) {
          send({ kind: "stop" });
          resolve();
        } else send({ kind: "run", jobs: batch });
      };
      worker.on("message", (reply: WorkerReply) => {
        if ("error" in reply) {
          reject(new Error(`renderAll: a worker failed: ${reply.error}`));
          return;
        }
        done += reply.done;
        bytes += reply.bytes;
        onProgress(done);
        give();
      });
      worker.on("error", reject);
      // Says nothing of a worker that was told to stop: its promise is settled.
      worker.on("exit", (code) =>
        reject(new Error(`renderAll: a worker ended early with code ${code}`)),
      );
      give();
    });
  const count = Math.max(1, threads);
  try {
    for (let i = 0; i < count; i++) workers.push(startWorker());
    await Promise.all(workers.map(one));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  return { pictures: done, bytes, seconds: (performance.now() - start) / 1000, threads: count };
}
