import { AppError } from "@/shared/lib/errors";
import type { DecodeImage } from "../images/image";
import type { TokenContributions } from "../models/model-api";
import type { EncodeItem, SimilarityAverages, SimilarityExplanation } from "../protocol/messages";
import { readItem } from "./encode-batch";
import type { ReadyEncoder } from "./model-host";

interface SideWeights {
  readonly patches?: Float32Array;
  readonly words?: readonly { readonly text: string; readonly weight: number }[];
}

function dotRow(rows: Float32Array, row: number, vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += rows[row * vector.length + i]! * vector[i]!;
  return sum;
}

/** Joins the pieces of a word: a piece that begins with a space, or is one, begins a new word. */
function joinWords(
  pieces: readonly { readonly text: string; readonly weight: number }[],
): readonly { readonly text: string; readonly weight: number }[] {
  const words: { text: string; weight: number }[] = [];
  for (const { text, weight } of pieces) {
    const last = words.at(-1);
    const isOpen = last?.text.trim() === "";
    const continues =
      last !== undefined && /^[\p{L}\p{N}\p{M}]/u.test(text) && /[\p{L}\p{N}]$/u.test(last.text);
    if (last !== undefined && (isOpen || continues)) {
      last.text += text;
      last.weight += weight;
    } else {
      words.push({ text, weight });
    }
  }
  return words.map(({ text, weight }) => ({ text: text.trim(), weight }));
}

function weigh(
  side: TokenContributions,
  other: Float32Array,
  ids: readonly number[],
  model: ReadyEncoder,
): SideWeights {
  const [rows, columns] = side.grid;
  const patches = new Float32Array(rows * columns);
  const pieces: { text: string; weight: number }[] = [];
  let hasPatches = false;
  for (const [row, token] of side.tokens.entries()) {
    const weight = dotRow(side.rows, row, other);
    if (token.kind === "image") {
      hasPatches = true;
      patches[token.cell]! += weight;
    } else if (token.kind === "text") {
      pieces.push({ text: model.tokenizer.decode([ids[token.position]!]), weight });
    }
  }
  return {
    ...(hasPatches ? { patches } : {}),
    ...(pieces.length > 0 ? { words: joinWords(pieces) } : {}),
  };
}

/** @throws AppError `shape-mismatch` for an average of another width than the model's vectors. */
function lessAverage(vector: Float32Array, average: Float32Array | undefined): Float32Array {
  if (average === undefined) return vector;
  if (average.length !== vector.length) {
    throw new AppError(
      "shape-mismatch",
      `explain/similarity: the average has ${average.length} values, the model's vectors ${vector.length}; make it from this model's vectors.`,
    );
  }
  return vector.map((value, i) => value - average[i]!);
}

/**
 * Takes the similarity of two items apart: with mean pooling v = Σ u_t, so each patch's and word's
 * share is u_t · v_other, and the shares of one side (markup included) sum to the similarity.
 *
 * Vectors of one model lie close together, so most of that similarity is common to all pairs. With the
 * other side's average m, the share is u_t · (v_other − m): it sums to how much more similar this pair
 * is than the average one. docs/benchmark.md has the check that random weights destroy it.
 *
 * @throws AppError `unsupported` for encoders whose pooling does not decompose.
 */
export async function explainSimilarity(
  query: EncodeItem,
  candidate: EncodeItem,
  model: ReadyEncoder,
  decode: DecodeImage,
  averages: SimilarityAverages = {},
): Promise<SimilarityExplanation> {
  const { contributions } = model.encoder;
  if (contributions === undefined) {
    throw new AppError(
      "unsupported",
      "This encoder pools with a class token or attention, so its similarity cannot be split over patches and words. Choose an encoder with mean pooling.",
    );
  }
  const left = await readItem(query, model, decode);
  const right = await readItem(candidate, model, decode);
  const a = await contributions(left);
  const b = await contributions(right);
  const ofQuery = weigh(a, lessAverage(b.vector, averages.candidate), left.ids ?? [], model);
  const ofCandidate = weigh(b, lessAverage(a.vector, averages.query), right.ids ?? [], model);
  return {
    grid: ofQuery.patches === undefined ? b.grid : a.grid,
    similarity: dotRow(a.vector, 0, b.vector),
    ...(averages.candidate && { queryToAverage: dotRow(a.vector, 0, averages.candidate) }),
    ...(averages.query && { candidateToAverage: dotRow(b.vector, 0, averages.query) }),
    ...(ofQuery.patches && { queryPatches: ofQuery.patches }),
    ...(ofQuery.words && { queryWords: ofQuery.words }),
    ...(ofCandidate.patches && { candidatePatches: ofCandidate.patches }),
    ...(ofCandidate.words && { candidateWords: ofCandidate.words }),
  };
}
