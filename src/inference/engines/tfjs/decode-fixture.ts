/** A miniature decoder step for the engine tests: a key/value cache, weights, a constant and taps. */
import {
  f32Weight,
  floats,
  grid,
  halfWeight,
  int8Weight,
  ints,
  wave,
} from "../../ops/cases/values";
import { memoryWeights } from "../../ops/op-case";
import type { HostTensor, Ops, Tap } from "../../ops/ops";
import type { LoadedProgram, Program, ResidentTensor, Weights } from "../engine";

const CAPACITY = 12;
const WIDTH = 8;

const int8 = int8Weight([WIDTH, WIDTH]);

/** One weight of every storage form. */
export const DECODE_WEIGHTS = memoryWeights({
  query: halfWeight(grid([WIDTH, WIDTH]), "F16"),
  key: halfWeight(grid([WIDTH, WIDTH], 1), "BF16"),
  value: int8.weight,
  "value.scale": int8.scale,
  gamma: f32Weight(wave([WIDTH], 2)),
});

/** One token in, one row out; the cache goes in and comes back. */
export const DECODE: Program = {
  name: "decode",
  inputs: {
    x: { dtype: "float32", shape: [1, WIDTH] },
    start: { dtype: "int32", shape: [1] },
    cache: { dtype: "float32", shape: [1, 1, CAPACITY, WIDTH] },
  },
  build<T>(ops: Ops<T>, weights: Weights<T>, inputs: Readonly<Record<string, T>>, tap?: Tap<T>) {
    const normed = ops.rmsNorm(inputs["x"]!, weights.tensor("gamma"), 1e-5);
    tap?.("normed", normed);
    const row = (name: string): T =>
      ops.reshape(ops.linear(normed, weights.matrix(name)), [1, 1, 1, WIDTH]);
    const start = inputs["start"]!;
    const cache = ops.writeCache(inputs["cache"]!, row("key"), start);
    const mixed = ops.attention({
      query: row("query"),
      key: cache,
      value: cache,
      scale: 0.25,
      mask: { kind: "causal", start },
    });
    const shifted = ops.add(mixed, ops.constant(wave([WIDTH], 3)));
    const y = ops.add(shifted, row("value"));
    return { y: ops.reshape(y, [1, WIDTH]), cache };
  },
};

/** Runs `steps` tokens from an empty cache; `onStep` is told the outputs of each. */
export async function decode(
  program: LoadedProgram,
  steps: number,
  onStep?: (y: HostTensor, cache: ResidentTensor) => void | Promise<void>,
): Promise<void> {
  let cache: HostTensor | ResidentTensor = floats(
    [1, 1, CAPACITY, WIDTH],
    Array.from({ length: CAPACITY * WIDTH }, () => 0),
  );
  for (let step = 0; step < steps; step += 1) {
    const inputs = { x: wave([1, WIDTH], step), start: ints([1], [step % CAPACITY]), cache };
    const { outputs, kept } = await program.run(inputs, { keep: ["cache"] });
    const next = kept["cache"]!;
    cache = next;
    await onStep?.(outputs["y"]!, next);
  }
  if ("dispose" in cache) cache.dispose();
}
