/** Element-by-element functions as one kernel: y[i] = f(x[i]). */
import type * as tf from "@tensorflow/tfjs-core";
import type { OwnKernel } from "./own-kernel";
import { sizeOf } from "./shapes";
import { LANES, runWgsl } from "./wgsl-program";

export type MapKernel = OwnKernel<
  { readonly x: tf.TensorInfo },
  { readonly factor?: number; readonly offset?: number }
>;

/**
 * WGSL shared by the smooth units. The clamp keeps exp finite (its float32 limit is 88), and beyond it
 * the quotient is 0 or x to float32 precision; a NaN in x survives through the numerator.
 */
const SIGMOID_WGSL = `
fn timesSigmoid(value : f32, inner : f32) -> f32 {
  return value / (1.0 + exp(-clamp(inner, -80.0, 80.0)));
}`;

/**
 * Makes the kernel of one function.
 *
 * @param name - registry name; also names the code.
 * @param expression - WGSL of f with `value` as its argument; may use `timesSigmoid(value, inner)`,
 *   `uniforms.factor` and `uniforms.offset`.
 * @param helpers - WGSL functions the expression needs.
 */
export function mapKernel(name: string, expression: string, helpers = ""): MapKernel {
  return {
    name,
    run(backend, { x }, { factor = 1, offset = 0 }) {
      const size = sizeOf(x.shape);
      return runWgsl(backend, {
        key: name,
        inputs: { x: { tensor: x } },
        integers: { count: size },
        floats: { factor, offset },
        workgroups: Math.ceil(size / LANES),
        outputShape: x.shape,
        outputType: "float32",
        code: () => `${SIGMOID_WGSL}${helpers}
fn main(index : i32) {
  if (index >= uniforms.count) { return; }
  let value = x[index];
  result[index] = ${expression};
}`,
      });
    },
  };
}
