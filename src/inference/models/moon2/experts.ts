/**
 * Modality-driven mixture of experts in place of a transformer's feed-forward block.
 *
 *   G = softmax(W_g h);  h′ = Σ_z G̃_z f_z(h),  G̃ = the k largest entries of G, renormalised
 *
 * Source: MOON2.0, arXiv:2511.12449 (gate and mixture as second-hand notes give them; the number of
 * experts and k are Perigee's choice). Every expert is a SwiGLU block.
 * Numerics: all experts are evaluated and the unselected ones weighted 0, which needs no scatter and
 * suits small expert counts. Exactly equal gate values at rank k would all be selected.
 */
import { runLinear, type Forward } from "../layers";
import { feedForwardSpec, runFeedForward } from "../llama/feed-forward";
import { linearSpec, repeated, under, type WeightSpec } from "../weight-spec";

export function expertsSpec(width: number, inner: number, experts: number): WeightSpec {
  return under("moe.", {
    ...linearSpec("gate", experts, width, false),
    ...repeated("experts.", experts, feedForwardSpec(width, inner)),
  });
}

/**
 * @param forward - operations, weights and tap.
 * @param name - checkpoint name of the block, e.g. `model.text_model.layers.0.moe`.
 * @param x - [B, S, C].
 * @param experts - Z.
 * @param perToken - k.
 * @returns [B, S, C].
 */
export function runExperts<T>(
  forward: Forward<T>,
  name: string,
  x: T,
  experts: number,
  perToken: number,
): T {
  const { ops, tap } = forward;
  const gate = ops.softmax(runLinear(forward, `${name}.gate`, x, false));
  const shape = ops.shapeOf(gate);
  const corner = shape.map(() => 0);
  const ranked = ops.topK(gate, perToken).values;
  const smallest = ops.slice(ranked, corner.with(-1, perToken - 1), shape.with(-1, 1));
  const kept = ops.mul(gate, ops.greaterEqual(gate, smallest));
  const share = ops.div(kept, ops.sum(kept, -1, { keepDims: true }));
  tap?.(`${name}.share`, share);
  let mixed: T | undefined;
  for (let expert = 0; expert < experts; expert++) {
    const out = runFeedForward(forward, `${name}.experts.${expert}`, x);
    const weight = ops.slice(share, corner.with(-1, expert), shape.with(-1, 1));
    const part = ops.mul(out, weight);
    mixed = mixed === undefined ? part : ops.add(mixed, part);
  }
  return mixed!;
}
