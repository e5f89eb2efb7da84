import {
  type AspectAnswer,
  type ProtocolAnswers,
  type QuestionId,
  QUESTION_IDS,
} from "@/domain/evaluation-protocol";
import { randomInt, shuffled, type Rng } from "@/shared/lib/rng";
import type { PairContext } from "../plan/aspects";
import { ASPECTS } from "../plan/aspects";
import type { Factors } from "../plan/types";
import type { Language } from "../plan/words";
import grammarJson from "./grammar.json" with { type: "json" };

/**
 * Writes and checks reasons by the one grammar file. The exact rules are in
 * docs/selector-format.md; training/ has the same checker in Python, and fixture.jsonl keeps both
 * equal. The checker shares no code path with the writer but the evaluation of conditions.
 */

export type Condition = readonly [string, ...(string | number)[]];
export interface Form {
  readonly q: string;
  readonly answer: string;
  /** Says what both sides show, whatever it is: later answers can build on it. */
  readonly reads?: true;
  readonly when: readonly Condition[];
  readonly en: readonly string[];
  readonly zh: readonly string[];
}
interface SlotSpec {
  readonly factor: string;
  readonly lexicon?: string;
  readonly list?: boolean;
}

export const FORMS = grammarJson.forms as unknown as readonly Form[];
const SLOTS: Readonly<Record<string, SlotSpec>> = grammarJson.slots;
const LEXICON: Readonly<Record<string, Readonly<Record<string, Record<Language, string>>>>> =
  grammarJson.lexicon;

const BY_QUESTION = Map.groupBy(FORMS, (form) => `${form.q}/${form.answer}`);

type Value = string | number | boolean | readonly string[];
type Facts = Readonly<Record<string, Value>>;

/** What may be said of a pair in one display order. */
export interface PairFacts {
  readonly a: Facts;
  readonly b: Facts;
  readonly p: Facts;
}

/** Whether a headline says what is searched for, and what the title names. */
function appealOf({ headline_interest: said }: Factors, context: PairContext): string {
  const isSearched = context.interests.includes(said);
  const isTitled = said !== "" && said === context.feature;
  if (isSearched) return isTitled ? "both" : "searched";
  return isTitled ? "titled" : "neither";
}

/** The facts of a pair as shown: factors, context, and for each side its appeal and what it wins. */
export function factsOf(
  a: Factors,
  b: Factors,
  context: PairContext,
  answers: ProtocolAnswers,
): PairFacts {
  const wins = (sign: AspectAnswer) => ASPECTS.filter((q) => answers[q] === sign);
  return {
    a: { ...a, appeal: appealOf(a, context), wins: wins("A>B") },
    b: { ...b, appeal: appealOf(b, context), wins: wins("A<B") },
    p: { ...context },
  };
}

type Roles = Readonly<Record<string, "a" | "b">>;

/** Which letter is the winner `w` and the loser `l`; both ways where the answer does not say. */
function rolesFor(answer: string): readonly Roles[] {
  if (answer === "A>B" || answer === "A") return [{ a: "a", b: "b", w: "a", l: "b" }];
  if (answer === "A<B" || answer === "B") return [{ a: "a", b: "b", w: "b", l: "a" }];
  return [
    { a: "a", b: "b", w: "a", l: "b" },
    { a: "a", b: "b", w: "b", l: "a" },
  ];
}

/** The answer class of the forms that can explain `answer`. */
export function answerClass(answer: string): string {
  if (answer === "A" || answer === "B") return "label";
  if (answer === "A=B") return "tie";
  return answer === "YES" ? "yes" : answer === "NO" ? "no" : "win";
}

function lookUp(facts: PairFacts, roles: Roles, name: string): Value {
  const [role = "", factor = ""] = name.split(".");
  const from = role === "p" ? facts.p : facts[roles[role] ?? "a"];
  const value = from[factor];
  if (value === undefined) throw new Error(`lookUp: no factor "${factor}" for "${name}"`);
  return value;
}

/** Evaluates one condition of the grammar. */
export function holds(condition: Condition, facts: PairFacts, roles: Roles): boolean {
  const [op, left, right] = condition;
  const value = lookUp(facts, roles, String(left));
  const other = () => lookUp(facts, roles, String(right));
  switch (op) {
    case "true":
      return value === true;
    case "false":
      return value === false;
    case "is":
      return value === right;
    case "isnt":
      return value !== right;
    case "eq":
      return value === other();
    case "ne":
      return value !== other();
    case "gt":
      return Number(value) > Number(other());
    case "in":
      return (other() as readonly string[]).includes(String(value));
    case "notin":
      return !(other() as readonly string[]).includes(String(value));
    case "has":
      return (value as readonly string[]).includes(String(right));
    case "lacks":
      return !(value as readonly string[]).includes(String(right));
    case "empty":
      return (value as readonly string[]).length === 0;
    default:
      throw new Error(`holds: unknown condition "${op}"`);
  }
}

/** Of the reasons for a question that some form can read both sides out for. */
const READING_SHARE = 0.5;

const SLOT = /\{(\w+)(?:\.(\w+)(?:#(\d))?)?\}/gu;
const CHOICE = /\(([^()]*)\)/gu;

/** Writes one reason, or undefined when a list slot cannot be filled. */
export function renderForm(
  template: string,
  language: Language,
  facts: PairFacts,
  roles: Roles,
  rng: Rng,
): string | undefined {
  const chosen = template.replace(CHOICE, (_, options: string) => {
    const list = options.split("|");
    return list[randomInt(rng, list.length)] ?? "";
  });
  const orders = new Map<string, string[]>();
  let failed = false;
  const text = chosen.replace(SLOT, (_, role: string, slot?: string, index?: string) => {
    if (slot === undefined) return (roles[role] ?? "a").toUpperCase();
    const spec = SLOTS[slot];
    if (!spec) throw new Error(`renderForm: unknown slot "${slot}" in "${template}"`);
    const value = lookUp(facts, roles, `${role}.${spec.factor}`);
    let id = String(value);
    if (spec.list) {
      const key = `${role}.${spec.factor}`;
      const order = orders.get(key) ?? shuffled(value as readonly string[], rng);
      orders.set(key, order);
      id = order[Number(index) - 1] ?? "";
    }
    const word = spec.lexicon === undefined ? id : LEXICON[spec.lexicon]?.[id]?.[language];
    if (word === undefined || word === "") failed = true;
    return word ?? "";
  });
  return failed ? undefined : text;
}

/** One true reason for the answer to a question; specific forms are preferred to general ones. */
export function writeReason(
  q: QuestionId,
  answer: string,
  language: Language,
  facts: PairFacts,
  rng: Rng,
): string {
  const candidates: { form: Form; roles: Roles }[] = [];
  for (const form of BY_QUESTION.get(`${q}/${answerClass(answer)}`) ?? []) {
    for (const roles of rolesFor(answer)) {
      if (form.when.every((condition) => holds(condition, facts, roles)))
        candidates.push({ form, roles });
    }
  }
  const specific = candidates.filter(({ form }) => form.when.length > 0 || q === "q10");
  const reading = candidates.filter(({ form }) => form.reads);
  const preferred = reading.length > 0 && rng() < READING_SHARE ? reading : specific;
  const first = preferred.length > 0 && rng() < 0.94 ? preferred : candidates;
  for (const { form, roles } of [...shuffled(first, rng), ...shuffled(candidates, rng)]) {
    const templates = form[language];
    const template = templates[randomInt(rng, templates.length)] ?? "";
    const text = renderForm(template, language, facts, roles, rng);
    if (text !== undefined) return text;
  }
  throw new Error(`writeReason: no form of ${q} explains ${answer}; the grammar has a gap`);
}

/** Reasons for every answered question. */
export function writeReasons(
  answers: ProtocolAnswers,
  language: Language,
  facts: PairFacts,
  rng: Rng,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const q of QUESTION_IDS) {
    const answer = answers[q];
    if (answer !== undefined) out[q] = writeReason(q, answer, language, facts, rng);
  }
  return out;
}
