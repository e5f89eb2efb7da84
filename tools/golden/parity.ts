/** Comparison with golden values: largest absolute and relative difference per tensor. */
import type { HostTensor } from "@/inference/ops/ops";

export interface Difference {
  readonly name: string;
  /** max |actual − expected| */
  readonly maxAbs: number;
  /** max |actual − expected| / max |expected| */
  readonly relative: number;
}

/** @param rows - compare only the first rows of the second axis (padding follows). */
export function differenceOf(
  name: string,
  actual: HostTensor,
  expected: HostTensor,
  rows?: number,
): Difference {
  const cut = rows === undefined ? actual : firstRows(actual, rows);
  if (cut.data.length !== expected.data.length) {
    throw new Error(
      `${name}: got [${cut.shape.join(", ")}], the golden file holds [${expected.shape.join(", ")}]`,
    );
  }
  let maxAbs = 0;
  let scale = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const difference = Math.abs(cut.data[i]! - expected.data[i]!);
    // NaN never compares; it must not pass.
    maxAbs = Number.isNaN(difference) ? Infinity : Math.max(maxAbs, difference);
    scale = Math.max(scale, Math.abs(expected.data[i]!));
  }
  return { name, maxAbs, relative: maxAbs / Math.max(scale, Number.MIN_VALUE) };
}

/** [B, S, …] → [B, rows, …]. */
function firstRows(x: HostTensor, rows: number): HostTensor {
  const [batch = 1, length = 1, ...rest] = x.shape;
  const inner = rest.reduce((product, size) => product * size, 1);
  const data = new Float32Array(batch * rows * inner);
  for (let b = 0; b < batch; b++) {
    data.set(x.data.subarray(b * length * inner, (b * length + rows) * inner), b * rows * inner);
  }
  return { dtype: "float32", shape: [batch, rows, ...rest], data };
}

/** One line per tensor, for the test's output. */
export function formatDifferences(title: string, differences: readonly Difference[]): string {
  const lines = differences.map(
    ({ name, maxAbs, relative }) =>
      `  ${name.padEnd(28)} max |Δ| ${maxAbs.toExponential(2)}  relative ${relative.toExponential(2)}`,
  );
  return [`${title}`, ...lines].join("\n");
}

/** @throws Error naming the worst tensors and how to make the golden file again. */
export function assertWithin(
  differences: readonly Difference[],
  tolerance: number,
  regenerate: string,
): void {
  const bad = differences.filter(({ maxAbs }) => !(maxAbs <= tolerance));
  if (bad.length === 0) return;
  throw new Error(
    `${formatDifferences(`Beyond ${tolerance}:`, bad)}\n` +
      `If the reference changed on purpose: ${regenerate}`,
  );
}
