/** The deterministic splits of the training recipes, so that a benchmark can keep to what training has not seen. */
import type { Split } from "./task";

/** Share of validation entries where a key decides. */
export const VALIDATION_SHARE = 0.2;

/**
 * Splits by key: the first four bytes of SHA-256("perigee-split:" + key), big-endian, ÷ 2³² below
 * the share.
 *
 * @param key - e.g. `luma:24-MB01`.
 * @param share - share of validation entries, in [0, 1].
 */
export async function inValidation(key: string, share = VALIDATION_SHARE): Promise<boolean> {
  const bytes = new TextEncoder().encode(`perigee-split:${key}`);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new DataView(digest).getUint32(0) / 2 ** 32 < share;
}

/** Whether an entry with this key belongs to the split. */
export async function inSplit(key: string, split: Split): Promise<boolean> {
  return split === "all" || (await inValidation(key)) === (split === "val");
}

/** Order by code points, which is Python's; JavaScript's own order compares halves of surrogate pairs. */
function compareNames(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

/**
 * Splits photos of one thing that are numbered as they were taken: the last ⌈n/5⌉ in code-point order
 * of their names are validation. Neighbours often show the same pile, so that single photos drawn by
 * chance would have near-copies in training; here only those at the one cut can.
 *
 * @param names - file names of all photos of one thing, in any order.
 * @returns the validation photos; a thing with a single photo has no other.
 */
export function lastFifth(names: readonly string[]): ReadonlySet<string> {
  const count = Math.ceil(names.length / 5);
  return new Set(names.toSorted(compareNames).slice(names.length - count));
}
