import * as tf from "@tensorflow/tfjs-core";
import { AppError } from "@/shared/lib/errors";
import type { Matrix } from "./ops";
import { callKernel } from "./own-kernel";
import { LINEAR_KERNEL } from "./linear-kernel";
import { assertShape, lastAxis, shapeMismatch, sizeOf } from "./shapes";

/**
 * Linear map of the last axis: y = x·Wᵀ (+ b).
 *
 * @param x - [..., columns] float32.
 * @param weight - W [rows, columns] in any storage form.
 * @param bias - b [rows] float32.
 * @returns [..., rows] float32, accumulated in float32.
 * @throws AppError `shape-mismatch`.
 */
export function linear(x: tf.Tensor, weight: Matrix<tf.Tensor>, bias?: tf.Tensor): tf.Tensor {
  const width = lastAxis("linear", "x", x.shape);
  if (width !== weight.columns) {
    throw shapeMismatch("linear", "x", `[..., ${weight.columns}]`, x.shape);
  }
  if (bias !== undefined) assertShape("linear", "bias", bias.shape, [weight.rows]);
  const [values, scale] = weight.parts;
  const { rows, columns, storage } = weight;
  const product = callKernel(
    LINEAR_KERNEL,
    { x, values: values!, scale, bias },
    { rows, columns, storage },
  );
  return product ?? composedLinear(x, weight, bias);
}

/** `linear` from tfjs' own operations; takes float32 storage only. */
export function composedLinear(
  x: tf.Tensor,
  weight: Matrix<tf.Tensor>,
  bias?: tf.Tensor,
): tf.Tensor {
  return tf.tidy(() => {
    const values = denseValues("linear", weight);
    const flat: tf.Tensor2D = tf.reshape(x, [sizeOf(x.shape) / weight.columns, weight.columns]);
    const product = tf.fused.matMul({
      a: flat,
      b: values,
      transposeB: true,
      ...(bias === undefined ? {} : { bias }),
    });
    return tf.reshape(product, [...x.shape.slice(0, -1), weight.rows]);
  });
}

/**
 * The float32 values [rows, columns] of a matrix that is stored so.
 *
 * @throws AppError `unsupported` for packed storage, which needs the backend's own kernel.
 */
export function denseValues(operation: string, matrix: Matrix<tf.Tensor>): tf.Tensor2D {
  const [values] = matrix.parts;
  if (matrix.storage !== "float32" || values === undefined) {
    throw new AppError(
      "unsupported",
      `${operation}: backend "${tf.getBackend()}" has no kernel for ${matrix.storage} weights; load them as float32.`,
      { details: { operation, storage: matrix.storage } },
    );
  }
  return values as tf.Tensor2D;
}
