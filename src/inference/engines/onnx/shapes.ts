/** Shape arithmetic of the tracer; every mismatch names operation, argument, expected and actual. */
import { AppError } from "@/shared/lib/errors";
import type { Shape } from "../../ops/ops";

export function shapeError(
  operation: string,
  argument: string,
  expected: string,
  actual: Shape,
): AppError {
  return new AppError(
    "shape-mismatch",
    `${operation}: ${argument} must be ${expected}, got [${actual.join(", ")}].`,
    { details: { operation, argument, expected, actual: actual.join(",") } },
  );
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** NumPy broadcasting. */
export function broadcast(operation: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw shapeError(operation, "b", `broadcastable to [${a.join(", ")}]`, b);
    }
    out.push(left === 1 ? right : left);
  }
  return out;
}

export function assertShape(
  operation: string,
  argument: string,
  actual: Shape,
  expected: Shape,
): void {
  if (actual.length !== expected.length || actual.some((size, axis) => size !== expected[axis])) {
    throw shapeError(operation, argument, `[${expected.join(", ")}]`, actual);
  }
}

export function assertRank(operation: string, argument: string, actual: Shape, rank: number): void {
  if (actual.length !== rank) throw shapeError(operation, argument, `of rank ${rank}`, actual);
}

/** Axis counted from the front; negative axes count from the back. */
export function frontAxis(operation: string, shape: Shape, axis: number): number {
  const front = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(front) || front < 0 || front >= shape.length) {
    throw shapeError(operation, "x", `of a rank that has axis ${axis}`, shape);
  }
  return front;
}
