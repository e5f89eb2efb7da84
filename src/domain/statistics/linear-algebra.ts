/**
 * Dense symmetric positive definite systems, row-major Float64Array of n·n. Only what the
 * statistics need; sizes are a few hundred at most.
 */

/**
 * Inverse of a symmetric positive definite matrix by Cholesky factors, A = L Lᵀ.
 *
 * @param matrix - [n, n] row-major; only the lower triangle is read; not changed.
 * @param n - number of rows.
 * @returns A⁻¹ [n, n], or null when A is not positive definite to working precision.
 */
export function invertPositiveDefinite(matrix: Float64Array, n: number): Float64Array | null {
  const factor = choleskyFactor(matrix, n);
  if (factor === null) return null;
  const lower = invertLower(factor, n);
  const inverse = new Float64Array(n * n);
  // A⁻¹ = L⁻ᵀ L⁻¹ as a sum of outer products of rows: all access is along rows.
  for (let k = 0; k < n; k++) {
    const row = lower.subarray(k * n, k * n + k + 1);
    for (let i = 0; i <= k; i++) {
      const scale = row[i] as number;
      for (let j = 0; j <= i; j++) {
        inverse[i * n + j] = (inverse[i * n + j] as number) + scale * (row[j] as number);
      }
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) inverse[j * n + i] = inverse[i * n + j] as number;
  }
  return inverse;
}

/** L of A = L Lᵀ, or null when a pivot vanishes relative to its diagonal entry. */
function choleskyFactor(matrix: Float64Array, n: number): Float64Array | null {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k++) {
        sum -= (factor[i * n + k] as number) * (factor[j * n + k] as number);
      }
      if (i === j) {
        // A pivot this far below its entry is rounding noise: the matrix is singular.
        if (!(sum > 1e-13 * Math.abs(matrix[i * n + i] as number))) return null;
        factor[i * n + i] = Math.sqrt(sum);
      } else {
        factor[i * n + j] = sum / (factor[j * n + j] as number);
      }
    }
  }
  return factor;
}

/** L⁻¹ row by row: row i is (e_i − Σ_{k<i} L_ik · row k) / L_ii. */
function invertLower(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const pivot = factor[i * n + i] as number;
    for (let k = 0; k < i; k++) {
      const scale = (factor[i * n + k] as number) / pivot;
      for (let j = 0; j <= k; j++) {
        inverse[i * n + j] =
          (inverse[i * n + j] as number) - scale * (inverse[k * n + j] as number);
      }
    }
    inverse[i * n + i] = 1 / pivot;
  }
  return inverse;
}

/**
 * y = A x.
 *
 * @param matrix - [rows, columns] row-major.
 * @param vector - [columns].
 * @param rows - number of rows.
 * @returns [rows].
 */
export function multiply(
  matrix: Float64Array,
  vector: ArrayLike<number>,
  rows: number,
): Float64Array {
  const columns = vector.length;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      sum += (matrix[i * columns + j] as number) * (vector[j] as number);
    }
    out[i] = sum;
  }
  return out;
}

/** Σ aᵢ bᵢ. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
