import { AppError } from "@/shared/lib/errors";
import type { TokenConstraint } from "../models/model-api";
import type { Tokenizer } from "../assets/tokenizer";
import { advance, markOf, startState, stateKey, type GrammarState } from "./response-grammar";

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
 * Grammar-constrained decoding for the selector's response: at every step only tokens that keep the
 * text in the protocol's format may follow. Lists of allowed ids are remembered per grammar state.
 *
 * @param end - the id that ends a response.
 */
export function createResponseConstraint(tokenizer: Tokenizer, end: number): () => TokenConstraint {
  const texts = textsOf(tokenizer);
  const allowedByState = new Map<string, readonly number[]>();

  const allowedIn = (state: GrammarState): readonly number[] => {
    if (state.kind === "end") return [end];
    const key = stateKey(state);
    const known = allowedByState.get(key);
    if (known !== undefined) return known;
    const allowed: number[] = [];
    for (const [id, text] of texts.entries()) {
      if (text !== undefined && advance(state, text) !== undefined) allowed.push(id);
    }
    if (allowedByState.size > 2000) allowedByState.clear();
    allowedByState.set(key, allowed);
    return allowed;
  };

  return () => {
    const rows = new Map<number, { read: number; state: GrammarState }>();
    return (generated, row) => {
      const known = rows.get(row) ?? { read: 0, state: startState() };
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
      return allowedIn(state);
    };
  };
}
