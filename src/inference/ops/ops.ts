/**
 * The operations a forward pass may use. A model is written once against this interface; an engine
 * gives it meaning: tfjs runs each call, the ONNX tracer records it.
 *
 * `T` is the engine's own tensor. Shapes are static: a program is traced or run for the shapes of its
 * inputs. Legend: B batch, H heads, K key/value heads, S query rows, T key rows, D head width, C width.
 * Every operation returns a new tensor and leaves its arguments usable, except `writeCache`.
 * Shape errors throw `AppError` code `shape-mismatch`, naming operation, argument, expected and actual.
 */
export type Shape = readonly number[];
export type DType = "float32" | "int32";

/** Values to bake into a program, or to hand to it. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array;
}

/** A weight matrix [rows, columns] in the engine's own storage form. */
export interface Matrix<T> {
  readonly rows: number;
  readonly columns: number;
  /** Engine-owned parts, e.g. packed values and scales. */
  readonly parts: readonly T[];
  readonly storage: "float32" | "float16" | "bfloat16" | "int8";
}

export type GeluForm = "tanh" | "erf" | "quick";

/** Which keys a query row may attend to. */
export type AttentionMask<T> =
  | { readonly kind: "none" }
  /** Row s stands at absolute position `start + s` and sees keys 0 … start + s. `start`: int32 [1]. */
  | { readonly kind: "causal"; readonly start: T }
  /** `valid`: float32 [B, T], 1 = a real token, 0 = padding. */
  | { readonly kind: "padding"; readonly valid: T }
  /** Causal and padded at once (left-aligned prompts of unequal length). */
  | { readonly kind: "causal-padding"; readonly start: T; readonly valid: T };

export interface AttentionArgs<T> {
  /** [B, H, S, D] */
  readonly query: T;
  /** [B, K, T, D]; H is a multiple of K, head h reads key head ⌊h·K/H⌋. */
  readonly key: T;
  /** [B, K, T, D] */
  readonly value: T;
  readonly scale: number;
  readonly mask: AttentionMask<T>;
}

export interface Ops<T> {
  shapeOf(x: T): Shape;
  constant(value: HostTensor): T;

  /** Runs `body`, then frees what it made and did not return. */
  scope<R>(body: () => R): R;

  /** x·Wᵀ (+ b). x [..., columns], W [rows, columns], b [rows] → [..., rows]. */
  linear(x: T, weight: Matrix<T>, bias?: T): T;
  /** Rows of a table: ids int32 [...] → [..., columns]. */
  embedding(table: Matrix<T>, ids: T): T;
  /** Batched matrix product over the last two axes; leading axes are equal or broadcast from 1. */
  matmul(a: T, b: T, options?: { readonly transposeA?: boolean; readonly transposeB?: boolean }): T;
  /** x [B, height, width, in], kernel [kh, kw, in, out], zero padding on all four sides. */
  conv2d(x: T, kernel: T, options: { readonly stride: number; readonly padding: number }): T;

  layerNorm(x: T, gamma: T, beta: T, epsilon: number): T;
  rmsNorm(x: T, gamma: T, epsilon: number): T;
  /** Rotary position embedding, rotate-half form: x [B, H, S, D], cos and sin [S, D]. */
  rope(x: T, cos: T, sin: T): T;
  /** softmax(q·kᵀ·scale + mask)·v → [B, H, S, D]. */
  attention(args: AttentionArgs<T>): T;
  /** The softmax weights of `attention` themselves → [B, H, S, T]; for heatmaps and taps. */
  attentionWeights(args: Omit<AttentionArgs<T>, "value">): T;
  /**
   * cache [B, K, capacity, D] with rows start … start+S−1 replaced by update [B, K, S, D].
   * `start`: int32 [1]. Consumes `cache`: engines may write in place, so never use it again.
   */
  writeCache(cache: T, update: T, start: T): T;

  gelu(x: T, form: GeluForm): T;
  silu(x: T): T;
  tanh(x: T): T;
  sigmoid(x: T): T;
  softmax(x: T): T;
  /** Element-wise with broadcasting. */
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  /** x·factor + offset */
  affine(x: T, factor: number, offset?: number): T;
  sqrt(x: T): T;
  /** 1 where a ≥ b, else 0, as float32; broadcasts. */
  greaterEqual(a: T, b: T): T;

  reshape(x: T, shape: Shape): T;
  transpose(x: T, permutation: readonly number[]): T;
  concat(xs: readonly T[], axis: number): T;
  slice(x: T, begin: readonly number[], size: readonly number[]): T;
  /** Entries along `axis`: indices int32 [n], or of any rank; their axes take the place of `axis`. */
  gather(x: T, indices: T, axis: number): T;
  mean(x: T, axis: number, options?: { readonly keepDims?: boolean }): T;
  sum(x: T, axis: number, options?: { readonly keepDims?: boolean }): T;
  /** Index of the largest entry on the last axis, the lowest index on ties → int32. */
  argmax(x: T): T;
  /** The k largest on the last axis, descending; ties go to the lower index. */
  topK(x: T, k: number): { readonly values: T; readonly indices: T };
  /**
   * topK(x·tableᵀ, k) for x [queries, columns], table [rows, columns] → [queries, k]. WebGPU never
   * holds the scores of all pairs.
   */
  topMatches(x: T, table: Matrix<T>, k: number): { readonly values: T; readonly indices: T };
}

/** Names an intermediate for parity tests and heatmaps, e.g. `vision.layers.0.attention`. */
export type Tap<T> = (name: string, value: T) => void;
