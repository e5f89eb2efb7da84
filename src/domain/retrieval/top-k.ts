import { AppError } from "@/shared/lib/errors";

export interface TopKRequest {
  /** [queryCount × dimension] float32. */
  readonly queries: Float32Array;
  /** [candidateCount × dimension] float32. */
  readonly candidates: Float32Array;
  readonly dimension: number;
  readonly k: number;
}

/** Ties are broken by the lower candidate index, on every engine. */
export interface TopKResult {
  /** [queryCount × k] row indices; −1 where there are fewer than k candidates. */
  readonly indices: Int32Array;
  /** [queryCount × k] dot products. */
  readonly scores: Float32Array;
}

/** Candidates per block: 256 rows of 256 floats stay in the second-level cache. */
const CANDIDATE_BLOCK = 256;
/** Queries that share one pass over a block. */
const QUERY_BLOCK = 16;

/** Told how many queries are done. */
export type OnBlock = (doneQueries: number, queryCount: number) => Promise<void> | void;

/** The k best of one query so far: a binary heap with the worst at the root. */
class BestK {
  readonly scores: Float32Array;
  readonly indices: Int32Array;
  private size = 0;

  constructor(k: number) {
    this.scores = new Float32Array(k);
    this.indices = new Int32Array(k);
  }

  /** True when entry a ranks below entry b: lower score, or the same score and a higher index. */
  private isWorse(a: number, b: number): boolean {
    const difference = this.scores[a]! - this.scores[b]!;
    return difference < 0 || (difference === 0 && this.indices[a]! > this.indices[b]!);
  }

  private swap(a: number, b: number): void {
    const [score, index] = [this.scores[a]!, this.indices[a]!];
    this.scores[a] = this.scores[b]!;
    this.indices[a] = this.indices[b]!;
    this.scores[b] = score;
    this.indices[b] = index;
  }

  private siftDown(end: number): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      if (left >= end) return;
      const right = left + 1;
      const worst = right < end && this.isWorse(right, left) ? right : left;
      if (!this.isWorse(worst, at)) return;
      this.swap(at, worst);
      at = worst;
    }
  }

  /** Candidates must come in ascending order of index, so a tie never displaces an earlier one. */
  offer(score: number, index: number): void {
    if (Number.isNaN(score)) return;
    const { scores, indices } = this;
    if (this.size < scores.length) {
      let at = this.size++;
      scores[at] = score;
      indices[at] = index;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!this.isWorse(at, parent)) return;
        this.swap(at, parent);
        at = parent;
      }
      return;
    }
    if (scores[0]! >= score) return;
    scores[0] = score;
    indices[0] = index;
    this.siftDown(this.size);
  }

  /** Best first, in place; returns how many there are. */
  sort(): number {
    for (let end = this.size - 1; end > 0; end--) {
      this.swap(0, end);
      this.siftDown(end);
    }
    return this.size;
  }
}

/** @throws AppError `shape-mismatch`. */
export function checkTopK(request: TopKRequest): { queryCount: number; candidateCount: number } {
  const { queries, candidates, dimension, k } = request;
  const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;
  const isWhole = queries.length % dimension === 0 && candidates.length % dimension === 0;
  if (!isCount(dimension) || !isCount(k) || !isWhole) {
    throw new AppError(
      "shape-mismatch",
      `top-k: ${queries.length} query and ${candidates.length} candidate values must be whole rows of ${dimension}, and k (${k}) at least 1.`,
      { details: { dimension, k, queries: queries.length, candidates: candidates.length } },
    );
  }
  return {
    queryCount: queries.length / dimension,
    candidateCount: candidates.length / dimension,
  };
}

/**
 * The k candidates with the largest dot product per query, exactly: every pair is compared.
 *
 * Scores are summed in double precision and rounded to float32, then ranked; equal scores are ranked
 * by the lower index. NaN never ranks.
 *
 * @param request - queries [Q × D] and candidates [N × D], row-major float32.
 * @param onBlock - called after every block of queries with how many are done; awaited, so that the
 *   caller can give way, report progress or stop by throwing.
 * @returns indices and scores [Q × k], best first; −1 and −Infinity where N < k.
 * @throws AppError `shape-mismatch`.
 */
export async function searchTopK(
  request: TopKRequest,
  onBlock: OnBlock = () => undefined,
): Promise<TopKResult> {
  const { queries, candidates, dimension, k } = request;
  const { queryCount, candidateCount } = checkTopK(request);
  const indices = new Int32Array(queryCount * k).fill(-1);
  const scores = new Float32Array(queryCount * k).fill(-Infinity);
  for (let start = 0; start < queryCount; start += QUERY_BLOCK) {
    const end = Math.min(queryCount, start + QUERY_BLOCK);
    const best = Array.from({ length: end - start }, () => new BestK(Math.min(k, candidateCount)));
    for (let from = 0; from < candidateCount; from += CANDIDATE_BLOCK) {
      const to = Math.min(candidateCount, from + CANDIDATE_BLOCK);
      for (let query = start; query < end; query++) {
        scoreBlock(
          queries,
          query * dimension,
          candidates,
          from,
          to,
          dimension,
          best[query - start]!,
        );
      }
    }
    for (const [row, list] of best.entries()) {
      const count = list.sort();
      indices.set(list.indices.subarray(0, count), (start + row) * k);
      scores.set(list.scores.subarray(0, count), (start + row) * k);
    }
    await onBlock(end, queryCount);
  }
  return { indices, scores };
}

/** Dot product summed in double precision, rounded to float32: the definition of a score. */
export function roundedDot(
  a: Float32Array,
  atA: number,
  b: Float32Array,
  atB: number,
  dimension: number,
): number {
  const tail = dimension - (dimension % 4);
  // Four sums of their own let the processor work on them at once.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < tail; i += 4) {
    s0 += a[atA + i]! * b[atB + i]!;
    s1 += a[atA + i + 1]! * b[atB + i + 1]!;
    s2 += a[atA + i + 2]! * b[atB + i + 2]!;
    s3 += a[atA + i + 3]! * b[atB + i + 3]!;
  }
  for (let i = tail; i < dimension; i++) s0 += a[atA + i]! * b[atB + i]!;
  return Math.fround(s0 + s1 + (s2 + s3));
}

function scoreBlock(
  queries: Float32Array,
  query: number,
  candidates: Float32Array,
  from: number,
  to: number,
  dimension: number,
  best: BestK,
): void {
  for (let row = from; row < to; row++) {
    best.offer(roundedDot(queries, query, candidates, row * dimension, dimension), row);
  }
}
