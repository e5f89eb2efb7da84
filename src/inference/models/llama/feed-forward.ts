/** SwiGLU feed-forward block. Source: Shazeer 2020, arXiv:2002.05202. */
import { runLinear, type Forward } from "../layers";
import { linearSpec, type WeightSpec } from "../weight-spec";

export function feedForwardSpec(width: number, inner: number): WeightSpec {
  return {
    ...linearSpec("gate_proj", inner, width, false),
    ...linearSpec("up_proj", inner, width, false),
    ...linearSpec("down_proj", width, inner, false),
  };
}

/** SwiGLU: down(silu(gate(x)) · up(x)). */
export function runFeedForward<T>(forward: Forward<T>, name: string, x: T): T {
  const { ops } = forward;
  const gate = ops.silu(runLinear(forward, `${name}.gate_proj`, x, false));
  const inner = ops.mul(gate, runLinear(forward, `${name}.up_proj`, x, false));
  return runLinear(forward, `${name}.down_proj`, inner, false);
}
