import { createTurns } from "./turn";

/** Rows sorted, or merged, before the page may have its turn. */
const STEP = 2000;

/**
 * Sorts row numbers as `Int32Array.prototype.sort` does, giving the page its turn meanwhile: 100,000
 * strings take a few tenths of a second, during which it would neither draw nor answer keys.
 *
 * @param rows - sorted in place.
 * @param compare - below 0 where `a` comes first; equal rows keep their order.
 * @returns the rows.
 */
export async function sortInTurns(
  rows: Int32Array,
  compare: (a: number, b: number) => number,
): Promise<Int32Array> {
  const turns = createTurns();
  for (let at = 0; at < rows.length; at += STEP) {
    rows.subarray(at, at + STEP).sort(compare);
    await turns();
  }
  const spare = new Int32Array(rows.length);
  for (let run = STEP; run < rows.length; run *= 2) {
    for (let from = 0; from + run < rows.length; from += 2 * run) {
      const to = Math.min(from + 2 * run, rows.length);
      spare.set(rows.subarray(from, to), from);
      let left = from;
      let right = from + run;
      for (let at = from; at < to; at++) {
        const takesLeft =
          right >= to || (left < from + run && compare(spare[left]!, spare[right]!) <= 0);
        rows[at] = spare[takesLeft ? left++ : right++]!;
        if (at % STEP === 0) await turns();
      }
    }
  }
  return rows;
}
