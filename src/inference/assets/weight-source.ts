import { AppError } from "@/shared/lib/errors";
import type { WeightSource } from "../engines/engine";
import { loadSafetensorsHeader, type TensorEntry } from "./safetensors";

type WeightDType = ReturnType<WeightSource["describe"]>["dtype"];

const WEIGHT_DTYPES: readonly string[] = ["F32", "F16", "BF16", "I8"] satisfies WeightDType[];

/**
 * Index buffers that old checkpoints store beside the weights (always 0, 1, 2, …); the models make
 * their own.
 */
const INDEX_BUFFER = /(^|\.)position_ids$/;

interface Located extends TensorEntry {
  readonly file: Blob;
  readonly fileName: string;
}

async function locate(files: ReadonlyMap<string, Blob>): Promise<Map<string, Located>> {
  const located = new Map<string, Located>();
  for (const [fileName, file] of files) {
    const header = await loadSafetensorsHeader(fileName, file);
    for (const [name, entry] of header.tensors) {
      if (INDEX_BUFFER.test(name)) continue;
      const earlier = located.get(name);
      if (earlier !== undefined) {
        throw new AppError(
          "weights-mismatch",
          `Tensor "${name}" stands in both ${earlier.fileName} and ${fileName}; keep the shards of one model only.`,
        );
      }
      located.set(name, { ...entry, file, fileName });
    }
  }
  return located;
}

/**
 * Weights over one or more safetensors files; a tensor's bytes are read when it is asked for.
 *
 * @param files - shards by name.
 * @throws AppError `asset-integrity` for a damaged header, `unsupported` for element types other
 *   than F32, F16, BF16 and I8, `weights-mismatch` for a tensor that stands in two shards.
 */
export async function createWeightSource(files: ReadonlyMap<string, Blob>): Promise<WeightSource> {
  const tensors = await locate(files);
  const unsupported = [...tensors]
    .filter(([, { dtype }]) => !WEIGHT_DTYPES.includes(dtype))
    .map(([name, { dtype }]) => `${name} (${dtype})`);
  if (unsupported.length > 0) {
    throw new AppError(
      "unsupported",
      `Perigee reads weights of type F32, F16, BF16 and I8; these are of another type: ${unsupported.slice(0, 5).join(", ")}${unsupported.length > 5 ? ", …" : ""}. Save the model in one of these types.`,
      { details: { tensors: unsupported } },
    );
  }
  const find = (name: string): Located => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw new AppError("weights-mismatch", `The weights have no tensor "${name}".`, {
      details: { tensor: name },
    });
  };
  return {
    names: [...tensors.keys()],
    describe(name) {
      const { dtype, shape } = find(name);
      return { dtype: dtype as WeightDType, shape };
    },
    async bytes(name) {
      const { file, begin, end } = find(name);
      return new Uint8Array(await file.slice(begin, end).arrayBuffer());
    },
  };
}
