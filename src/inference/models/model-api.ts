/**
 * What the worker and the command line see of a model: a selector or an encoder over plain arrays.
 * The factories are `createSelector` (selector.ts) and `createEncoder` (encoder.ts).
 *
 * Pixels are always one image [height × width × 3] float32, row-major, channels last, already
 * resized and normalised as `preprocessor_config.json` says.
 */

/** Looks up the id of a token by its text, e.g. `</think>`; undefined when the vocabulary lacks it. */
export type TokenLookup = (token: string) => number | undefined;

// --- selector -----------------------------------------------------------------------------------

/** One prompt. Runs of the image token are filled, in order, from `images`. */
export interface SelectorPrompt {
  readonly ids: readonly number[];
  /** Indices into the request's images, in the order in which the prompt shows them. */
  readonly images: readonly number[];
}

export interface GenerateRequest {
  /** Every distinct image once; prompts refer to them by index, so both orders share one encoding. */
  readonly images: readonly Float32Array[];
  /** Both display orders: `[{ids, images: [0, 1]}, {ids, images: [1, 0]}]`; any batch size works. */
  readonly prompts: readonly SelectorPrompt[];
}

/**
 * Restricts what a sequence may say next. Called once per step and row with the tokens so far.
 * Returns the allowed ids, or undefined when anything goes.
 */
export type TokenConstraint = (
  generated: readonly number[],
  row: number,
) => readonly number[] | undefined;

export interface GenerateOptions {
  readonly maxTokens: number;
  readonly signal?: AbortSignal;
  /** Called for every new token, in row order within a step. */
  readonly onToken?: (row: number, token: number, logProbability: number) => void;
  /** Called when the images are encoded and when the prompt is read. */
  readonly onStage?: (stage: "images-encoded" | "prompt-read") => void;
  readonly constraint?: TokenConstraint;
  /** 0 (the default) is greedy; ties go to the lower id. */
  readonly temperature?: number;
  /** Seed of the sampler; used only when the temperature is positive. */
  readonly seed?: number;
}

export interface GeneratedSequence {
  /** New tokens, without the stop token. */
  readonly tokens: readonly number[];
  /** Natural logarithm of each token's probability under the model (before any constraint). */
  readonly logProbabilities: Float32Array;
  /** `stop`: the stop token came; `length`: `maxTokens` was reached. */
  readonly finish: "stop" | "length";
  /**
   * P(A) / (P(A) + P(B)) of the verdict's letter at the config's temperature, in [0, 1]: read at `Q10`,
   * or after `<answer>` when the text has no `Q10`; undefined if it has neither.
   */
  readonly probabilityA: number | undefined;
  /** Index in `tokens` of the answer letter; −1 if absent. */
  readonly answerIndex: number;
}

export interface AttentionQuery {
  readonly images: readonly Float32Array[];
  readonly prompt: SelectorPrompt;
  /** The generated tokens, without the prompt. */
  readonly generated: readonly number[];
  /** Half-open range of `generated` whose writing is looked at. */
  readonly from: number;
  readonly to: number;
}

/**
 * Where the decoder looked while writing tokens from … to−1: softmax weights of every layer and head
 * at the rows that predicted these tokens, averaged over layers, heads and rows, then cut to the
 * image tokens' columns and scaled to sum to 1 over all images of the prompt.
 */
export interface AttentionResult {
  readonly grid: readonly [number, number];
  /** One [rows × columns] map per image of the prompt, in prompt order. */
  readonly maps: readonly Float32Array[];
  /** Share of the whole attention (text included) that fell on images, in [0, 1]. */
  readonly imageShare: number;
}

export interface Selector {
  readonly imageSize: number;
  /** Image tokens per image that a prompt must contain. */
  readonly imageTokens: number;
  /** Longest prompt plus reply, in tokens. */
  readonly maxPositions: number;
  generate(
    request: GenerateRequest,
    options: GenerateOptions,
  ): Promise<readonly GeneratedSequence[]>;
  attention(query: AttentionQuery): Promise<AttentionResult>;
  dispose(): void;
}

// --- encoder ------------------------------------------------------------------------------------

/** Text only, image only, or both. */
export interface EncoderItem {
  readonly pixels?: Float32Array;
  /** Token ids with the special tokens that the tokenizer adds; no padding, no image tokens. */
  readonly ids?: readonly number[];
}

/**
 * An item's similarity taken apart. With mean pooling the vector is a sum over tokens,
 * v = Σ_t u_t, so `similarity(a, b) = Σ_t u_t · b` exactly; `rows` holds the u_t.
 */
export interface TokenContributions {
  readonly vector: Float32Array;
  readonly dimension: number;
  /** [count × dimension] */
  readonly rows: Float32Array;
  /** What each row stands for: a cell of the image grid, a position in `ids`, or markup. */
  readonly tokens: readonly (
    | { readonly kind: "image"; readonly cell: number }
    | { readonly kind: "text"; readonly position: number }
    | { readonly kind: "markup" }
  )[];
  readonly grid: readonly [number, number];
}

export interface Encoder {
  readonly imageSize: number;
  /** Longest text in tokens; longer input throws `token-limit`. */
  readonly maxTextTokens: number;
  /** Vector widths offered, smallest first; a prefix, renormalised (Matryoshka). The last is full. */
  readonly dimensions: readonly number[];
  /** [items × dimension] float32, each row L2-normalised. */
  encode(
    items: readonly EncoderItem[],
    options?: { readonly dimension?: number; readonly signal?: AbortSignal },
  ): Promise<Float32Array>;
  /** Undefined for models whose pooling does not decompose (class token, attention pooling). */
  readonly contributions?: (item: EncoderItem) => Promise<TokenContributions>;
  dispose(): void;
}
