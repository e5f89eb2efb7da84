import { writeFile } from "node:fs/promises";
import { parentPort } from "node:worker_threads";
import type { WorkerMessage, WorkerReply } from "./jobs";
import { paintJob } from "./paint-job";

/** Paints batches of jobs in a thread of its own. */
parentPort?.on("message", (message: WorkerMessage) => {
  if (message.kind === "stop") {
    parentPort?.close();
    return;
  }
  void run(message.jobs).then((reply) => parentPort?.postMessage(reply));
});

async function run(jobs: Extract<WorkerMessage, { kind: "run" }>["jobs"]): Promise<WorkerReply> {
  let bytes = 0;
  try {
    for (const job of jobs) {
      const data = await paintJob(job);
      await writeFile(job.file, data);
      bytes += data.length;
    }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  return { done: jobs.length, bytes };
}
