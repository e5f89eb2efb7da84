import * as tf from "@tensorflow/tfjs-core";
import { denseValues } from "./linear";
import type { Matrix } from "./ops";
import { callKernel, type OwnKernel } from "./own-kernel";
import { weightGroupWgsl, weightInput, type Storage } from "./packed-wgsl";
import { sizeOf } from "./shapes";
import { LANES, runWgsl, type WgslInput } from "./wgsl-program";

/**
 * Rows of a table. Ids must lie in [0, rows): callers check them on the host.
 *
 * @param table - [rows, columns] in any storage form.
 * @param ids - int32 [...].
 * @returns [..., columns] float32.
 */
export function embedding(table: Matrix<tf.Tensor>, ids: tf.Tensor): tf.Tensor {
  const [values, scale] = table.parts;
  const { columns, storage } = table;
  const found = callKernel(EMBEDDING_KERNEL, { values: values!, scale, ids }, { columns, storage });
  return found ?? composedEmbedding(table, ids);
}

/** `embedding` from tfjs' own operations; takes float32 storage only. */
export function composedEmbedding(table: Matrix<tf.Tensor>, ids: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const flat: tf.Tensor1D = tf.reshape(ids, [sizeOf(ids.shape)]);
    const rows = tf.gather(denseValues("embedding", table), flat);
    return tf.reshape(rows, [...ids.shape, table.columns]);
  });
}

function embeddingWgsl(storage: Storage, isAligned: boolean): string {
  return `${weightGroupWgsl(storage, isAligned)}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let id = ids[index / uniforms.groups];
  let q = index % uniforms.groups;
  let values = weightGroup(id, q)${storage === "int8" ? " * scale[id]" : ""};
  let base = (index / uniforms.groups) * uniforms.columns + 4 * q;
  for (var i = 0; i < min(4, uniforms.columns - 4 * q); i++) { result[base + i] = values[i]; }
}`;
}

/** One invocation per four entries. */
export const EMBEDDING_KERNEL: OwnKernel<
  {
    readonly values: tf.TensorInfo;
    readonly scale: tf.TensorInfo | undefined;
    readonly ids: tf.TensorInfo;
  },
  { readonly columns: number; readonly storage: Storage }
> = {
  name: "PerigeeEmbedding",
  run(backend, { values, scale, ids }, { columns, storage }) {
    const isAligned = columns % 4 === 0;
    const groups = Math.ceil(columns / 4);
    const count = sizeOf(ids.shape) * groups;
    const inputs: Record<string, WgslInput> = {
      weight: weightInput(values, storage, isAligned),
      ids: { tensor: ids },
    };
    if (scale !== undefined) inputs["scale"] = { tensor: scale };
    return runWgsl(backend, {
      key: `embedding_${storage}_${isAligned}`,
      inputs,
      integers: { count, groups, columns },
      workgroups: Math.ceil(count / LANES),
      outputShape: [...ids.shape, columns],
      outputType: "float32",
      code: () => embeddingWgsl(storage, isAligned),
    });
  },
};
