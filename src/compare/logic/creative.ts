/** One picture on the table. Sides are given by position: the first is A, the second B. */
export interface Creative {
  readonly id: string;
  readonly name: string;
  readonly blob: Blob;
  /** Object or data URL of `blob`, for showing it. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly origin: "own" | "example";
}

export const MIN_CREATIVES = 2;
export const MAX_CREATIVES = 8;

/** Two positions in the list of creatives; `a` is shown as A. */
export interface PairIndex {
  readonly a: number;
  readonly b: number;
}

/** Every pair of `count` creatives, the first two first, so that a reader has something early. */
export function allPairs(count: number): readonly PairIndex[] {
  const pairs: PairIndex[] = [];
  for (let b = 1; b < count; b++) {
    for (let a = 0; a < b; a++) pairs.push({ a, b });
  }
  return pairs;
}

/** How a creative of a larger set is called: #1, #2 …; the letters A and B are for sides as shown. */
export function labelOf(index: number): string {
  return `#${index + 1}`;
}

/** The list with two positions exchanged. */
export function swapped<T>(items: readonly T[], first: number, second: number): readonly T[] {
  const a = items[first];
  const b = items[second];
  if (a === undefined || b === undefined) return items;
  return items.map((item, index) => (index === first ? b : index === second ? a : item));
}
