import { expect, test } from "vitest";
import { answersOf, parseReasoning, reasonsOf } from "@/domain/reasoning-text";
import type { OrderedRun } from "@/inference/protocol/messages";
import type { CreativeRow, HeldOutPair } from "./held-out-pairs";
import { pairRow } from "./pair-row";
import { figuresOf, scoreRun, type ScoredPair, type ScoredRun } from "./selector-figures";

const base: HeldOutPair = {
  ...pairRow("p-0"),
  a: "c0",
  b: "c1",
  comparable: true,
  answers: { q3: "A>B", q10: "A" },
};

/** Every reason states four facts; three of a false one are so. */
const FACTS = { true: [4, 4], false: [3, 4], unparsed: [0, 1] } as const;

function run(label: "A" | "B", truth: "A" | "B", verdict: keyof typeof FACTS): ScoredRun {
  return {
    label,
    answers: { q10: label },
    truth: { q10: truth },
    verdicts: [verdict],
    facts: [FACTS[verdict]],
    isWellFormed: verdict !== "unparsed",
  };
}

/** Right in both orders, a flip, and a pair that nobody can compare. */
const scored: readonly ScoredPair[] = [
  { pair: base, probabilityA: 0.8, runs: [run("A", "A", "true"), run("B", "B", "false")] },
  {
    pair: { ...base, id: "q-0", product_id: "q", label: "B", p_a: 0.3 },
    probabilityA: 0.6,
    runs: [run("A", "B", "unparsed"), run("A", "A", "true")],
  },
  {
    pair: { ...base, id: "r-0", product_id: "r", comparable: false, p_a: 0.5 },
    probabilityA: 0.9,
    runs: [run("A", "A", "true"), run("B", "B", "true")],
  },
];

test("verdicts count comparable pairs, reasons count every run", () => {
  const figures = figuresOf(scored);
  expect(figures.pairs).toBe(2);
  expect(figures.ceiling).toBeCloseTo(0.8, 12); // (0.9 + 0.7) / 2
  expect(figures.accuracy).toMatchObject({ value: 0.5, n: 2 });
  expect(figures.accuracyOfCeiling).toBeCloseTo(0.625, 12);
  expect(figures.singleRun).toMatchObject({ value: 0.75, n: 4 });
  expect(figures.bothOrders).toMatchObject({ value: 0.5, n: 2 });
  expect(figures.flips).toMatchObject({ value: 0.5, n: 2 });
  expect(figures.trueFacts).toMatchObject({ value: 19 / 21, n: 21 });
  expect(figures.faithfulReasons).toMatchObject({ value: 4 / 6, n: 6 });
  expect(figures.reasonsOutsideGrammar).toMatchObject({ value: 1 / 6, n: 6 });
  expect(figures.wellFormedResponses).toMatchObject({ value: 5 / 6, n: 6 });
  expect(figures.questions.q10).toMatchObject({ value: 5 / 6, n: 6 });
  expect(figures.questions.q3.n).toBe(0);
  // One bin each: 0.8 right (error 0.2), 0.6 wrong (error 0.6); mean 0.4.
  expect(figures.expectedCalibrationError).toBeCloseTo(0.4, 12);
});

test("nothing to judge gives no figures instead of zeros", () => {
  const figures = figuresOf([]);
  expect(figures).toMatchObject({ pairs: 0, ceiling: null, accuracyOfCeiling: null });
  expect(figures.accuracy).toEqual({ value: null, low: null, high: null, n: 0 });
});

const LINES = ["NO", "NO", "A>B", "A=B", "A=B", "A=B", "A=B", "A=B", "A=B", "A"].map(
  (answer, i) => `Q${i + 1} ${answer} words`,
);

/** A response in order AB, read as the studio reads it. */
function respond(lines: readonly string[], label: "A" | "B"): OrderedRun {
  const text = `<think>\n${lines.join("\n")}\n</think><answer>${label}</answer>`;
  const reasoning = parseReasoning(text);
  return {
    order: "AB",
    text,
    answers: answersOf(reasoning),
    reasons: reasonsOf(reasoning),
    probabilityA: label === "A" ? 0.7 : 0.3,
    isWellFormed: reasoning.isWellFormed,
    tokens: 1,
  };
}

const side = { id: "c0", file: "c0.png", path: "c0.png", factors: { headline_interest: "" } };
const score = (run: OrderedRun) => {
  const creative = side as unknown as CreativeRow;
  return scoreRun(run, base, [creative, creative], "en");
};

test("well-formed is what PyTorch's table calls so: ten answers, or a void pair, and one verdict", () => {
  expect(score(respond(LINES, "A"))).toMatchObject({ label: "A", isWellFormed: true });
  expect(score(respond(LINES, "B")).isWellFormed).toBe(false);
  expect(score(respond(LINES.toSpliced(3, 1), "A")).isWellFormed).toBe(false);
  expect(score(respond(["Q1 YES same", "Q10 A words"], "A")).isWellFormed).toBe(true);
  expect(score(respond([...LINES, "and so on"], "A")).isWellFormed).toBe(false);
});

test("a void response without a line for Q10 has no reason to judge there", () => {
  const { answers, verdicts, facts, label } = score(respond(["Q1 YES same"], "A"));
  expect({ answers, verdicts, facts, label }).toEqual({
    answers: { q1: "YES" },
    verdicts: ["unparsed"],
    facts: [[0, 1]],
    label: "A",
  });
});

test("a reason that no sentence of the grammar expresses is outside of it", () => {
  const { verdicts } = score(respond(LINES, "A"));
  expect(verdicts).toEqual(Array.from({ length: 10 }, () => "unparsed"));
});
