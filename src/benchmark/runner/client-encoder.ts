import type { BenchmarkEncoder } from "@/domain/benchmark/encoder";
import type { InferenceClient } from "@/inference/client/inference-client";
import type { EncodeItem, ModelSummary } from "@/inference/protocol/messages";
import { messageOf } from "@/shared/lib/errors";
import type { DataFiles } from "../logic/read-data-set";
import { openImage } from "./browser-files";

/** A model of the inference worker. */
export function createClientEncoder(
  client: InferenceClient,
  model: ModelSummary,
  files: DataFiles,
): BenchmarkEncoder {
  const { id, revision } = model;
  return {
    id,
    revision,
    views: ["t", "i", "mm"],
    fusion: model.architecture.toLowerCase().startsWith("moon2") ? "joint" : "normalised-sum",
    ...(model.dimensions === undefined ? {} : { dimensions: model.dimensions }),
    async encode(jobs, signal) {
      const failures: { index: number; reason: string }[] = [];
      const kept: number[] = [];
      const items: EncodeItem[] = [];
      for (const [index, job] of jobs.entries()) {
        let image: Blob | undefined;
        try {
          image = job.image === undefined ? undefined : await openImage(files, job.image);
        } catch (error) {
          failures.push({ index, reason: messageOf(error) });
          continue;
        }
        items.push({
          ...(image === undefined ? {} : { image }),
          ...(job.text === undefined ? {} : { text: job.text }),
        });
        kept.push(index);
      }
      if (items.length === 0) return { vectors: new Float32Array(0), dimension: 0, failures };
      const block = await client.call(
        "encode/batch",
        { model: { id, revision }, items },
        { signal, priority: "batch" },
      );
      const { dimension } = block;
      for (const { index, error } of block.failures) {
        failures.push({ index: kept[index]!, reason: error.message });
      }
      const vectors = new Float32Array(jobs.length * dimension);
      for (const [row, index] of kept.entries()) {
        vectors.set(
          block.vectors.subarray(row * dimension, (row + 1) * dimension),
          index * dimension,
        );
      }
      return { vectors, dimension, failures };
    },
  };
}
