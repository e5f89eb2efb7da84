import { AppError } from "@/shared/lib/errors";
import type { DirectionComparison, DirectionValues } from "../logic/significance";

/**
 * Compares encoders in a worker of its own, which ends with the answer or the signal.
 *
 * @throws {AppError} unsupported where the worker does not start.
 */
export async function compareBesidePage(
  directions: readonly DirectionValues[],
  signal: AbortSignal,
): Promise<readonly DirectionComparison[]> {
  const worker = new Worker(new URL("compare-encoders.worker.ts", import.meta.url), {
    type: "module",
  });
  return await new Promise<readonly DirectionComparison[]>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<readonly DirectionComparison[]>) =>
      resolve(data),
    );
    worker.addEventListener("error", ({ message }) =>
      reject(new AppError("unsupported", `The encoders could not be compared (${message}).`)),
    );
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    worker.postMessage(directions);
  }).finally(() => worker.terminate());
}
