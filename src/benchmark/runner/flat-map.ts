import type { FlatMap } from "@/domain/benchmark/principal-axes";
import { AppError } from "@/shared/lib/errors";
import type { FlatMapRequest } from "./flat-map.worker";

/** Two principal axes, computed beside the page. */
export function computeFlatMap(request: FlatMapRequest, signal: AbortSignal): Promise<FlatMap> {
  const worker = new Worker(new URL("flat-map.worker.ts", import.meta.url), { type: "module" });
  return new Promise<FlatMap>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<FlatMap>) => resolve(data));
    worker.addEventListener("error", ({ message }) =>
      reject(new AppError("unsupported", `The map could not be computed (${message}).`)),
    );
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}
