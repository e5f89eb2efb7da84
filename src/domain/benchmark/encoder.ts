import type { View } from "./task";

/** How a vector of view mm comes about. */
export type Fusion = "joint" | "normalised-sum" | "side-by-side" | "imported" | "listed";

export const FUSION_TEXT: Readonly<Record<Fusion, string>> = {
  joint: "image and text are encoded together",
  "normalised-sum":
    "two towers: mm is the normalised sum of the image's and the text's unit vectors",
  "side-by-side": "mm holds the image's and the text's unit vectors side by side, normalised",
  imported: "vectors were imported; their file says how mm was made",
  listed: "rankings were imported from a TREC run file; there are no vectors",
};

export type Role = "candidate" | "query" | "label";

/** One thing to encode. */
export interface EncodeJob {
  /** `role:view:id`, unique in a plan. */
  readonly key: string;
  readonly role: Role;
  readonly view: View;
  readonly id: string;
  /** File name inside the data set. */
  readonly image?: string;
  readonly text?: string;
}

export interface EncodedBlock {
  /** [jobs × dimension]; rows of failed jobs are ignored. */
  readonly vectors: Float32Array;
  readonly dimension: number;
  readonly failures: readonly { readonly index: number; readonly reason: string }[];
}

/** Anything that turns jobs into unit vectors: a model, a baseline, an imported file. */
export interface BenchmarkEncoder {
  readonly id: string;
  readonly revision: string;
  readonly views: readonly View[];
  readonly fusion: Fusion;
  /** Widths a prefix of the vector may have, smallest first. */
  readonly dimensions?: readonly number[];
  /** Leading values that are kept of longer vectors. */
  readonly width?: number;
  encode(jobs: readonly EncodeJob[], signal: AbortSignal): Promise<EncodedBlock>;
}
