import { openAsBlob } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { nameInAddress } from "@/domain/benchmark/rows";
import type { BaselineId } from "@/domain/benchmark/baselines";
import type { BenchmarkEncoder, EncodeJob } from "@/domain/benchmark/encoder";
import { createBaselineEncoder } from "@/benchmark/logic/baseline-encoder";
import { createImportedEncoder } from "@/benchmark/logic/imported-encoder";
import type { DataFiles } from "@/benchmark/logic/read-data-set";
import { readVectors } from "@/benchmark/logic/read-vectors";
import { openStage, parseStage, STAGE_FOLDER } from "@/benchmark/logic/stage-encoder";
import type { BenchmarkTask } from "@/domain/benchmark/task";
import type { EncodeItem } from "@/inference/protocol/messages";
import { encodeBatch } from "@/inference/worker/encode-batch";
import { AppError, messageOf } from "@/shared/lib/errors";
import { createModelTools } from "./model-tools";
import { decodeImageInNode } from "./node/decode-image";

/** A folder as a data set: tables are listed to two levels, images are opened by name. */
export async function openFolder(root: string): Promise<DataFiles> {
  const folder = resolve(root);
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new AppError("input-invalid", `${root} is not a folder; give --data DIR`);
  const paths: string[] = [];
  const list = async (path: string, depth: number): Promise<void> => {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.isFile()) paths.push(relative(folder, join(path, entry.name)).split(sep).join("/"));
      else if (entry.isDirectory() && depth > 0) await list(join(path, entry.name), depth - 1);
    }
  };
  await list(folder, 1);
  return {
    paths: paths.sort(),
    // A web address means the file of that name: the command line fetches nothing that a table names.
    open: (path) => openAsBlob(join(folder, nameInAddress(path) ?? path)).catch(() => undefined),
  };
}

async function openImage(files: DataFiles, image: string): Promise<Blob> {
  const blob = await files.open(image);
  if (blob === undefined) throw new AppError("input-decode", `${image} is missing`);
  return blob;
}

async function toItem(files: DataFiles, job: EncodeJob): Promise<EncodeItem> {
  return {
    ...(job.image === undefined ? {} : { image: await openImage(files, job.image) }),
    ...(job.text === undefined ? {} : { text: job.text }),
  };
}

async function createModelEncoder(
  name: string,
  files: DataFiles,
  options: { readonly models: string; readonly engine: string },
  signal: AbortSignal,
): Promise<BenchmarkEncoder> {
  const { registry, models } = createModelTools(options);
  const summary = await registry.find("encoder", name);
  const model = await models.encoder({ id: summary.id, revision: summary.revision }, { signal });
  return {
    id: summary.id,
    revision: summary.revision,
    views: ["t", "i", "mm"],
    fusion: summary.architecture.startsWith("moon2") ? "joint" : "normalised-sum",
    dimensions: model.encoder.dimensions,
    async encode(jobs, stop) {
      const failures: { index: number; reason: string }[] = [];
      const kept: number[] = [];
      const items: EncodeItem[] = [];
      for (const [index, job] of jobs.entries()) {
        try {
          items.push(await toItem(files, job));
          kept.push(index);
        } catch (error) {
          failures.push({ index, reason: messageOf(error) });
        }
      }
      const block = await encodeBatch(items, model, {
        decode: decodeImageInNode,
        signal: stop,
        giveWay: () => Promise.resolve(),
        onProgress: () => undefined,
      });
      for (const { index, error } of block.failures) {
        failures.push({ index: kept[index]!, reason: error.message });
      }
      const { dimension } = block;
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

/** The encoder that `--encoder` names: a baseline, a stage, a file of vectors, or a model. */
export async function openEncoder(
  name: string,
  { task, files }: { readonly task: BenchmarkTask; readonly files: DataFiles },
  options: { readonly models: string; readonly engine: string; readonly keys: readonly string[] },
  signal: AbortSignal,
): Promise<BenchmarkEncoder> {
  const stage = parseStage(name);
  if (stage !== undefined) {
    const folder = join(options.models, STAGE_FOLDER);
    return await openStage(stage, { task, files }, async (file) =>
      Uint8Array.from(await readFile(join(folder, file))),
    );
  }
  if (name.startsWith("baseline-")) {
    return createBaselineEncoder(name as BaselineId, async (image) => {
      const { data } = await decodeImageInNode(await openImage(files, image));
      return { data, channels: 3 };
    });
  }
  if (!/\.(npy|npz|parquet|safetensors)$/iu.test(name)) {
    return await createModelEncoder(name, files, options, signal);
  }
  let blob: Blob;
  try {
    blob = await openAsBlob(name);
  } catch (error) {
    throw new AppError("input-invalid", `cannot read ${name}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return await createImportedEncoder(name, await readVectors(blob, name), options.keys);
}
