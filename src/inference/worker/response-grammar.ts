/**
 * The grammar of the selector's response as an automaton over characters, for grammar-constrained
 * decoding: whatever the model writes, its format is valid and each answer is one of the allowed ones.
 * The text format itself is documented in docs/selector-format.md.
 */
import { TOKENS } from "@/domain/reasoning-text";
import { ASPECT_QUESTION_IDS, GATE_QUESTION_IDS, QUESTION_IDS } from "@/domain/evaluation-protocol";

/**
 * Markup is one character here, so that only the special token itself stands for it, never the same
 * signs written out in ordinary tokens.
 */
const MARKS: Readonly<Record<string, string>> = {
  [TOKENS.think]: "\uE000",
  [TOKENS.thinkEnd]: "\uE001",
  [TOKENS.answer]: "\uE002",
  [TOKENS.answerEnd]: "\uE003",
};

/** The character of a markup token; undefined for any other text. */
export function markOf(token: string): string | undefined {
  return Object.hasOwn(MARKS, token) ? MARKS[token] : undefined;
}

const mark = (token: string): string => MARKS[token]!;

/** Longer reasons are ended; the training texts are well below this. */
export const MAX_REASON_CHARACTERS = 240;

/** A point in the response: what may follow. States are values and never change. */
export type GrammarState =
  /** One of these texts, then the state beside it. */
  | { readonly kind: "literal"; readonly options: readonly Option[] }
  /** Free text on one line, then a line break. */
  | {
      readonly kind: "reason";
      readonly line: number;
      readonly given: Given;
      readonly length: number;
      /** Within quotation marks, where a picture's text stands in its own language. */
      readonly quoted: boolean;
    }
  | { readonly kind: "end" };

export type ReasonLanguage = "en" | "zh";

/** What earlier text and the request have settled for the lines to come. */
interface Given {
  readonly language: ReasonLanguage;
  /** A gate question is answered YES. */
  readonly gated: boolean;
}

interface Option {
  readonly text: string;
  readonly next: (text: string) => GrammarState;
}

function answersFor(line: number): readonly string[] {
  const question = QUESTION_IDS[line]!;
  if ((GATE_QUESTION_IDS as readonly string[]).includes(question)) return ["YES", "NO"];
  if ((ASPECT_QUESTION_IDS as readonly string[]).includes(question)) return ["A>B", "A=B", "A<B"];
  return ["A", "B"];
}

const END: GrammarState = { kind: "end" };

function verdict(): Option {
  return {
    text: mark(TOKENS.thinkEnd) + mark(TOKENS.answer),
    next: () => ({
      kind: "literal",
      options: ["A", "B"].map((letter) => ({
        text: letter + mark(TOKENS.answerEnd),
        next: () => END,
      })),
    }),
  };
}

/** After a line's answer: a reason, or the next line at once. */
function afterAnswer(line: number, given: Given): GrammarState {
  return {
    kind: "literal",
    options: [
      { text: " ", next: () => ({ kind: "reason", line, given, length: 0, quoted: false }) },
      { text: "\n", next: () => lineStart(line + 1, given) },
    ],
  };
}

/** At the start of a line. Once a gate question is answered YES, the verdict may come at once. */
function lineStart(line: number, given: Given): GrammarState {
  if (line >= QUESTION_IDS.length) return { kind: "literal", options: [verdict()] };
  const answers = answersFor(line).map((answer) => ({
    text: `${QUESTION_IDS[line]!.toUpperCase()} ${answer}`,
    next: () => afterAnswer(line, answer === "YES" ? { ...given, gated: true } : given),
  }));
  return { kind: "literal", options: given.gated ? [...answers, verdict()] : answers };
}

/** Where every response begins. */
export function startState(language: ReasonLanguage): GrammarState {
  const text = `${mark(TOKENS.think)}\n`;
  const given = { language, gated: false };
  return { kind: "literal", options: [{ text, next: () => lineStart(0, given) }] };
}

/**
 * What a reason in this language never holds outside of quotation marks. A small model follows the
 * words of an unusual title rather than the prompt's `Language:`, and would answer in the other one.
 * Half of a character, as a token of raw bytes decodes to, is none of English.
 */
const FOREIGN: Readonly<Record<ReasonLanguage, RegExp>> = {
  en: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF\uFFFD]/u,
  zh: /[a-z]/u,
};

const QUOTES: Readonly<Record<string, (quoted: boolean) => boolean>> = {
  '"': (quoted) => !quoted,
  "\u201C": () => true,
  "\u201D": () => false,
};

function step(state: GrammarState, character: string): GrammarState | undefined {
  switch (state.kind) {
    case "end":
      return undefined;
    case "reason": {
      if (character === "\n") return lineStart(state.line + 1, state.given);
      if (Object.values(MARKS).includes(character)) return undefined;
      if (state.length >= MAX_REASON_CHARACTERS) return undefined;
      const quoted = QUOTES[character]?.(state.quoted) ?? state.quoted;
      const isFree = state.quoted || quoted;
      if (!isFree && FOREIGN[state.given.language].test(character)) return undefined;
      return { ...state, quoted, length: state.length + 1 };
    }
    case "literal": {
      const options = state.options
        .filter(({ text }) => text.startsWith(character))
        .map(({ text, next }) => ({ text: text.slice(character.length), next }));
      const done = options.find(({ text }) => text === "");
      if (done !== undefined) return done.next("");
      return options.length > 0 ? { kind: "literal", options } : undefined;
    }
  }
}

/**
 * The state after `text` (markup as `markOf` gives it), or undefined when the grammar does not allow it
 * here.
 */
export function advance(state: GrammarState, text: string): GrammarState | undefined {
  let current: GrammarState | undefined = state;
  for (const character of text) {
    current = step(current, character);
    if (current === undefined) return undefined;
  }
  return current;
}

/** Equal keys allow the same texts next, in one language. */
export function stateKey(state: GrammarState): string {
  switch (state.kind) {
    case "end":
      return "end";
    case "reason":
      // Far from the limit its exact length makes no difference; tokens are shorter than 64.
      return `reason ${state.line} ${state.given.gated} ${state.quoted} ${Math.max(state.length, MAX_REASON_CHARACTERS - 64)}`;
    case "literal":
      return `literal ${state.options.map(({ text }) => text).join("|")}`;
  }
}
