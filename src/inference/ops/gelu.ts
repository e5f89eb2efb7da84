import * as tf from "@tensorflow/tfjs-core";
import { mapKernel, type MapKernel } from "./map-kernel";
import type { GeluForm } from "./ops";
import { callKernel } from "./own-kernel";

/** √(2/π), in the tanh form (Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2). */
const SQRT_2_OVER_PI = 0.7978845608028654;
/** Cubic coefficient of the tanh form, same source. */
const CUBIC = 0.044715;
/** Slope of the sigmoid form, same source; used by CLIP as `quick_gelu`. */
const QUICK_SLOPE = 1.702;

/**
 * Gaussian error linear unit, element by element, in one of its three forms.
 *
 *   erf    x · ½ (1 + erf(x / √2))
 *   tanh   ½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))
 *   quick  x · σ(1.702 x)
 *
 * Source: Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2.
 * Numerics: finite for every finite x (x³ overflows above 7e12 in size; tanh and σ saturate).
 *
 * @param x - [...] float32.
 * @param form - which form; SigLIP uses tanh, BERT erf, CLIP quick.
 * @returns [...] float32.
 */
export function gelu(x: tf.Tensor, form: GeluForm): tf.Tensor {
  return callKernel(GELU_KERNELS[form], { x }, {}) ?? composedGelu(x, form);
}

/** `gelu` from tfjs' own operations. */
export function composedGelu(x: tf.Tensor, form: GeluForm): tf.Tensor {
  return tf.tidy(() => {
    if (form === "quick") return tf.mul(x, tf.sigmoid(tf.mul(x, QUICK_SLOPE)));
    const inner =
      form === "erf"
        ? tf.erf(tf.mul(x, Math.SQRT1_2))
        : tf.tanh(tf.mul(tf.mul(x, SQRT_2_OVER_PI), tf.add(tf.mul(tf.square(x), CUBIC), 1)));
    return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
  });
}

/** erf z to 1.5e-7: Abramowitz & Stegun 1964, formula 7.1.26. */
const ERF_WGSL = `
fn erf(argument : f32) -> f32 {
  let z = min(abs(argument), 6.0);
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return sign(argument) * (1.0 - series * exp(-z * z));
}`;

/** ½ x (1 + tanh u) is x · σ(2u), which needs one exponential. */
const TANH_INNER = `${2 * SQRT_2_OVER_PI} * value * (1.0 + ${CUBIC} * value * value)`;

export const GELU_KERNELS: Readonly<Record<GeluForm, MapKernel>> = {
  tanh: mapKernel("PerigeeGeluTanh", `timesSigmoid(value, ${TANH_INNER})`),
  erf: mapKernel("PerigeeGeluErf", `0.5 * value * (1.0 + erf(value * ${Math.SQRT1_2}))`, ERF_WGSL),
  quick: mapKernel("PerigeeGeluQuick", `timesSigmoid(value, ${QUICK_SLOPE} * value)`),
};
