/** Host-side tables of the rotary position embedding. */
import type { HostTensor } from "../../ops/ops";
import type { LlamaConfig } from "./config";

/**
 * cos and sin of position × inverse frequency, both halves of the head alike.
 *
 *   θ_j = base^(−2j / D), j = 0 … D/2 − 1
 *
 * Source: Su et al. 2021, arXiv:2104.09864; rotate-half layout as in transformers modeling_llama.py.
 * Numerics: products are rounded to float32 as PyTorch does; at position 300 the difference to
 * float64 angles would be 2e-5.
 *
 * @param config - the model's configuration.
 * @param start - position of the first row.
 * @param count - rows S.
 * @returns cos and sin, each [S, D].
 */
export function ropeTables(
  config: Pick<LlamaConfig, "head_dim" | "rope_theta">,
  start: number,
  count: number,
): { readonly cos: HostTensor; readonly sin: HostTensor } {
  const depth = config.head_dim;
  const half = depth / 2;
  const cos = new Float32Array(count * depth);
  const sin = new Float32Array(count * depth);
  for (let j = 0; j < half; j++) {
    const exponent = Math.fround((2 * j) / depth);
    const frequency = Math.fround(1 / Math.fround(config.rope_theta ** exponent));
    for (let row = 0; row < count; row++) {
      const angle = Math.fround(frequency * (start + row));
      cos[row * depth + j] = cos[row * depth + half + j] = Math.cos(angle);
      sin[row * depth + j] = sin[row * depth + half + j] = Math.sin(angle);
    }
  }
  const shape = [count, depth];
  return {
    cos: { dtype: "float32", shape, data: cos },
    sin: { dtype: "float32", shape, data: sin },
  };
}
