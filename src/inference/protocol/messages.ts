/**
 * Everything that can be asked of the inference worker, and what comes back. Only clone-safe types.
 * Client methods, the worker's handler table and the envelopes derive from `RequestMap`: a missing
 * handler does not compile.
 */
import type { ProtocolAnswers, QuestionId } from "@/domain/evaluation-protocol";
import type { RankRequest, RankResult } from "@/domain/retrieval/gallery";
import type { TopKResult } from "@/domain/retrieval/top-k";
import type { ErrorCode } from "@/shared/lib/errors";
import type { WireError } from "./errors";

/** Raised whenever an envelope or a request changes shape; both sides must agree. */
export const PROTOCOL_VERSION = 1;

/** The engines, best first. `cpu` is the reference and never chosen automatically. */
export const ENGINE_IDS = ["webgpu", "ort-web", "ort-node", "cpu"] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

/** One model revision: its folder is `models/<id>/<revision>/`. */
export interface ModelRef {
  readonly id: string;
  readonly revision: string;
}

/** Progress of one long step. `total` is absent while unknown; `remainingMs` is an estimate. */
export interface StepProgress {
  readonly step:
    "download" | "load" | "compile" | "decode" | "encode" | "generate" | "score" | "train";
  readonly done: number;
  readonly total?: number;
  readonly unit: "bytes" | "items" | "tokens" | "steps";
  readonly remainingMs?: number;
  /** A download that broke off and waits to be tried again: how many times it was tried so far. */
  readonly failedAttempts?: number;
}

/** Encoded image bytes as the user gave them (JPEG, PNG, WebP, AVIF, GIF); decoded in the worker. */
export type ImageBytes = Blob;

// --- engine -------------------------------------------------------------------------------------

export interface EngineCheck {
  readonly engine: EngineId;
  readonly usable: boolean;
  /** Why the engine is skipped, in words for /models; absent when usable. */
  readonly reason?: string;
  /** The kind of error that kept the engine from starting or computing. */
  readonly code?: ErrorCode;
  /** Checks that ran, each with its largest absolute error. */
  readonly checks: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly maxAbsError: number;
  }[];
  readonly durationMs: number;
  /** When an earlier start found this, in milliseconds since the epoch; absent when tested at this start. */
  readonly testedAt?: number;
}

export interface EngineStatus {
  /** The engine in use, or undefined when none is usable. */
  readonly active?: EngineId;
  readonly chosenBy: "self-test" | "user";
  readonly engines: readonly EngineCheck[];
  /** Engines that were not needed, so that nothing is known of them yet; `engine/test` tests one. */
  readonly untested: readonly EngineId[];
  /**
   * Engines that only have a software adapter here, with its name: computed by the processor, so that
   * they are used by choice, or where nothing else works.
   */
  readonly softwareAdapters: Readonly<Partial<Record<EngineId, string>>>;
  /** Adapter as the browser names it, with its features. */
  readonly adapter?: { readonly description: string; readonly features: readonly string[] };
  readonly memory: {
    readonly tensors: number;
    readonly gpuBuffers: number;
    readonly bytes: number;
  };
  /** How often a lost device was rebuilt in this session. */
  readonly deviceRebuilds: number;
}

// --- models -------------------------------------------------------------------------------------

export type ModelTask = "selector" | "encoder";

/** A selector's measured quality on held-out pairs, from its manifest; shares between 0 and 1. */
export interface ModelQuality {
  readonly accuracyOfCeiling?: number;
  readonly flipRate?: number;
  readonly faithfulness?: number;
  readonly set?: string;
}

export interface ModelSummary extends ModelRef {
  readonly task: ModelTask;
  readonly name: string;
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly source: "shipped" | "user";
  readonly cached: boolean;
  /** True when the disk was full, so that the weights are gone when the tab closes. */
  readonly isInMemoryOnly?: boolean;
  readonly licence?: string;
  /** Vector widths an encoder offers, smallest first; the last one is full. */
  readonly dimensions?: readonly number[];
  readonly quality?: ModelQuality;
}

// --- compare ------------------------------------------------------------------------------------

export interface PairRequest {
  readonly model: ModelRef;
  readonly imageA: ImageBytes;
  readonly imageB: ImageBytes;
  readonly title: string;
  readonly queries: readonly string[];
  readonly language: "en" | "zh";
}

/** `AB`: as given; `BA`: with the sides exchanged. */
export type DisplayOrder = "AB" | "BA";

export type PairEvent =
  | { readonly kind: "progress"; readonly progress: StepProgress }
  /** A finished line of reasoning of the run in `order`, in the terms of that order. */
  | {
      readonly kind: "answer";
      readonly order: DisplayOrder;
      readonly question: QuestionId;
      readonly answer: string;
      readonly reason: string;
    }
  /** The whole text so far, for showing the tokens as they come. */
  | { readonly kind: "text"; readonly order: DisplayOrder; readonly text: string };

/** One run of the selector in one display order, in the terms of that order (not flipped back). */
export interface OrderedRun {
  readonly order: DisplayOrder;
  readonly text: string;
  readonly answers: ProtocolAnswers;
  readonly reasons: Readonly<Partial<Record<QuestionId, string>>>;
  /** P(A) of the verdict, restricted to A and B, at the model's calibrated temperature, in [0, 1]. */
  readonly probabilityA: number;
  /** False when the text does not parse; the answers are then those that could be read. */
  readonly isWellFormed: boolean;
  readonly tokens: number;
}

export interface PairResult {
  /** Both orders, AB first. */
  readonly runs: readonly [OrderedRun, OrderedRun];
  /** Mean over both orders of P(the creative given as A is clicked more often). */
  readonly probabilityA: number;
  /** True when both orders name the same creative. */
  readonly ordersAgree: boolean;
  readonly engine: EngineId;
  readonly timings: {
    readonly encodeMs: number;
    readonly generateMs: number;
    readonly totalMs: number;
  };
}

export interface AttentionRequest extends PairRequest {
  /** The reasoning text whose attention is wanted, as returned in a run. */
  readonly text: string;
  readonly order: DisplayOrder;
  readonly question: QuestionId;
}

/** Where the model looked while writing one line, over both images on one common scale. */
export interface AttentionMaps {
  /** Rows and columns of each map. */
  readonly grid: readonly [number, number];
  /** [rows × columns], summing with `mapB` to 1; in the terms of the pair as given. */
  readonly mapA: Float32Array;
  readonly mapB: Float32Array;
  /** Share of image attention on each side; they sum to 1. */
  readonly shareA: number;
  readonly shareB: number;
  /**
   * How the image was fitted into the model's square, which the maps cover whole: stretched over it
   * (also when absent), in its middle with a margin, or cropped to its shorter side.
   */
  readonly fit?: "squash" | "letterbox" | "shortest-crop";
}

// --- encode and search --------------------------------------------------------------------------

/** Text only = view t, image only = view i, both = view mm. */
export interface EncodeItem {
  readonly image?: ImageBytes;
  readonly text?: string;
}

export interface EncodeResult {
  /** [count × dimension] float32, L2-normalised, row i for item i; zeros where the item failed. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly failures: readonly { readonly index: number; readonly error: WireError }[];
}

/** Candidates that the worker keeps for rankings, until `search/close`. */
export interface GalleryRef {
  readonly gallery: number;
}

/**
 * Mean vectors of a data set's queries and candidates. With them, shares say what sets this pair apart
 * from an average one; without them they also hold what every pair has in common.
 */
export interface SimilarityAverages {
  readonly query?: Float32Array;
  readonly candidate?: Float32Array;
}

export interface SimilarityExplanation {
  readonly grid: readonly [number, number];
  /**
   * Share of each patch or word in the similarity, less its share in the similarity to the other side's
   * average where that is given; absent where the view has none.
   */
  readonly queryPatches?: Float32Array;
  readonly candidatePatches?: Float32Array;
  readonly queryWords?: readonly { readonly text: string; readonly weight: number }[];
  readonly candidateWords?: readonly { readonly text: string; readonly weight: number }[];
  readonly similarity: number;
  /** Dot product of the query with the average candidate, and of the candidate with the average query. */
  readonly queryToAverage?: number;
  readonly candidateToAverage?: number;
}

// --- preference head ----------------------------------------------------------------------------

/** Bradley-Terry head on frozen features: P(left wins) = σ(w · (x_left − x_right)). */
export interface PreferenceTrainRequest {
  /** [creativeCount × dimension] float32. */
  readonly features: Float32Array;
  readonly dimension: number;
  /** Pairs of row indices; `outcome` 1 left wins, 0 right wins, 0.5 tie. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly outcome: Float32Array;
  readonly l2: number;
  readonly folds: number;
  readonly seed: number;
}

export interface PreferenceTrainResult {
  /** [dimension] float32. */
  readonly weights: Float32Array;
  /** Cross-validated on held-out judgements; pairs that are ties are left out of accuracy. */
  readonly heldOut: { readonly accuracy: number; readonly logLoss: number; readonly count: number };
  /** [creativeCount] scores w · x. */
  readonly scores: Float32Array;
}

// --- the map ------------------------------------------------------------------------------------

interface Call<Params, Result, Event = StepProgress> {
  params: Params;
  result: Result;
  event: Event;
}

export interface RequestMap {
  "engine/status": Call<undefined, EngineStatus, never>;
  "engine/select": Call<{ readonly engine: EngineId | "auto" }, EngineStatus>;
  /** Tests one engine without changing which one is in use. */
  "engine/test": Call<{ readonly engine: EngineId }, EngineStatus, never>;
  "models/list": Call<undefined, readonly ModelSummary[], never>;
  "models/load": Call<ModelRef, ModelSummary>;
  "models/add": Call<
    { readonly id: string; readonly files?: readonly File[]; readonly url?: string },
    ModelSummary
  >;
  "models/remove": Call<ModelRef, undefined, never>;
  "models/card": Call<ModelRef, string, never>;
  "models/measure": Call<
    ModelRef,
    {
      readonly itemsPerSecond: number;
      readonly tokensPerSecond?: number;
      readonly maxAbsError?: number;
    }
  >;
  "compare/pair": Call<PairRequest, PairResult, PairEvent>;
  "compare/attention": Call<AttentionRequest, AttentionMaps>;
  "encode/batch": Call<
    { readonly model: ModelRef; readonly items: readonly EncodeItem[] },
    EncodeResult
  >;
  "explain/similarity": Call<
    {
      readonly model: ModelRef;
      readonly query: EncodeItem;
      readonly candidate: EncodeItem;
      readonly averages?: SimilarityAverages;
    },
    SimilarityExplanation
  >;
  /** [size × dimension] candidates, row-major float32; hand the buffer over with `transfer`. */
  "search/open": Call<
    { readonly candidates: Float32Array; readonly dimension: number },
    GalleryRef,
    never
  >;
  "search/top-k": Call<
    GalleryRef & { readonly queries: Float32Array; readonly k: number },
    TopKResult
  >;
  "search/rank": Call<GalleryRef & RankRequest, RankResult>;
  "search/close": Call<GalleryRef, undefined, never>;
  "preference/train": Call<PreferenceTrainRequest, PreferenceTrainResult>;
  /** Tests only: destroys the GPU device as a driver crash would. */
  "engine/lose-device": Call<undefined, undefined, never>;
}

export type RequestName = keyof RequestMap;
export type ParamsOf<K extends RequestName> = RequestMap[K]["params"];
export type ResultOf<K extends RequestName> = RequestMap[K]["result"];
export type EventOf<K extends RequestName> = RequestMap[K]["event"];

/** `interactive` requests overtake `batch` ones between two dispatches. */
export type Priority = "interactive" | "batch";

/** Page → worker. */
export type ToWorker =
  | {
      [K in RequestName]: {
        readonly v: number;
        readonly id: number;
        readonly kind: "call";
        readonly name: K;
        readonly params: ParamsOf<K>;
        readonly priority: Priority;
      };
    }[RequestName]
  | { readonly v: number; readonly id: number; readonly kind: "cancel"; readonly reason: string };

/** Worker → page. */
export type FromWorker =
  | { readonly v: number; readonly id: 0; readonly kind: "ready" }
  | { readonly v: number; readonly id: number; readonly kind: "result"; readonly result: unknown }
  | { readonly v: number; readonly id: number; readonly kind: "event"; readonly event: unknown }
  | { readonly v: number; readonly id: number; readonly kind: "error"; readonly error: WireError };
