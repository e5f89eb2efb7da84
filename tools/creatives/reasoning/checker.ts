import type { QuestionId } from "@/domain/evaluation-protocol";
import type { Language } from "../plan/words";
import grammarJson from "./grammar.json" with { type: "json" };
import { answerClass, FORMS, holds, type Form, type PairFacts } from "./grammar";

/** `unparsed`: the text is no sentence of the grammar for this question and answer. */
export type Verdict = "true" | "false" | "unparsed";
/** Of a reason's stated facts: how many are so, and how many there are. */
export type FactCount = readonly [true: number, stated: number];

interface Capture {
  readonly role: string;
  readonly slot: string | undefined;
}
interface Matcher {
  readonly form: Form;
  readonly regex: RegExp;
  readonly captures: readonly Capture[];
}

const SLOTS: Readonly<Record<string, { factor: string; lexicon?: string; list?: boolean }>> =
  grammarJson.slots;
const LEXICON: Readonly<Record<string, Readonly<Record<string, Record<Language, string>>>>> =
  grammarJson.lexicon;
const TOKEN = /\{(\w+)(?:\.(\w+)(?:#\d)?)?\}|[(|)]|[^{(|)]+/gu;

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
}

function wordsOfSlot(lexicon: string, language: Language): string {
  const words = Object.values(LEXICON[lexicon] ?? {}).map((word) => escape(word[language]));
  return words.sort((x, y) => y.length - x.length || (x < y ? -1 : 1)).join("|");
}

function compile(form: Form, template: string, language: Language): Matcher {
  const captures: Capture[] = [];
  let source = "";
  for (const match of template.matchAll(TOKEN)) {
    const [token, role, slot] = match;
    if (token === "(") source += "(?:";
    else if (token === ")" || token === "|") source += token;
    else if (role === undefined) source += escape(token);
    else {
      captures.push({ role, slot });
      const lexicon = slot === undefined ? undefined : SLOTS[slot]?.lexicon;
      source +=
        slot === undefined
          ? "([AB])"
          : lexicon === undefined
            ? "(.+?)"
            : `(${wordsOfSlot(lexicon, language)})`;
    }
  }
  return { form, regex: new RegExp(`^${source}$`, "u"), captures };
}

const MATCHERS: Readonly<Record<Language, readonly Matcher[]>> = {
  en: FORMS.flatMap((form) => form.en.map((text) => compile(form, text, "en"))),
  zh: FORMS.flatMap((form) => form.zh.map((text) => compile(form, text, "zh"))),
};

type Roles = Readonly<Record<string, "a" | "b">>;

function slotHolds(
  role: string,
  slot: string,
  word: string,
  language: Language,
  facts: PairFacts,
  roles: Roles,
  used: Set<string>,
): boolean {
  const spec = SLOTS[slot];
  if (!spec) return false;
  const from = role === "p" ? facts.p : facts[roles[role] ?? "a"];
  const value = from[spec.factor];
  const id = spec.lexicon === undefined ? word : idOf(spec.lexicon, word, language);
  if (!spec.list) return String(value) === id;
  const key = `${role}.${slot}.${id}`;
  const fresh = !used.has(key);
  used.add(key);
  return fresh && Array.isArray(value) && value.includes(id);
}

/** Of the facts that a template's words state when `winner` is the role `w`: which are so. */
function toldBy(
  { form, captures }: Matcher,
  words: readonly string[],
  winner: "a" | "b",
  language: Language,
  facts: PairFacts,
): readonly boolean[] {
  const roles: Roles = { a: "a", b: "b", w: winner, l: winner === "a" ? "b" : "a" };
  const used = new Set<string>();
  const told: boolean[] = [];
  let isRightSide = true;
  captures.forEach(({ role, slot }, i) => {
    const word = words[i] ?? "";
    if (slot === undefined) isRightSide &&= roles[role] === word.toLowerCase();
    else told.push(slotHolds(role, slot, word, language, facts, roles, used));
  });
  told.push(...form.when.map((condition) => holds(condition, facts, roles)));
  if (told.length === 0) return [isRightSide];
  return told.map((isSo) => isSo && isRightSide);
}

function assignments(answer: string): readonly ("a" | "b")[] {
  if (answer === "A>B" || answer === "A") return ["a"];
  if (answer === "A<B" || answer === "B") return ["b"];
  return ["a", "b"];
}

function idOf(lexicon: string, word: string, language: Language): string {
  const found = Object.entries(LEXICON[lexicon] ?? {}).find(
    ([, words]) => words[language] === word,
  );
  return found?.[0] ?? "";
}

/**
 * Of every way to understand a reason: which of its stated facts are so.
 *
 * A fact is a slot's word or a condition of the form; a side's letter is none, but where it names
 * the wrong side nothing said of it is so.
 */
function outcomes(
  q: QuestionId,
  answer: string,
  text: string,
  language: Language,
  facts: PairFacts,
): (readonly boolean[])[] {
  const wanted = answerClass(answer);
  return MATCHERS[language].flatMap((matcher) => {
    if (matcher.form.q !== q || matcher.form.answer !== wanted) return [];
    const words = matcher.regex.exec(text)?.slice(1);
    if (!words) return [];
    return assignments(answer).map((winner) => toldBy(matcher, words, winner, language, facts));
  });
}

/**
 * Judges one reason against the facts of the pair as shown.
 *
 * A text may fit several templates; it is true when any fitting template is true.
 */
export function checkReason(
  q: QuestionId,
  answer: string,
  text: string,
  language: Language,
  facts: PairFacts,
): Verdict {
  const found = outcomes(q, answer, text, language, facts);
  if (found.length === 0) return "unparsed";
  return found.some((told) => told.every(Boolean)) ? "true" : "false";
}

/**
 * How many of a reason's stated facts are so, and how many it states, understood at its best: the
 * largest share, and of equal shares the one of more facts.
 *
 * A reason that no template fits counts as one fact that is not so.
 */
export function trueFacts(
  q: QuestionId,
  answer: string,
  text: string,
  language: Language,
  facts: PairFacts,
): FactCount {
  const found = outcomes(q, answer, text, language, facts);
  const counts = found.map((told): FactCount => [told.filter(Boolean).length, told.length]);
  const [best] = counts.sort(([m, n], [k, l]) => k / l - m / n || l - n);
  return best ?? [0, 1];
}
