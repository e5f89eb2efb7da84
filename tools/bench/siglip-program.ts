/** The image tower with pooling head that the vision benchmarks run, and its input. */
import type { Program } from "@/inference/engines/engine";
import type { SiglipVisionConfig } from "@/inference/models/siglip/config";
import { runAttentionPooling, runSiglipVision } from "@/inference/models/siglip/vision";
import type { HostTensor } from "@/inference/ops/ops";
import { createRng } from "@/shared/lib/rng";

export function siglipProgram(config: SiglipVisionConfig, batch: number): Program {
  const side = config.image_size;
  return {
    name: `siglip ${batch}`,
    inputs: { pixels: { dtype: "float32", shape: [batch, side, side, 3] } },
    build: (ops, weights, { pixels }) => {
      const forward = { ops, weights };
      const patches = runSiglipVision(forward, config, "vision_model.", pixels!);
      return { vector: runAttentionPooling(forward, config, "vision_model.head.", patches) };
    },
  };
}

export interface SiglipInputs {
  /** [N, side, side, 3] */
  readonly pixels: HostTensor;
  /** The same as [N, 3, side, side]. */
  readonly planes: Float32Array;
}

export function siglipInputs(side: number, batch: number): SiglipInputs {
  const rng = createRng(5);
  const area = side * side;
  const rows = Float32Array.from({ length: batch * area * 3 }, () => 2 * rng() - 1);
  const planes = new Float32Array(rows.length);
  for (let n = 0; n < batch; n++) {
    for (let at = 0; at < area; at++) {
      for (let c = 0; c < 3; c++) planes[(n * 3 + c) * area + at] = rows[(n * area + at) * 3 + c]!;
    }
  }
  return { pixels: { dtype: "float32", shape: [batch, side, side, 3], data: rows }, planes };
}
