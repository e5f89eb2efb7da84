import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { flipAnswers, QUESTION_IDS, type ProtocolAnswers } from "@/domain/evaluation-protocol";
import { createRng } from "@/shared/lib/rng";
import { planDataset, type DatasetPlan } from "../dataset";
import type { Factors } from "../plan/types";
import type { Language } from "../plan/words";
import { checkReason, trueFacts } from "./checker";
import { FORMS, factsOf, writeReasons } from "./grammar";
import grammarJson from "./grammar.json" with { type: "json" };
import type { FixtureCase } from "./make-fixture";

const LANGUAGES: readonly Language[] = ["en", "zh"];
let plan: DatasetPlan;
let factors: Map<string, Factors>;

beforeAll(() => {
  plan = planDataset({
    output: "",
    seed: 808,
    products: 360,
    pairs: 1000,
    size: 1,
    perProduct: 4,
    variants: 1,
    viewsPerProduct: 0,
  });
  factors = new Map(plan.creatives.map((creative) => [creative.id, creative.factors]));
}, 120_000);

/** Every wording of a template, slots left open. */
function wordings(template: string): string[] {
  const choice = /\(([^()]*)\)/u.exec(template);
  if (!choice) return [template];
  return (choice[1] ?? "")
    .split("|")
    .flatMap((option) =>
      wordings(
        template.slice(0, choice.index) + option + template.slice(choice.index + choice[0].length),
      ),
    );
}

test("every question has at least 20 different wordings in each language", () => {
  for (const q of QUESTION_IDS)
    for (const language of LANGUAGES) {
      const forms = FORMS.filter((form) => form.q === q).flatMap((form) =>
        form[language].flatMap(wordings),
      );
      expect(new Set(forms).size, `${q} ${language}`).toBeGreaterThanOrEqual(20);
    }
});

test("within a lexicon section no two entries share a word, so a word names one thing", () => {
  for (const [section, entries] of Object.entries(grammarJson.lexicon))
    for (const language of LANGUAGES) {
      const words = Object.values(entries).map((entry) => entry[language]);
      expect(new Set(words).size, `${section} ${language}`).toBe(words.length);
    }
});

test("every reason of thousands of pairs, in both orders, is judged true by the checker", () => {
  let judged = 0;
  const failures: string[] = [];
  for (const pair of plan.pairs)
    for (const order of ["AB", "BA"] as const) {
      const [a, b, answers] =
        order === "AB"
          ? [pair.a, pair.b, pair.answers]
          : [pair.b, pair.a, flipAnswers(pair.answers)];
      const facts = factsOf(factors.get(a)!, factors.get(b)!, pair.context, answers);
      for (const language of LANGUAGES)
        for (const variant of pair.reasons[order][language])
          for (const q of QUESTION_IDS) {
            const answer = answers[q];
            if (answer === undefined) continue;
            judged++;
            const text = variant[q]!;
            const verdict = checkReason(q, answer, text, language, facts);
            if (verdict !== "true") failures.push(`${pair.id} ${order} ${q} ${answer}: ${text}`);
          }
    }
  expect(failures).toEqual([]);
  expect(judged).toBeGreaterThan(30_000);
});

test("the same reasons with the pictures exchanged are false unless they say nothing of a side", () => {
  let wrong = 0;
  let all = 0;
  for (const pair of plan.pairs.slice(0, 300)) {
    const facts = factsOf(factors.get(pair.b)!, factors.get(pair.a)!, pair.context, pair.answers);
    for (const q of ["q3", "q4", "q5", "q6", "q7", "q8", "q9"] as const) {
      const answer = pair.answers[q];
      if (answer === undefined || answer === "A=B") continue;
      all++;
      if (checkReason(q, answer, pair.reasons.AB.en[0]![q]!, "en", facts) === "false") wrong++;
    }
  }
  expect(wrong / all).toBeGreaterThan(0.98);
});

test("naming the wrong headline, colour, letter or aspect is false; other sentences are unparsed", () => {
  const pair = plan.pairs.find(
    ({ a, b, answers }) =>
      answers.q10 === "A" &&
      answers.q5 === "A>B" &&
      factors.get(a)!.headline === "Light as air" &&
      !factors.get(b)!.has_headline,
  )!;
  const facts = factsOf(factors.get(pair.a)!, factors.get(pair.b)!, pair.context, pair.answers);
  const judge = (text: string, answer = "A>B") => checkReason("q5", answer, text, "en", facts);
  expect(judge('Only A has a headline, "Light as air"')).toBe("true");
  expect(judge('Only A has a headline, "Fresh design"')).toBe("false");
  expect(judge('Only B has a headline, "Light as air"')).toBe("false");
  expect(judge('Only B has a headline, "Light as air"', "A<B")).toBe("false");
  expect(judge("A is nicer")).toBe("unparsed");
  expect(checkReason("q10", "A", "A wins on text and text", "en", facts)).toBe("false");
  const count = (text: string, answer = "A>B") => trueFacts("q5", answer, text, "en", facts);
  expect(count('Only A has a headline, "Light as air"')).toEqual([3, 3]);
  expect(count('Only A has a headline, "Fresh design"')).toEqual([2, 3]);
  expect(count('Only B has a headline, "Light as air"')).toEqual([0, 3]);
  expect(count("A is nicer")).toEqual([0, 1]);
  expect(trueFacts("q10", "A", "A wins on text and text", "en", facts)).toEqual([1, 2]);
});

/** Reasons that say what both sides show. */
const READING = /^(Two pictures|Clear enough): /u;

test("reasons are short enough for a nano model", () => {
  for (const pair of plan.pairs)
    for (const text of Object.values(pair.reasons.AB.en[0]!))
      expect(text.split(" ").length).toBeLessThanOrEqual(READING.test(text) ? 26 : 16);
});

test("facts with answers that no form explains are refused, not made up", () => {
  const pair = plan.pairs.find(({ comparable }) => comparable)!;
  const facts = factsOf(factors.get(pair.a)!, factors.get(pair.b)!, pair.context, pair.answers);
  const odd = { q3: "A?B" } as unknown as ProtocolAnswers;
  expect(() => writeReasons(odd, "en", { ...facts, a: facts.b }, createRng(1))).toThrow(
    /no form of q3/u,
  );
});

function readFixture(): FixtureCase[] {
  const lines = readFileSync(new URL("./fixture.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as FixtureCase);
}

test("a side of the fixture that shows another kind shows another kind", () => {
  const sides = readFixture().flatMap(({ a, b, p }) => [a, b].map((side) => ({ side, p })));
  const wrong = sides.filter(({ side }) => side["match"] === "wrong_kind");
  expect(wrong.length).toBeGreaterThan(50);
  expect(wrong.filter(({ side, p }) => side["kind"] === p["kind"])).toEqual([]);
});

test("the checker gives the fixture's verdicts and true facts, which the Python checker must give too", () => {
  const cases = readFixture();
  expect(new Set(cases.map(({ expected }) => expected))).toEqual(
    new Set(["true", "false", "unparsed"]),
  );
  const judged = cases.map(({ q, answer, text, language, a, b, p }) => [
    text,
    checkReason(q, answer, text, language, { a, b, p }),
    trueFacts(q, answer, text, language, { a, b, p }),
  ]);
  expect(judged).toEqual(cases.map(({ text, expected, facts }) => [text, expected, facts]));
});

test("in the fixture all facts are so where the verdict is true, and some reasons are partly so", () => {
  const cases = readFixture();
  expect(cases.map(({ facts: [so, stated] }) => so === stated)).toEqual(
    cases.map(({ expected }) => expected === "true"),
  );
  const unparsed = cases.filter(({ expected }) => expected === "unparsed");
  expect(unparsed.filter(({ facts }) => facts.join() !== "0,1")).toEqual([]);
  const partly = cases.filter(({ facts: [so, stated] }) => so > 0 && so < stated);
  expect(partly.length).toBeGreaterThan(20);
});
