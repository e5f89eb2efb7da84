/**
 * The operations once more, as plainly as possible, in float64 on flat arrays: an independent source of
 * expected values for the op cases. Shares no code with the engines.
 */
import type { GeluForm, Shape } from "./ops";

export interface ReferenceTensor {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Rows of the last axis. */
function rowsOf({ shape, data }: ReferenceTensor): number[][] {
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) =>
    data.slice(row * width, (row + 1) * width),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** γ · (x − mean) / √(variance + ε) + β per row. */
export function referenceLayerNorm(
  x: ReferenceTensor,
  gamma: readonly number[],
  beta: readonly number[],
  epsilon: number,
): number[] {
  return rowsOf(x).flatMap((row) => {
    const mean = sum(row) / row.length;
    const variance = sum(row.map((value) => (value - mean) ** 2)) / row.length;
    const deviation = Math.sqrt(variance + epsilon);
    return row.map((value, c) => ((value - mean) / deviation) * gamma[c]! + beta[c]!);
  });
}

/** γ · x / √(mean(x²) + ε) per row. */
export function referenceRmsNorm(
  x: ReferenceTensor,
  gamma: readonly number[],
  epsilon: number,
): number[] {
  return rowsOf(x).flatMap((row) => {
    const root = Math.sqrt(sum(row.map((value) => value * value)) / row.length + epsilon);
    return row.map((value, c) => (value / root) * gamma[c]!);
  });
}

/** Softmax per row, shifted by the row's maximum. */
export function referenceSoftmax(x: ReferenceTensor): number[] {
  return rowsOf(x).flatMap((row) => {
    const largest = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - largest));
    return powers.map((power) => power / sum(powers));
  });
}

export function referenceSigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Error function by its Maclaurin series, erf z = 2/√π Σ (−1)ⁿ z²ⁿ⁺¹ / (n! (2n+1)); exact to 1e-12
 * for |z| ≤ 4, and ±1 to 1.6e-8 beyond.
 */
export function referenceErf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (Math.abs(z) > 4) return Math.sign(z);
  let term = z;
  let total = z;
  for (let n = 1; n < 100; n += 1) {
    term *= (-z * z) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export function referenceGelu(x: number, form: GeluForm): number {
  switch (form) {
    case "quick":
      return x * referenceSigmoid(1.702 * x);
    case "erf":
      return 0.5 * x * (1 + referenceErf(x / Math.SQRT2));
    case "tanh":
      return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
}

/** x [n, columns] · wᵀ [rows, columns] + bias. */
export function referenceLinear(
  x: ReferenceTensor,
  weight: ReferenceTensor,
  bias?: readonly number[],
): number[] {
  const weightRows = rowsOf(weight);
  return rowsOf(x).flatMap((row) =>
    weightRows.map((w, r) => sum(w.map((value, c) => value * row[c]!)) + (bias?.[r] ?? 0)),
  );
}

/** x [B, H, S, D] turned by angles whose cosines and sines are [S, D]. */
export function referenceRope(
  x: ReferenceTensor,
  cos: readonly number[],
  sin: readonly number[],
): number[] {
  const [, , rows = 1, width = 1] = x.shape;
  const half = width / 2;
  return rowsOf(x).flatMap((row, index) => {
    const offset = (index % rows) * width;
    return row.map((value, d) => {
      const partner = d < half ? -row[d + half]! : row[d - half]!;
      return value * cos[offset + d]! + partner * sin[offset + d]!;
    });
  });
}

/** Softmax weights and their mix of the values, by definition, one query row at a time. */
export function referenceAttention(
  query: ReferenceTensor,
  key: ReferenceTensor,
  value: ReferenceTensor,
  scale: number,
  isVisible: (batch: number, query: number, key: number) => boolean,
): { weights: number[]; output: number[] } {
  const [batches = 0, heads = 0, queries = 0] = query.shape;
  const [, keyHeads = 0, keys = 0, width = 0] = key.shape;
  const queryRows = rowsOf(query);
  const keyRows = rowsOf(key);
  const valueRows = rowsOf(value);
  const weights: number[] = [];
  const output: number[] = [];
  for (let b = 0; b < batches; b += 1) {
    for (let h = 0; h < heads; h += 1) {
      const first = (b * keyHeads + Math.floor((h * keyHeads) / heads)) * keys;
      for (let s = 0; s < queries; s += 1) {
        const q = queryRows[(b * heads + h) * queries + s]!;
        const scores = Array.from({ length: keys }, (_, t) =>
          isVisible(b, s, t)
            ? scale * sum(q.map((v, d) => v * keyRows[first + t]![d]!))
            : -Infinity,
        );
        const row = referenceSoftmax({ shape: [keys], data: scores });
        weights.push(...row);
        for (let d = 0; d < width; d += 1) {
          output.push(sum(row.map((w, t) => (w === 0 ? 0 : w * valueRows[first + t]![d]!))));
        }
      }
    }
  }
  return { weights, output };
}

/** x [B, height, width, in], kernel [kh, kw, in, out], zero padding on all sides. */
export function referenceConv2d(
  x: ReferenceTensor,
  kernel: ReferenceTensor,
  stride: number,
  padding: number,
): ReferenceTensor {
  const [batches = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [kernelHeight = 0, kernelWidth = 0, , filters = 0] = kernel.shape;
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  const at = (b: number, i: number, j: number, c: number): number =>
    i < 0 || j < 0 || i >= height || j >= width
      ? 0
      : x.data[((b * height + i) * width + j) * channels + c]!;
  const shape = [batches, outHeight, outWidth, filters];
  const data = Array.from({ length: batches * outHeight * outWidth * filters }, (_, index) => {
    const f = index % filters;
    const j = Math.floor(index / filters) % outWidth;
    const i = Math.floor(index / (filters * outWidth)) % outHeight;
    const b = Math.floor(index / (filters * outWidth * outHeight));
    let total = 0;
    for (let ki = 0; ki < kernelHeight; ki += 1) {
      for (let kj = 0; kj < kernelWidth; kj += 1) {
        for (let c = 0; c < channels; c += 1) {
          const weight = kernel.data[((ki * kernelWidth + kj) * channels + c) * filters + f]!;
          total += weight * at(b, i * stride - padding + ki, j * stride - padding + kj, c);
        }
      }
    }
    return total;
  });
  return { shape, data };
}
