import { AppError } from "@/shared/lib/errors";
import type { MapAnswer, MapRequest } from "./flat-map.worker";

type Finished = Exclude<MapAnswer, { readonly kind: "progress" }>;

/** Maps and clusters, computed beside the page; aborting ends the worker. */
function ask(
  request: MapRequest,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Finished> {
  const worker = new Worker(new URL("flat-map.worker.ts", import.meta.url), { type: "module" });
  return new Promise<Finished>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<MapAnswer>) => {
      if (data.kind === "progress") onProgress(data.done, data.total);
      else resolve(data);
    });
    worker.addEventListener("error", ({ message }) =>
      reject(new AppError("unsupported", `The map could not be computed (${message}).`)),
    );
    signal.addEventListener("abort", () => reject(signal.reason as Error));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

interface Vectors {
  readonly data: Float32Array;
  readonly dimension: number;
}

export interface FlatPoints {
  /** [rows × 2]. */
  readonly points: Float32Array;
  /** Share of the variance on each axis; PCA only. */
  readonly explained?: readonly [number, number];
}

export async function computeFlatMap(
  layout: "pca" | "umap",
  vectors: Vectors,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<FlatPoints> {
  const answer = await ask({ task: layout, k: 0, ...vectors }, signal, onProgress);
  if (answer.kind !== "map") throw new AppError("unsupported", "The map worker sent no map.");
  return answer;
}

/** Cluster of each row, numbered by falling size. */
export async function computeClusters(
  k: number,
  vectors: Vectors,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const answer = await ask({ task: "clusters", k, ...vectors }, signal, () => undefined);
  if (answer.kind !== "clusters") {
    throw new AppError("unsupported", "The map worker sent no clusters.");
  }
  return answer.of;
}
