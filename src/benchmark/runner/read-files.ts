/** Reading tables beside the page: 100,000 rows take a second of work. */
import type {
  BenchmarkEntry,
  BenchmarkQuery,
  BenchmarkTask,
  RowProblem,
} from "@/domain/benchmark/task";
import { fromWire } from "@/inference/protocol/errors";
import { AppError } from "@/shared/lib/errors";
import { IMAGE_FILE, type ReadOptions, type TablePreview } from "../logic/read-data-set";
import type { NamedFile } from "./browser-files";
import type { ReadAnswer, ReadRequest } from "./read-files.worker";

/** Of pictures the name is enough to read the tables; a folder may hold 100,000. */
function withoutPictures(files: readonly NamedFile[]): NamedFile[] {
  return files.map((entry) => (IMAGE_FILE.test(entry.path) ? { path: entry.path } : entry));
}

/** Asks a worker of its own, which ends with the answer; `take` returns it once it is whole. */
function ask<T>(
  request: ReadRequest,
  take: (answer: ReadAnswer) => T | undefined,
  signal?: AbortSignal,
): Promise<T> {
  const worker = new Worker(new URL("read-files.worker.ts", import.meta.url), { type: "module" });
  return new Promise<T>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<ReadAnswer>) => {
      if (data.kind === "failed") return reject(fromWire(data.error));
      const whole = take(data);
      if (whole !== undefined) resolve(whole);
    });
    worker.addEventListener("error", ({ message }) =>
      reject(new AppError("unsupported", `The tables could not be read (${message}).`)),
    );
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    worker.postMessage({ ...request, files: withoutPictures(request.files) });
  }).finally(() => worker.terminate());
}

/**
 * Reads a data set by its preset.
 *
 * @throws {AppError} as `readDataSet`, or unsupported where the worker does not start.
 */
export async function readFiles(
  files: readonly NamedFile[],
  options: ReadOptions,
): Promise<BenchmarkTask> {
  const queries: BenchmarkQuery[] = [];
  const candidates: BenchmarkEntry[] = [];
  const problems: RowProblem[] = [];
  return await ask({ files, options }, (answer) => {
    if (answer.kind === "piece") {
      queries.push(...answer.lists.queries);
      candidates.push(...answer.lists.candidates);
      problems.push(...answer.lists.problems);
    }
    return answer.kind === "task" ? { ...answer.task, queries, candidates, problems } : undefined;
  });
}

/** Columns of the tables, for the mapping form. */
export async function previewFiles(
  files: readonly NamedFile[],
  signal: AbortSignal,
): Promise<TablePreview> {
  const take = (answer: ReadAnswer) => (answer.kind === "preview" ? answer.preview : undefined);
  return await ask({ files }, take, signal);
}
