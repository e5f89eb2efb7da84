import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import type { Job } from "./jobs";
import { renderAll } from "./pool";

/** Answers batches as worker.ts does, but counts jobs in shared memory in place of painting them. */
const STAND_IN = `
const { parentPort, workerData: painted } = require("node:worker_threads");
const nothing = new Int32Array(new SharedArrayBuffer(4));
parentPort.on("message", (message) => {
  if (message.kind === "stop") return parentPort.close();
  for (const { file } of message.jobs) {
    if (file === "leaves.webp") return process.exit(3);
    if (file === "bad.webp") return parentPort.postMessage({ error: "bad.webp is bad" });
    Atomics.wait(nothing, 0, 0, 2);
    Atomics.add(painted, 0, 1);
  }
  parentPort.postMessage({ done: message.jobs.length, bytes: 10 * message.jobs.length });
});
`;

function jobs(count: number, first = "p.webp"): Job[] {
  return Array.from({ length: count }, (_, i) => ({ file: i === 0 ? first : "p.webp" }) as Job);
}

function pool() {
  const painted = new Int32Array(new SharedArrayBuffer(4));
  const workers: Worker[] = [];
  const start = () => {
    const worker = new Worker(STAND_IN, { eval: true, workerData: painted });
    workers.push(worker);
    return worker;
  };
  return { painted, workers, start };
}

test("all jobs are painted once, in batches over the threads", async () => {
  const { painted, workers, start } = pool();
  const heard: number[] = [];
  const result = await renderAll(jobs(100), (done) => heard.push(done), 3, start);
  expect(result).toMatchObject({ pictures: 100, bytes: 1000, threads: 3 });
  expect([painted[0], workers.length, heard.at(-1)]).toEqual([100, 3, 100]);
});

test.each([
  ["bad.webp", "renderAll: a worker failed: bad.webp is bad"],
  ["leaves.webp", "renderAll: a worker ended early with code 3"],
])("after %s fails no worker goes on painting", async (first, message) => {
  const { painted, workers, start } = pool();
  await expect(renderAll(jobs(1000, first), () => undefined, 2, start)).rejects.toThrow(message);
  expect(workers.map(({ threadId }) => threadId)).toEqual([-1, -1]);
  const then = painted[0]!;
  await sleep(50);
  expect(painted[0]).toBe(then);
  expect(then).toBeLessThan(900);
});
