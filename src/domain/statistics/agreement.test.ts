import fc from "fast-check";
import { expect, test } from "vitest";
import { figureOf, measureAgreement } from "./agreement";
import fixture from "./agreement.fixture.json";
import { createRatingTable, type MeasurementLevel, type Rating } from "./rating-table";

function ratingsOf(rows: readonly (readonly string[])[]): Rating[] {
  return rows.map(([task, worker, label]) => ({ task: task!, worker: worker!, label: label! }));
}

const CASES = ["nominal", "graded", "skewed"] as const;

test.each(CASES)("%s: unweighted coefficients equal irrCAC and scikit-learn", (name) => {
  const { rows, expected } = fixture[name];
  const figures = measureAgreement(createRatingTable(ratingsOf(rows)), "nominal", { resamples: 0 });
  for (const id of ["percentage", "cohen_kappa", "fleiss_kappa", "gwet_ac1"] as const) {
    expect(figureOf(figures, id).value).toBeCloseTo(expected[id], 9);
  }
  const alpha = figureOf(figures, "krippendorff_alpha").value;
  expect(alpha).toBeCloseTo(expected.krippendorff_alpha.nominal, 9);
});

test.each(["ordinal", "interval", "ratio"] as const)(
  "%s level: alpha equals krippendorff, AC2 equals irrCAC, labels missing",
  (level) => {
    const { rows, expected } = fixture.graded;
    const figures = measureAgreement(createRatingTable(ratingsOf(rows)), level, { resamples: 0 });
    expect(figureOf(figures, "krippendorff_alpha").value).toBeCloseTo(
      expected.krippendorff_alpha[level],
      9,
    );
    expect(figureOf(figures, "gwet_ac2").value).toBeCloseTo(expected.gwet_ac2[level], 9);
  },
);

test.each(CASES)("%s: bootstrap intervals equal the packages on the same resamples", (name) => {
  const { rows, bootstrap } = fixture[name];
  const { seed, resamples } = bootstrap;
  const level = bootstrap.level as MeasurementLevel;
  const table = createRatingTable(ratingsOf(rows));
  const figures = measureAgreement(table, level, { seed, resamples });
  for (const id of ["krippendorff_alpha", "cohen_kappa"] as const) {
    const { interval } = figureOf(figures, id);
    const expected = bootstrap[id];
    expect(interval?.low).toBeCloseTo(expected.low, 9);
    expect(interval?.high).toBeCloseTo(expected.high, 9);
    expect(interval?.standardError).toBeCloseTo(expected.standard_error, 9);
    expect(interval?.undefinedResamples).toBe(expected.undefined);
  }
});

const rating = fc.record({
  task: fc.constantFrom("a", "b", "c", "d", "e"),
  worker: fc.constantFrom("u", "v", "w"),
  label: fc.constantFrom("1", "2", "3"),
});
const ratings = fc.uniqueArray(rating, {
  maxLength: 15,
  selector: ({ task, worker }) => task + worker,
});
const level = fc.constantFrom<MeasurementLevel[]>("nominal", "ordinal", "interval", "ratio");

test("no coefficient is ever NaN, above 1, or without a reason for being undefined", () => {
  fc.assert(
    fc.property(ratings, level, (data, scale) => {
      for (const figure of measureAgreement(createRatingTable(data), scale, { resamples: 20 })) {
        expect(figure.value === null).toBe(figure.reason !== null);
        if (figure.value === null) continue;
        expect(figure.value).toBeLessThanOrEqual(1 + 1e-12);
        expect(Number.isFinite(figure.value)).toBe(true);
      }
    }),
  );
});

test("neither the order of the rows nor the names of tasks and workers matter", () => {
  fc.assert(
    fc.property(ratings, level, (data, scale) => {
      const renamed = data
        .toReversed()
        .map(({ task, worker, label }) => ({ task: `${task}!`, worker: `${worker}!`, label }));
      const before = measureAgreement(createRatingTable(data), scale, { resamples: 0 });
      const after = measureAgreement(createRatingTable(renamed), scale, { resamples: 0 });
      before.forEach((figure, i) => {
        expect(after[i]!.reason).toBe(figure.reason);
        // Undefined ones compare as −9, which no coefficient of these tables reaches.
        expect(after[i]!.value ?? -9).toBeCloseTo(figure.value ?? -9, 10);
      });
    }),
  );
});

test("full agreement on several labels is 1 in every coefficient", () => {
  const rows = ["1", "2", "3", "2"].flatMap((label, t) =>
    ["u", "v", "w"].map((worker) => ({ task: `t${t}`, worker, label })),
  );
  for (const { value } of measureAgreement(createRatingTable(rows), "ordinal")) {
    expect(value).toBeCloseTo(1, 12);
  }
});

test.each([
  [
    "one-worker",
    [
      ["t1", "u", "1"],
      ["t2", "u", "2"],
    ],
  ],
  [
    "no-overlap",
    [
      ["t1", "u", "1"],
      ["t2", "v", "2"],
    ],
  ],
  ["no-overlap", []],
  [
    "one-label",
    [
      ["t1", "u", "1"],
      ["t1", "v", "1"],
    ],
  ],
] as const)("undefined coefficients say %s", (reason, rows) => {
  const figures = measureAgreement(createRatingTable(ratingsOf(rows)));
  for (const id of ["cohen_kappa", "fleiss_kappa", "krippendorff_alpha", "gwet_ac1"] as const) {
    expect(figureOf(figures, id)).toMatchObject({ value: null, interval: null, reason });
  }
});

test("AC1 stays defined for one used label when the other one is declared", () => {
  const table = createRatingTable(
    ratingsOf([
      ["t1", "u", "yes"],
      ["t1", "v", "yes"],
    ]),
    ["no", "yes"],
  );
  expect(figureOf(measureAgreement(table), "gwet_ac1").value).toBe(1);
});

test("interval level refuses labels that are not numbers, with the reason", () => {
  const table = createRatingTable(
    ratingsOf([
      ["t1", "u", "good"],
      ["t1", "v", "bad"],
    ]),
  );
  const figures = measureAgreement(table, "interval");
  expect(figureOf(figures, "krippendorff_alpha").reason).toBe("not-on-scale");
  expect(figureOf(figures, "cohen_kappa").value).not.toBeNull();
});

test("a second label of a worker for a task is an error that names both", () => {
  const twice = [
    { task: "t1", worker: "u", label: "1" },
    { task: "t1", worker: "u", label: "2" },
  ];
  expect(() => createRatingTable(twice)).toThrow(/"u".*"t1".*twice/);
});
