/**
 * Trivial encoders, without which a result means nothing: a colour histogram and a bag of words.
 * Their parts stand side by side in one vector [words | colours], so text never matches an image.
 */
import { seedFrom } from "@/shared/lib/rng";
import type { View } from "./task";
import { normalise } from "./vectors";

export const BASELINE_IDS = ["baseline-color", "baseline-words", "baseline-both"] as const;
export type BaselineId = (typeof BASELINE_IDS)[number];

/** Raised when a baseline changes, since vectors are cached under it. */
export const BASELINE_REVISION = "2";

export const WORD_BUCKETS = 1024;
/** 4 × 4 × 4 cells of the RGB cube. */
export const COLOUR_CELLS = 64;

/** What each baseline can encode. */
export const BASELINE_VIEWS: Readonly<Record<BaselineId, readonly View[]>> = {
  "baseline-color": ["i", "mm"],
  "baseline-words": ["t", "mm"],
  "baseline-both": ["t", "i", "mm"],
};

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** Lower-case words; of Chinese, Japanese and Korean text single characters and pairs of neighbours. */
export function wordsOf(text: string): string[] {
  return [
    ...text
      .normalize("NFKC")
      .toLowerCase()
      .matchAll(/[\p{L}\p{N}]+/gu),
  ].flatMap(([run]) => {
    if (!CJK.test(run)) return [run];
    const characters = Array.from(run);
    return [...characters, ...characters.slice(1).map((next, i) => `${characters[i]}${next}`)];
  });
}

/**
 * Bag of words by signed hashing (Weinberger et al. 2009, arXiv:0902.2206), √count per word, without
 * weights learnt from the data, so that a vector depends on its text alone.
 *
 * @returns [1024] float32, length 1, or zeros for text without a word.
 */
export function wordVector(text: string): Float32Array {
  const counts = new Map<string, number>();
  // In one order whatever the text's: where words share a bucket, float32 sums depend on it.
  for (const word of wordsOf(text).toSorted()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const vector = new Float32Array(WORD_BUCKETS);
  for (const [word, count] of counts) {
    const hash = seedFrom(word);
    vector[hash % WORD_BUCKETS]! +=
      (hash & 0x8000_0000) === 0 ? Math.sqrt(count) : -Math.sqrt(count);
  }
  return normalise(vector);
}

/**
 * √ of the share of pixels per cell of a 4 × 4 × 4 RGB cube; the dot product of two is the
 * Bhattacharyya coefficient. Opacity is laid over white.
 *
 * @param pixels - RGB or RGBA bytes, row by row.
 * @param channels - 3 or 4.
 * @returns [64] float32, length 1.
 */
export function colourVector(pixels: ArrayLike<number>, channels: 3 | 4): Float32Array {
  const vector = new Float32Array(COLOUR_CELLS);
  for (let at = 0; at + channels <= pixels.length; at += channels) {
    const alpha = channels === 4 ? pixels[at + 3]! : 255;
    let cell = 0;
    for (let channel = 0; channel < 3; channel++) {
      const value = Math.round((pixels[at + channel]! * alpha + 255 * (255 - alpha)) / 255);
      cell = cell * 4 + (value >> 6);
    }
    vector[cell]! += 1;
  }
  for (let i = 0; i < COLOUR_CELLS; i++) vector[i] = Math.sqrt(vector[i]!);
  return normalise(vector);
}

/**
 * One item's vector: words, colours, or both side by side with equal weight.
 *
 * @param id - which baseline; parts it does not use are left out of the vector.
 * @param words - from `wordVector`, where the item has text.
 * @param colours - from `colourVector`, where it has an image.
 */
export function baselineVector(
  id: BaselineId,
  words: Float32Array | undefined,
  colours: Float32Array | undefined,
): Float32Array {
  if (id === "baseline-color") return colours ?? new Float32Array(COLOUR_CELLS);
  if (id === "baseline-words") return words ?? new Float32Array(WORD_BUCKETS);
  const vector = new Float32Array(WORD_BUCKETS + COLOUR_CELLS);
  if (words !== undefined) vector.set(words);
  if (colours !== undefined) vector.set(colours, WORD_BUCKETS);
  return normalise(vector);
}
