import {
  flipAnswers,
  QUESTION_IDS,
  type ProtocolAnswers,
  type QuestionId,
} from "@/domain/evaluation-protocol";
import { createRng, randomInt } from "@/shared/lib/rng";
import type { DatasetPlan } from "../dataset";
import type { Language } from "../plan/words";
import { checkReason, trueFacts, type FactCount, type Verdict } from "./checker";
import { factsOf, writeReason, type PairFacts } from "./grammar";

/** One case that the TypeScript and the Python checker must judge alike. */
export interface FixtureCase {
  readonly q: QuestionId;
  readonly answer: string;
  readonly language: Language;
  readonly text: string;
  readonly a: PairFacts["a"];
  readonly b: PairFacts["b"];
  readonly p: PairFacts["p"];
  readonly expected: Verdict;
  /** How many of the stated facts are so, and how many are stated. */
  readonly facts: FactCount;
  /** How the case was made: true reasons, reasons of another pair, swapped sides, broken text. */
  readonly made: "own" | "other-pair" | "swapped" | "broken";
}

function classOf(answers: ProtocolAnswers, q: QuestionId): string | undefined {
  return answers[q];
}

/** Cases from a plan's pairs: true ones, ones that mostly are false, and ones that do not parse. */
export function makeFixture(plan: DatasetPlan, seed: number): FixtureCase[] {
  const rng = createRng(seed);
  const factors = new Map(plan.creatives.map((creative) => [creative.id, creative.factors]));
  const facts = plan.pairs.map((pair) =>
    factsOf(factors.get(pair.a)!, factors.get(pair.b)!, pair.context, pair.answers),
  );
  const out: FixtureCase[] = [];
  const add = (
    i: number,
    q: QuestionId,
    answer: string,
    language: Language,
    text: string,
    made: FixtureCase["made"],
  ) => {
    const own = facts[i]!;
    out.push({
      q,
      answer,
      language,
      text,
      ...own,
      expected: checkReason(q, answer, text, language, own),
      facts: trueFacts(q, answer, text, language, own),
      made,
    });
  };
  plan.pairs.forEach((pair, i) => {
    for (const q of QUESTION_IDS) {
      const answer = classOf(pair.answers, q);
      if (answer === undefined) continue;
      const language: Language = rng() < 0.5 ? "en" : "zh";
      const text = writeReason(q, answer, language, facts[i]!, rng);
      add(i, q, answer, language, text, "own");
      const j = randomInt(rng, plan.pairs.length);
      if (classOf(plan.pairs[j]!.answers, q) === answer)
        add(i, q, answer, language, writeReason(q, answer, language, facts[j]!, rng), "other-pair");
      const flipped = classOf(flipAnswers(pair.answers), q);
      if (flipped !== undefined && flipped !== answer)
        add(i, q, flipped, language, text, "swapped");
      if (rng() < 0.1)
        add(i, q, answer, language, `${text.slice(0, Math.floor(text.length / 2))} zz`, "broken");
    }
  });
  return out;
}
