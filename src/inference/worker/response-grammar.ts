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
      readonly gated: boolean;
      readonly length: number;
    }
  | { readonly kind: "end" };

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
function afterAnswer(line: number, gated: boolean): GrammarState {
  return {
    kind: "literal",
    options: [
      { text: " ", next: () => ({ kind: "reason", line, gated, length: 0 }) },
      { text: "\n", next: () => lineStart(line + 1, gated) },
    ],
  };
}

/** At the start of a line. Once a gate question is answered YES, the verdict may come at once. */
function lineStart(line: number, gated: boolean): GrammarState {
  if (line >= QUESTION_IDS.length) return { kind: "literal", options: [verdict()] };
  const answers = answersFor(line).map((answer) => ({
    text: `${QUESTION_IDS[line]!.toUpperCase()} ${answer}`,
    next: () => afterAnswer(line, gated || answer === "YES"),
  }));
  return { kind: "literal", options: gated ? [...answers, verdict()] : answers };
}

/** Where every response begins. */
export function startState(): GrammarState {
  const text = `${mark(TOKENS.think)}\n`;
  return { kind: "literal", options: [{ text, next: () => lineStart(0, false) }] };
}

function step(state: GrammarState, character: string): GrammarState | undefined {
  switch (state.kind) {
    case "end":
      return undefined;
    case "reason": {
      if (character === "\n") return lineStart(state.line + 1, state.gated);
      if (Object.values(MARKS).includes(character)) return undefined;
      if (state.length >= MAX_REASON_CHARACTERS) return undefined;
      return { ...state, length: state.length + 1 };
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

/** Equal keys allow the same texts next. */
export function stateKey(state: GrammarState): string {
  switch (state.kind) {
    case "end":
      return "end";
    case "reason":
      // Far from the limit its exact length makes no difference; tokens are shorter than 64.
      return `reason ${state.line} ${state.gated} ${Math.max(state.length, MAX_REASON_CHARACTERS - 64)}`;
    case "literal":
      return `literal ${state.options.map(({ text }) => text).join("|")}`;
  }
}
