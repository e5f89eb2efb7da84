import fc from "fast-check";
import { expect, test } from "vitest";
import { readTable } from "./read-table";

/** A blob whose stream arrives in the given pieces. */
function blobOf(pieces: readonly string[]): Blob {
  const blob = new Blob([...pieces]);
  const stream = () => new Blob([...pieces]).stream();
  return Object.assign(blob, {
    stream: () =>
      pieces.length < 2
        ? stream()
        : new ReadableStream<Uint8Array>({
            start(controller) {
              for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
              controller.close();
            },
          }),
  });
}

test("lines end with CR, LF or both, wherever the pieces are cut", async () => {
  const ending = fc.constantFrom("\n", "\r", "\r\n");
  const lines = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), ending), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(120), { maxLength: 8 }), async (rows, cuts) => {
      const text = rows.map(([n, end]) => `{"n":${n}}${end}`).join("");
      const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length];
      at.sort((a, b) => a - b);
      const pieces = at.slice(1).map((to, i) => text.slice(at[i], to));
      const expected = rows.map(([n], i) => ({ row: i + 1, value: { n } }));
      expect(await readTable(blobOf(pieces), "x.jsonl")).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test("a byte order mark, empty and broken lines keep their numbers", async () => {
  const blob = new Blob(['\u{FEFF}{"a":1}\n\n[2]\nx\n{"a":3}']);
  const rows = await readTable(blob, "x.jsonl");
  expect(rows.map(({ row }) => row)).toEqual([1, 3, 4, 5]);
  expect(rows.map((result) => "issue" in result)).toEqual([false, true, true, false]);
});
