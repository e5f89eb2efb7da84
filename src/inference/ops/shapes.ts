import { AppError } from "@/shared/lib/errors";
import type { Shape } from "./ops";

/** Number of elements of a tensor of this shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** `[2, 3, 4]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Error for an argument of the wrong shape: names the operation, the argument, expected and actual. */
export function shapeMismatch(
  operation: string,
  argument: string,
  expected: string,
  actual: Shape,
): AppError {
  const message = `${operation}: ${argument} has shape ${formatShape(actual)}, expected ${expected}.`;
  return new AppError("shape-mismatch", message, {
    details: { operation, argument, expected, actual: formatShape(actual) },
  });
}

/**
 * Checks a shape against a pattern; −1 accepts any length.
 *
 * @throws AppError `shape-mismatch`.
 */
export function assertShape(
  operation: string,
  argument: string,
  actual: Shape,
  pattern: Shape,
): void {
  const fits =
    actual.length === pattern.length &&
    pattern.every((length, axis) => length === -1 || length === actual[axis]);
  if (fits) return;
  const expected = `[${pattern.map((length) => (length === -1 ? "*" : length)).join(", ")}]`;
  throw shapeMismatch(operation, argument, expected, actual);
}

/** Length of the last axis. @throws AppError `shape-mismatch` for a scalar. */
export function lastAxis(operation: string, argument: string, shape: Shape): number {
  const length = shape.at(-1);
  if (length === undefined) throw shapeMismatch(operation, argument, "at least one axis", shape);
  return length;
}
