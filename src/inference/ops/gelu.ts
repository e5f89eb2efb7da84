import * as tf from "@tensorflow/tfjs-core";
import type { GeluForm } from "./ops";

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
  return composedGelu(x, form);
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
