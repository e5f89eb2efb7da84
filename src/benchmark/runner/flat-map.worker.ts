import { principalAxes } from "@/domain/benchmark/principal-axes";

/** [rows × dimension] in, its flat map out. */
export interface FlatMapRequest {
  readonly data: Float32Array;
  readonly dimension: number;
}

addEventListener("message", ({ data }: MessageEvent<FlatMapRequest>) => {
  postMessage(principalAxes(data.data, data.dimension));
});
