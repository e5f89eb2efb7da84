import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { flipAnswers, QUESTION_IDS, type ProtocolAnswers } from "@/domain/evaluation-protocol";
import { createRng } from "@/shared/lib/rng";
import { planDataset, type DatasetPlan } from "../dataset";
import type { Factors } from "../plan/types";
import type { Language } from "../plan/words";
import { checkReason } from "./checker";
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

test("the checker gives the fixture's verdicts, which the Python checker must give too", () => {
  const cases = readFileSync(new URL("./fixture.jsonl", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as FixtureCase);
  expect(new Set(cases.map(({ expected }) => expected))).toEqual(
    new Set(["true", "false", "unparsed"]),
  );
  const verdicts = cases.map(({ q, answer, text, language, a, b, p }) => [
    text,
    checkReason(q, answer, text, language, { a, b, p }),
  ]);
  expect(verdicts).toEqual(cases.map(({ text, expected }) => [text, expected]));
});
