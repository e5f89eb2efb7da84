import fc from "fast-check";
import { expect, test } from "vitest";
import { scoreClassification, scoreMultiLabel, type ClassScores } from "./classification";
import fixture from "./classification.fixture.json";

function near(scores: ClassScores): unknown {
  return {
    precision: expect.closeTo(scores.precision, 12),
    recall: expect.closeTo(scores.recall, 12),
    f1: expect.closeTo(scores.f1, 12),
  };
}

test("single labels: averages, labels and confusion matrix equal scikit-learn", () => {
  const { single } = fixture;
  const result = scoreClassification(single.truth, single.predicted);
  expect(result.accuracy).toBeCloseTo(single.accuracy, 12);
  expect(result.labels).toEqual(single.labels);
  expect(result.confusion).toEqual(single.confusion);
  for (const average of ["macro", "micro", "weighted"] as const) {
    expect(result[average]).toEqual(near(single[average]));
  }
  result.perLabel.forEach((entry, i) => {
    expect(entry).toMatchObject(near(single.per_label[i]!) as object);
    expect(entry.support).toBe(single.per_label[i]!.support);
  });
});

test("sets of labels: all averages equal scikit-learn, empty sets included", () => {
  const { multi } = fixture;
  const result = scoreMultiLabel(multi.truth, multi.predicted);
  expect(result.subsetAccuracy).toBeCloseTo(multi.subset_accuracy, 12);
  for (const average of ["macro", "micro", "weighted", "samples"] as const) {
    expect(result[average]).toEqual(near(multi[average]));
  }
});

const label = fc.constantFrom("a", "b", "c");
const pairs = fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 30 });

test("micro scores equal accuracy, and weighted recall too, whatever the labels", () => {
  fc.assert(
    fc.property(pairs, (data) => {
      const result = scoreClassification(
        data.map(([truth]) => truth),
        data.map(([, predicted]) => predicted),
      );
      expect(result.micro.f1).toBeCloseTo(result.accuracy!, 12);
      expect(result.weighted.recall).toBeCloseTo(result.accuracy!, 12);
    }),
  );
});

test("single labels scored as sets of one give the same averages", () => {
  fc.assert(
    fc.property(pairs, (data) => {
      const truth = data.map(([t]) => t);
      const predicted = data.map(([, p]) => p);
      const single = scoreClassification(truth, predicted);
      const sets = scoreMultiLabel(
        truth.map((t) => [t]),
        predicted.map((p) => [p]),
      );
      expect(sets.macro).toEqual(single.macro);
      expect(sets.weighted).toEqual(single.weighted);
      expect(sets.subsetAccuracy).toBe(single.accuracy);
    }),
  );
});

test("no items give no accuracy, and lists of different length are refused", () => {
  expect(scoreClassification([], []).accuracy).toBeNull();
  expect(scoreMultiLabel([], []).subsetAccuracy).toBeNull();
  expect(() => scoreClassification(["a"], [])).toThrow(/as many predictions/);
});
