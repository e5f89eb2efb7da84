import { kMeans } from "@/domain/benchmark/k-means";
import { principalAxes } from "@/domain/benchmark/principal-axes";
import { neighbourMap } from "./neighbour-map";

/** [rows × dimension] vectors, and what to make of them. */
export interface MapRequest {
  readonly task: "pca" | "umap" | "clusters";
  readonly data: Float32Array;
  readonly dimension: number;
  /** How many, for "clusters". */
  readonly k: number;
}

export type MapAnswer =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | {
      readonly kind: "map";
      readonly points: Float32Array;
      readonly explained?: readonly [number, number];
    }
  | { readonly kind: "clusters"; readonly of: Uint8Array };

function answer({ task, data, dimension, k }: MapRequest): MapAnswer {
  if (task === "clusters") return { kind: "clusters", of: kMeans(data, dimension, k).of };
  if (task === "pca") return { kind: "map", ...principalAxes(data, dimension) };
  const points = neighbourMap(data, dimension, (done, total) =>
    postMessage({ kind: "progress", done, total } satisfies MapAnswer),
  );
  return { kind: "map", points };
}

addEventListener("message", ({ data }: MessageEvent<MapRequest>) => postMessage(answer(data)));
