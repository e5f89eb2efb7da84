import { expect, test } from "vitest";
import { parseExamples, parseStoredExample } from "./stored-example";

const set = {
  id: "hats",
  title: { en: "Hat", zh: "帽子" },
  queries: { en: ["warm"], zh: ["保暖"] },
  images: ["images/a.webp", "images/b.webp"],
};

test("example sets are read, bare or under `examples`", () => {
  expect(parseExamples([set])).toEqual([set]);
  expect(parseExamples({ examples: [set] })).toEqual([set]);
});

test.each([["https://example.org/a.webp"], ["../secret.png"], ["images/../../a.png"], ["a.svg"]])(
  "an image outside the demo folder is refused: %s",
  (image) => {
    expect(() => parseExamples([{ ...set, images: [image, "b.webp"] }])).toThrow(/examples\.json/);
  },
);

const run = {
  order: "AB",
  text: "",
  answers: { q3: "A>B", q10: "A" },
  reasons: { q3: "clear" },
  probabilityA: 0.6,
  isWellFormed: true,
  tokens: 10,
};
const outcome = {
  runs: [run, { ...run, order: "BA" }],
  probabilityA: 0.6,
  ordersAgree: true,
  engine: "ort-node",
  timings: { encodeMs: 1, generateMs: 1, totalMs: 2 },
};
const stored = {
  version: 1,
  exampleId: "hats",
  model: { id: "creative4u-nano", revision: "r1", name: "Perigee nano" },
  createdAt: "2026-11-20T00:00:00.000Z",
  results: { en: outcome, zh: outcome },
};

test("a stored result is read, and a probability beyond 1 or an unknown answer is refused", () => {
  expect(parseStoredExample(stored).results.en.runs[0].answers.q3).toBe("A>B");
  const bad = { ...outcome, probabilityA: 1.2 };
  expect(() => parseStoredExample({ ...stored, results: { en: bad, zh: outcome } })).toThrow(
    /probabilityA/,
  );
  const odd = { ...outcome, runs: [{ ...run, answers: { q3: "B>A" } }, run] };
  expect(() => parseStoredExample({ ...stored, results: { en: odd, zh: outcome } })).toThrow(/q3/);
});
