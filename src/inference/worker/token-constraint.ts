import { AppError } from "@/shared/lib/errors";
import type { TokenConstraint } from "../models/model-api";
import type { Tokenizer } from "../assets/tokenizer";
import {
  advance,
  markOf,
  startState,
  stateKey,
  type GrammarState,
  type ReasonLanguage,
} from "./response-grammar";

/** Special tokens such as `<image>` or `<|im_start|>`: structure, never a reason's words. */
const SPECIAL = /^<[^<>\s]+>$/;

/** What each id adds, for the grammar; undefined for ids that no response may contain. */
function textsOf(tokenizer: Tokenizer): readonly (string | undefined)[] {
  return Array.from({ length: tokenizer.size }, (_, id) => {
    const text = tokenizer.decode([id]);
    return markOf(text) ?? (text === "" || SPECIAL.test(text) ? undefined : text);
  });
}

/**
 * The response's structure without any reason: ten lines, tags and verdict, at most one token for
 * each of its characters.
 */
export const CLOSING_TOKENS = 96;

/** States whose allowed ids are kept; a vocabulary of 50,000 needs 0.4 MB for each free-text state. */
const MAX_REMEMBERED = 400;

function firstCharacter(text: string): string | undefined {
  const point = text.codePointAt(0);
  return point === undefined ? undefined : String.fromCodePoint(point);
}

/**
 * Grammar-constrained decoding for the selector's response: at every step only tokens that keep the
 * text in the protocol's format, and its reasons in `language`, may follow. Lists of allowed ids are
 * remembered per grammar state.
 *
 * @param end - the id that ends a response.
 * @returns makes a constraint for one generation. After `reasonBudget` tokens every reason is ended at
 *   once, so that the verdict always comes within `CLOSING_TOKENS` more.
 */
export function createResponseConstraint(
  tokenizer: Tokenizer,
  end: number,
): (reasonBudget: number, language: ReasonLanguage) => TokenConstraint {
  const texts = textsOf(tokenizer);
  // By first character: a literal state looks at a handful of ids instead of the whole vocabulary.
  const idsByStart = new Map<string, number[]>();
  for (const [id, text] of texts.entries()) {
    const start = text === undefined ? undefined : firstCharacter(text);
    if (start === undefined) continue;
    const ids = idsByStart.get(start);
    if (ids === undefined) idsByStart.set(start, [id]);
    else ids.push(id);
  }
  const everyId = [...idsByStart.values()].flat().sort((a, b) => a - b);
  const allowedByState = new Map<string, readonly number[]>();

  const candidatesIn = (state: GrammarState): readonly number[] => {
    if (state.kind !== "literal") return everyId;
    const starts = new Set(state.options.map(({ text }) => firstCharacter(text)));
    return [...starts].flatMap((start) => idsByStart.get(start ?? "") ?? []);
  };

  const allowedIn = (state: GrammarState, language: ReasonLanguage): readonly number[] => {
    if (state.kind === "end") return [end];
    const key = `${language} ${stateKey(state)}`;
    const known = allowedByState.get(key);
    if (known !== undefined) return known;
    const allowed = candidatesIn(state).filter((id) => advance(state, texts[id]!) !== undefined);
    if (allowedByState.size >= MAX_REMEMBERED) allowedByState.clear();
    allowedByState.set(key, allowed);
    return allowed;
  };

  const lineBreaks = idsByStart.get("\n")?.filter((id) => texts[id] === "\n") ?? [];

  return (reasonBudget, language) => {
    const rows = new Map<number, { read: number; state: GrammarState }>();
    return (generated, row) => {
      const known = rows.get(row) ?? { read: 0, state: startState(language) };
      let { state } = known;
      for (const id of generated.slice(known.read)) {
        const text = texts[id];
        const next = text === undefined ? undefined : advance(state, text);
        if (next === undefined) {
          throw new AppError(
            "generation",
            `The selector wrote token ${id} (${JSON.stringify(tokenizer.decode([id]))}), which the response format does not allow here.`,
          );
        }
        state = next;
      }
      rows.set(row, { read: generated.length, state });
      const isOver = state.kind === "reason" && generated.length >= reasonBudget;
      return isOver ? lineBreaks : allowedIn(state, language);
    };
  };
}
