import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { AppError, messageOf } from "@/shared/lib/errors";

/** Text to token ids and back, as the model's `tokenizer.json` says. */
export interface Tokenizer {
  /** @param options.addSpecialTokens - adds the template's tokens, e.g. a start token. */
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): number[];
  /** Special tokens stay in the text. */
  decode(ids: readonly number[]): string;
  /** The id of a whole token, e.g. `</think>`; undefined when the vocabulary lacks it. */
  idOf(token: string): number | undefined;
  /** Number of ids, special tokens included. */
  readonly size: number;
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * `\s` as the reference means it: Unicode white space. JavaScript's also takes U+FEFF and leaves out
 * U+0085.
 */
function withUnicodeSpaces(regex: string): string {
  const exact: Readonly<Record<string, string>> = {
    s: String.raw`\p{White_Space}`,
    S: String.raw`\P{White_Space}`,
  };
  return regex.replaceAll(/\\([\s\S])/g, (escape, letter: string) => exact[letter] ?? escape);
}

function split(regex: string): JsonObject {
  const pattern = { Regex: withUnicodeSpaces(regex) };
  return { type: "Split", pattern, behavior: "Isolated", invert: false };
}

/** Parts that a file may leave out; the library wants to see them. */
const OPTIONAL_PARTS: Readonly<Record<string, unknown>> & { readonly pre_tokenizer: unknown } = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

/** The words of byte-level BPE: contractions, letters, numbers, other signs, spaces (GPT-2). */
const BYTE_LEVEL_WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * Rewrites pre-tokenizers where the library (0.2.0) differs from the reference into equal ones where
 * it does not: digits are every numeric character (½, Ⅳ, ２), and spaces are Unicode white space.
 */
function withExactClasses(node: unknown): unknown {
  if (!isObject(node)) return node;
  const { type, pattern, pretokenizers } = node;
  if (type === "Sequence" && Array.isArray(pretokenizers)) {
    return { ...node, pretokenizers: pretokenizers.map(withExactClasses) };
  }
  if (type === "Digits") {
    return split(node["individual_digits"] === true ? String.raw`\p{N}` : String.raw`\p{N}+`);
  }
  if (type === "ByteLevel" && node["use_regex"] !== false && node["add_prefix_space"] !== true) {
    const bytes = { ...node, use_regex: false };
    return { type: "Sequence", pretokenizers: [split(BYTE_LEVEL_WORDS), bytes] };
  }
  if (type === "Split" && isObject(pattern) && typeof pattern["Regex"] === "string") {
    return { ...node, pattern: { Regex: withUnicodeSpaces(pattern["Regex"]) } };
  }
  return node;
}

/**
 * @param json - content of `tokenizer.json`.
 * @param config - content of `tokenizer_config.json`; may be empty.
 * @throws AppError `unsupported` when the file asks for something the tokenizer cannot do.
 */
export function createTokenizer(json: object, config: object = {}): Tokenizer {
  let tokenizer: HuggingFaceTokenizer;
  try {
    const whole = { ...OPTIONAL_PARTS, ...json };
    const exact = { ...whole, pre_tokenizer: withExactClasses(whole.pre_tokenizer) };
    tokenizer = new HuggingFaceTokenizer(exact, config);
  } catch (error) {
    throw new AppError(
      "unsupported",
      `tokenizer.json: ${messageOf(error)}. Perigee reads BPE, WordPiece and Unigram tokenizers in the Hugging Face layout.`,
      { cause: error },
    );
  }
  return {
    encode: (text, options = {}) =>
      tokenizer.encode(text, { add_special_tokens: options.addSpecialTokens ?? false }).ids,
    decode: (ids) =>
      ids.length === 0
        ? ""
        : tokenizer.decode([...ids], {
            skip_special_tokens: false,
            clean_up_tokenization_spaces: false,
          }),
    idOf: (token) => tokenizer.token_to_id(token),
    size: tokenizer.get_vocab(true).size,
  };
}
