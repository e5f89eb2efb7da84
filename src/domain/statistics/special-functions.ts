import { AppError } from "@/shared/lib/errors";

/** Godfrey's coefficients of the Lanczos approximation with g = 607/128; |relative error| < 1e-14. */
const LANCZOS_G = 607 / 128;
const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746,
  -0.4919138160976202, 3.399464998481189e-5, 4.652362892704858e-5, -9.837447530487956e-5,
  0.0001580887032249125, -0.00021026444172410488, 0.00021743961811521265, -0.0001643181065367639,
  8.441822398385275e-5, -2.6190838401581408e-5, 3.6899182659531625e-6,
] as const;

/**
 * Natural logarithm of the gamma function, ln Γ(x), for x > 0.
 *
 * Source: C. Lanczos 1964, with P. Godfrey's coefficients (2001).
 * Numerics: relative error below 1e-13; NaN for NaN, +∞ at 0.
 *
 * @param x - a positive number.
 * @returns ln Γ(x).
 */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  let series: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) series += (LANCZOS[i] as number) / (shifted + i);
  const base = shifted + LANCZOS_G + 0.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

const MAX_TERMS = 10_000;
const PRECISION = 1e-16;
/** Keeps a continued fraction from dividing by zero (Lentz 1976). */
const TINY = 1e-300;

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS && Math.abs(term) > Math.abs(sum) * PRECISION; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(a * Math.log(x) - x - logGamma(a));
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < MAX_TERMS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b || TINY);
    c = b + an / c || TINY;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < PRECISION * 4) break;
  }
  return h * Math.exp(a * Math.log(x) - x - logGamma(a));
}

/**
 * Upper regularised incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a).
 *
 * Source: power series for x < a + 1, Lentz's continued fraction elsewhere (DLMF 8.7.1, 8.9.2).
 *
 * @param a - shape, a > 0.
 * @param x - lower limit, x ≥ 0.
 * @returns a probability; NaN for NaN.
 * @throws {AppError} input-invalid outside of the domain.
 */
export function upperGammaRatio(a: number, x: number): number {
  if (Number.isNaN(a) || Number.isNaN(x)) return Number.NaN;
  if (a <= 0 || x < 0) {
    throw new AppError(
      "input-invalid",
      `upperGammaRatio: expected a > 0 and x >= 0, got ${a}, ${x}`,
    );
  }
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

/**
 * P(X ≥ x) for a chi-square variable.
 *
 * @param x - statistic, x ≥ 0.
 * @param degrees - degrees of freedom, > 0.
 * @returns the upper tail probability.
 */
export function chiSquareTail(x: number, degrees: number): number {
  return upperGammaRatio(degrees / 2, x / 2);
}

/**
 * Standard normal distribution function Φ(z) = ½ erfc(−z / √2), exact in both tails.
 *
 * @param z - any number.
 * @returns P(Z ≤ z); NaN for NaN.
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return Number.NaN;
  const tail = 0.5 * upperGammaRatio(0.5, (z * z) / 2);
  return z > 0 ? 1 - tail : tail;
}

/**
 * Quantile of the standard normal distribution, Φ⁻¹(p).
 *
 * Source: start from Abramowitz & Stegun 26.2.23, then Halley steps on Φ until they vanish.
 *
 * @param p - a probability; 0 gives −∞, 1 gives +∞.
 * @returns z with Φ(z) = p to about 1e-14.
 * @throws {AppError} input-invalid when p lies outside [0, 1].
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) {
    throw new AppError("input-invalid", `normalQuantile: expected a probability, got ${p}`);
  }
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  const lower = p < 0.5 ? p : 1 - p;
  if (lower === 0.5) return 0;
  const t = Math.sqrt(-2 * Math.log(lower));
  let z = -(
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
  );
  for (let i = 0; i < 4; i++) {
    const error = (normalCdf(z) - lower) * Math.sqrt(2 * Math.PI) * Math.exp((z * z) / 2);
    z -= error / (1 + (z * error) / 2);
  }
  return p < 0.5 ? z : -z;
}

/** Two-sided p-value of a standard normal statistic: P(|Z| ≥ |z|). */
export function normalTwoSided(z: number): number {
  return upperGammaRatio(0.5, (z * z) / 2);
}

/**
 * Half-width multiplier of a two-sided normal interval: 1.96 for 0.95.
 *
 * @param confidence - coverage in (0, 1).
 * @returns Φ⁻¹((1 + confidence) / 2).
 * @throws {AppError} input-invalid outside of (0, 1).
 */
export function normalMultiplier(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) {
    throw new AppError(
      "input-invalid",
      `confidence: expected a number between 0 and 1, got ${confidence}; 0.95 is usual`,
    );
  }
  return normalQuantile((1 + confidence) / 2);
}
