/** Options as parseArgs gives them: text, or absent. */
type Values = Readonly<Record<string, string | undefined>>;

/** @returns the option as a whole number from 0, `fallback` when it was not given. */
export function count(values: Values, name: string, fallback: number): number {
  return numberOf(values, name, fallback, Number.isInteger, Infinity, "a whole number");
}

/** @returns the option as a share from 0 to 1, `fallback` when it was not given. */
export function share(values: Values, name: string, fallback: number): number {
  return numberOf(values, name, fallback, Number.isFinite, 1, "a number from 0 to 1");
}

function numberOf(
  values: Values,
  name: string,
  fallback: number,
  fits: (value: unknown) => boolean,
  highest: number,
  expected: string,
): number {
  const text = values[name];
  if (text === undefined) return fallback;
  // Blank text would be zero.
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!fits(value) || value < 0 || value > highest)
    throw new Error(`--${name}: expected ${expected}, got "${text}"`);
  return value;
}
