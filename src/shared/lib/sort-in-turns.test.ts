import { expect, it } from "vitest";
import { createRng } from "./rng";
import { sortInTurns } from "./sort-in-turns";

it.each([0, 1, 2, 1999, 2000, 2001, 4000, 6001, 20_011])("sorts %d rows, stably", async (size) => {
  const rng = createRng(size + 1);
  // Few values, so that many rows are equal.
  const values = Int32Array.from({ length: size }, () => Math.floor(rng() * 50));
  const compare = (a: number, b: number): number => values[a]! - values[b]!;
  const rows = Int32Array.from(values.keys());
  const expected = rows.toSorted(compare);
  expect(await sortInTurns(rows, compare)).toEqual(expected);
});

it("lets other work run meanwhile", async () => {
  let others = 0;
  const timer = setInterval(() => (others += 1), 0);
  const rows = Int32Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 200_000);
  await sortInTurns(rows, (a, b) => String(a).localeCompare(String(b)));
  clearInterval(timer);
  expect(others).toBeGreaterThan(1);
});
