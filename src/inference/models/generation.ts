/** Choosing the next token from logits: greedy or sampled, free or constrained. Pure. */
import { AppError } from "@/shared/lib/errors";
import type { Rng } from "@/shared/lib/rng";

export interface Choice {
  readonly token: number;
  /** ln P(token) under the model at temperature 1, before any constraint. */
  readonly logProbability: number;
}

/**
 * @param logits - [V].
 * @param allowed - the ids to choose from; undefined = all.
 * @param temperature - 0 = the largest logit (ties go to the lower id); otherwise softmax(logits / t).
 * @param rng - used only when the temperature is positive.
 * @throws AppError `generation` when nothing is allowed or the logits hold no finite number.
 */
export function chooseToken(
  logits: Float32Array,
  allowed: readonly number[] | undefined,
  temperature: number,
  rng: Rng,
): Choice {
  const token =
    temperature > 0
      ? sample(logits, allowed, temperature, rng)
      : largest(logits, allowed ?? undefined);
  if (token < 0) {
    throw new AppError(
      "generation",
      allowed?.length === 0
        ? "Generation: the constraint allows no token at this step."
        : "Generation: the logits hold no finite number; the engine may be faulty. Choose another engine on /models.",
    );
  }
  return { token, logProbability: logits[token]! - logSumExp(logits) };
}

/** P(a) / (P(a) + P(b)) = σ((logit a − logit b) / temperature), in [0, 1]. */
export function pairProbability(
  logits: Float32Array,
  a: number,
  b: number,
  temperature = 1,
): number {
  return 1 / (1 + Math.exp((logits[b]! - logits[a]!) / temperature));
}

/** ln Σ exp(x), computed from the largest entry down. */
export function logSumExp(logits: Float32Array): number {
  let top = -Infinity;
  for (const value of logits) if (value > top) top = value;
  let sum = 0;
  for (const value of logits) sum += Math.exp(value - top);
  return top + Math.log(sum);
}

function largest(logits: Float32Array, allowed: readonly number[] | undefined): number {
  let best = -1;
  const consider = (id: number): void => {
    const value = logits[id]!;
    const isBetter = best < 0 ? value > -Infinity : value > logits[best]!;
    if (isBetter || (best >= 0 && value === logits[best] && id < best)) best = id;
  };
  if (allowed === undefined) for (let id = 0; id < logits.length; id++) consider(id);
  else for (const id of allowed) consider(id);
  return best;
}

function sample(
  logits: Float32Array,
  allowed: readonly number[] | undefined,
  temperature: number,
  rng: Rng,
): number {
  const ids = allowed ?? Array.from(logits, (_, id) => id);
  const top = Math.max(...ids.map((id) => logits[id]!));
  if (!Number.isFinite(top)) return -1;
  const masses = ids.map((id) => Math.exp((logits[id]! - top) / temperature));
  let left = rng() * masses.reduce((sum, mass) => sum + mass, 0);
  for (const [index, mass] of masses.entries()) {
    left -= mass;
    if (left < 0) return ids[index]!;
  }
  return ids.at(-1)!;
}
