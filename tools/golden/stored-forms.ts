/** A golden model's weights in other stored forms, each beside plain float32 weights of the same values. */
import type { WeightSource } from "@/inference/engines/engine";
import { toFloat32 } from "@/inference/engines/tfjs/weight-values";
import { memoryWeights, type StoredWeight } from "@/inference/ops/op-case";
import type { Golden } from "./golden-file";

/** The same model twice; both must compute the same. */
export interface StoredPair {
  readonly stored: Golden;
  readonly plain: Golden;
}

type Weights = Record<string, StoredWeight>;

const EMBEDDING = "model.text_model.embed_tokens.weight";

async function readAll(source: WeightSource): Promise<Weights> {
  const entries = source.names.map(
    async (name) => [name, { ...source.describe(name), bytes: await source.bytes(name) }] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

function f32(shape: readonly number[], values: Float32Array): StoredWeight {
  return { dtype: "F32", shape, bytes: new Uint8Array(values.buffer) };
}

/** One scale per entry of the first axis, max |w| / 127. */
function quantise(weight: StoredWeight): Record<"int8" | "scale" | "plain", StoredWeight> {
  const { shape } = weight;
  const values = toFloat32(weight.dtype, weight.bytes);
  const rows = shape[0]!;
  const width = values.length / rows;
  const scales = new Float32Array(rows);
  const rounded = new Int8Array(values.length);
  const plain = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * width, (row + 1) * width);
    const largest = part.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
    scales[row] = largest === 0 ? 1 : largest / 127;
    for (const [column, value] of part.entries()) {
      const at = row * width + column;
      rounded[at] = Math.round(value / scales[row]!);
      plain[at] = rounded[at]! * scales[row]!;
    }
  }
  return {
    int8: { dtype: "I8", shape, bytes: new Uint8Array(rounded.buffer) },
    scale: f32([rows], scales),
    plain: f32(shape, plain),
  };
}

/** Everything of two axes or more as int8 with row scales: matrices, tables and the patch convolution. */
export async function int8Pair(golden: Golden): Promise<StoredPair> {
  const stored: Weights = {};
  const plain: Weights = {};
  for (const [name, weight] of Object.entries(await readAll(golden.weights))) {
    stored[name] = weight;
    plain[name] = weight;
    if (weight.shape.length < 2) continue;
    const made = quantise(weight);
    stored[name] = made.int8;
    stored[`${name}.scale`] = made.scale;
    plain[name] = made.plain;
  }
  return {
    stored: { ...golden, weights: memoryWeights(stored) },
    plain: { ...golden, weights: memoryWeights(plain) },
  };
}

/** The embedding table as the head: once by the configuration's word, once as a head of its own. */
export async function tiedPair(golden: Golden): Promise<StoredPair> {
  const { "lm_head.weight": _, ...rest } = await readAll(golden.weights);
  const config = golden.config as Record<string, unknown>;
  return {
    stored: {
      ...golden,
      config: { ...config, tie_word_embeddings: true },
      weights: memoryWeights(rest),
    },
    plain: { ...golden, weights: memoryWeights({ ...rest, "lm_head.weight": rest[EMBEDDING]! }) },
  };
}
