import fc from "fast-check";
import { expect, test } from "vitest";
import { scoreClassification, scoreMultiLabel, type ScoreAverages } from "./classification";

const label = fc.constantFrom("a", "b", "c", "d");
const pairs = fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 30 });
const sets = fc.array(
  fc.tuple(fc.uniqueArray(label, { maxLength: 3 }), fc.uniqueArray(label, { maxLength: 3 })),
  { minLength: 1, maxLength: 20 },
);

const numbersOf = ({ macro, micro, weighted }: ScoreAverages): number[] =>
  [macro, micro, weighted].flatMap(({ precision, recall, f1 }) => [precision, recall, f1]);

const score = (data: readonly (readonly [string, string])[]) =>
  scoreClassification(
    data.map(([truth]) => truth),
    data.map(([, predicted]) => predicted),
  );

test("all averages lie in [0, 1], and F1 between precision and recall for every label", () => {
  fc.assert(
    fc.property(pairs, sets, (data, lists) => {
      const single = score(data);
      const multi = scoreMultiLabel(
        lists.map(([truth]) => truth),
        lists.map(([, predicted]) => predicted),
      );
      for (const value of [...numbersOf(single), ...numbersOf(multi)]) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1 + 1e-12);
      }
      for (const { precision, recall, f1 } of [...single.perLabel, ...multi.perLabel]) {
        expect(f1).toBeGreaterThanOrEqual(Math.min(precision, recall) - 1e-12);
        expect(f1).toBeLessThanOrEqual(Math.max(precision, recall) + 1e-12);
      }
    }),
  );
});

test("the order of items changes nothing", () => {
  fc.assert(
    fc.property(pairs, (data) => {
      expect(score(data.toReversed())).toEqual(score(data));
    }),
  );
});

test("new names for the labels change no average", () => {
  fc.assert(
    fc.property(pairs, (data) => {
      const names: Readonly<Record<string, string>> = { a: "z", b: "y", c: "x", d: "w" };
      const renamed = data.map(([t, p]): [string, string] => [names[t]!, names[p]!]);
      const [one, other] = [score(data), score(renamed)];
      expect(other.accuracy).toBe(one.accuracy);
      expect(numbersOf(other)).toEqual(numbersOf(one).map((value) => expect.closeTo(value, 12)));
    }),
  );
});

test("mending one wrong prediction never lowers accuracy, and truth as prediction scores 1", () => {
  fc.assert(
    fc.property(pairs, fc.nat(29), (data, place) => {
      const mended = data.map(([t, p], i): [string, string] => [
        t,
        i === place % data.length ? t : p,
      ]);
      expect(score(mended).accuracy!).toBeGreaterThanOrEqual(score(data).accuracy!);
      const perfect = score(data.map(([t]): [string, string] => [t, t]));
      expect(numbersOf(perfect)).toEqual(numbersOf(perfect).map(() => expect.closeTo(1, 12)));
    }),
  );
});

test("the confusion matrix adds up to the items, its diagonal to the right ones", () => {
  fc.assert(
    fc.property(pairs, (data) => {
      const { confusion, accuracy, items } = score(data);
      expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(items);
      const right = confusion.reduce((sum, row, i) => sum + row[i]!, 0);
      expect(right / items).toBeCloseTo(accuracy!, 12);
    }),
  );
});
