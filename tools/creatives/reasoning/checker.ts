import type { QuestionId } from "@/domain/evaluation-protocol";
import type { Language } from "../plan/words";
import grammarJson from "./grammar.json" with { type: "json" };
import { answerClass, FORMS, holds, type Form, type PairFacts } from "./grammar";

/** `unparsed`: the text is no sentence of the grammar for this question and answer. */
export type Verdict = "true" | "false" | "unparsed";

interface Capture {
  readonly role: string;
  readonly slot: string | undefined;
  readonly index: string | undefined;
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
const TOKEN = /\{(\w+)(?:\.(\w+)(?:#(\d))?)?\}|[(|)]|[^{(|)]+/gu;

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
    const [token, role, slot, index] = match;
    if (token === "(") source += "(?:";
    else if (token === ")" || token === "|") source += token;
    else if (role === undefined) source += escape(token);
    else {
      captures.push({ role, slot, index });
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

/** True when the captured words are what the facts say and the form's conditions hold. */
function isTrue(
  matcher: Matcher,
  words: readonly string[],
  answer: string,
  language: Language,
  facts: PairFacts,
): boolean {
  return assignments(answer).some((winner) => {
    const roles = { a: "a", b: "b", w: winner, l: winner === "a" ? "b" : "a" } as const;
    const used = new Map<string, Set<string>>();
    const slotsHold = matcher.captures.every(({ role, slot, index }, i) => {
      const word = words[i] ?? "";
      if (slot === undefined) return roles[role as keyof typeof roles] === word.toLowerCase();
      const spec = SLOTS[slot];
      if (!spec) return false;
      const from = role === "p" ? facts.p : facts[roles[role as keyof typeof roles]];
      const value = from[spec.factor];
      const id = spec.lexicon === undefined ? word : idOf(spec.lexicon, word, language);
      if (!spec.list) return String(value) === id;
      const key = `${role}.${slot}`;
      const seen = used.get(key) ?? new Set<string>();
      used.set(key, seen);
      const fresh = index === undefined || !seen.has(id);
      seen.add(id);
      return fresh && Array.isArray(value) && value.includes(id);
    });
    return slotsHold && matcher.form.when.every((condition) => holds(condition, facts, roles));
  });
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
  const wanted = answerClass(answer);
  let parsed = false;
  for (const matcher of MATCHERS[language]) {
    if (matcher.form.q !== q || matcher.form.answer !== wanted) continue;
    const found = matcher.regex.exec(text);
    if (!found) continue;
    parsed = true;
    if (isTrue(matcher, found.slice(1), answer, language, facts)) return "true";
  }
  return parsed ? "false" : "unparsed";
}
