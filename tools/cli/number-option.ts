import { UsageError } from "./command";

/**
 * A whole number given on the command line.
 *
 * @throws {UsageError} when it is not one within the range.
 */
export function parseWholeNumber(
  name: string,
  text: string | undefined,
  fallback: number,
  [least, most]: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER],
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^-?\d+$/u.test(text) || value < least || value > most) {
    throw new UsageError(
      `--${name}: expected a whole number from ${least} to ${most}, got "${text}"`,
    );
  }
  return value;
}

/**
 * Coverage of intervals, between 0 and 1.
 *
 * @throws {UsageError} when it is not.
 */
export function parseConfidence(text: string | undefined): number {
  if (text === undefined) return 0.95;
  const value = Number(text);
  if (!(value > 0 && value < 1)) {
    throw new UsageError(`--confidence: expected a number between 0 and 1, got "${text}"`);
  }
  return value;
}
