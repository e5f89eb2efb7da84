import { AppError } from "@/shared/lib/errors";

/** Where candidates with equal scores go. */
export type TieRule =
  /** The relevant one first: an upper bound. */
  | "best"
  /** Higher candidate id first, as trec_eval: a fixed order that cannot know the answer. */
  | "id"
  /** The relevant one last: a lower bound, which no trick with constant scores can beat. */
  | "worst";

/** A relevant candidate: its position among the scores and its graded relevance. */
export interface RelevantCandidate {
  readonly index: number;
  /** Gain for nDCG, > 0; 1 where relevance is not graded. */
  readonly gain: number;
}

/** A relevant candidate's place, 1 = first. */
export interface RankedGain {
  readonly rank: number;
  readonly gain: number;
}

/** Places of all relevant candidates of one query under each tie rule, ascending. */
export interface TrueRanks {
  readonly best: readonly RankedGain[];
  readonly id: readonly RankedGain[];
  readonly worst: readonly RankedGain[];
  /** Whether a relevant candidate ties with another candidate. */
  readonly tied: boolean;
}

export interface RankOptions {
  /** Candidates that do not take part: the query's own image, near duplicates. */
  readonly excluded?: ReadonlySet<number>;
  /** Order of candidate ids; positive when a's id is higher. Default: a higher index is higher. */
  readonly compareIds?: (a: number, b: number) => number;
}

/** A relevant candidate with how many others stand before it. */
export interface CountedCandidate extends RelevantCandidate {
  readonly score: number;
  /** Candidates with a higher score, relevant ones too. */
  readonly higher: number;
  /** Irrelevant candidates with the same score; of those, the ones with a higher id. */
  readonly tied: number;
  readonly tiedBefore: number;
}

/**
 * Ranks of the relevant candidates from a list of scores, without sorting it.
 *
 *   best = 1 + higher scores + tied relevant ones of higher gain;  worst adds all tied irrelevant ones
 *
 * Cost: one pass over the scores per relevant candidate. A candidate whose score is NaN ranks last.
 *
 * @param scores - one similarity per candidate, higher is better.
 * @param relevant - at least one, different, not excluded.
 * @param options - excluded candidates and order of ids.
 * @returns ranks in 1…number of candidates that take part.
 * @throws {AppError} input-invalid without relevant candidates, for an index outside of the scores, an
 *   excluded or repeated one, a gain of 0 or less, or a relevant score that is NaN.
 */
export function rankRelevant(
  scores: ArrayLike<number>,
  relevant: readonly RelevantCandidate[],
  options: RankOptions = {},
): TrueRanks {
  const { excluded = new Set<number>(), compareIds = (a, b) => a - b } = options;
  const relevantIndices = new Set(relevant.map(({ index }) => index));
  checkRelevant(scores, relevant, relevantIndices, excluded);
  const counted = relevant.map(({ index, gain }): CountedCandidate => {
    const own = scores[index] as number;
    const counts = { higher: 0, tied: 0, tiedBefore: 0 };
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i] as number;
      if (!(score >= own) || i === index || excluded.has(i)) continue;
      if (score > own) counts.higher++;
      else if (!relevantIndices.has(i)) {
        counts.tied++;
        if (compareIds(i, index) > 0) counts.tiedBefore++;
      }
    }
    return { index, gain, score: own, ...counts };
  });
  return placeCounted(counted, compareIds);
}

/**
 * Ranks of one query's relevant candidates from the counts of those before them.
 *
 * @param counted - all relevant candidates of the query.
 * @param compareIds - order of candidate ids; positive when a's id is higher.
 */
export function placeCounted(
  counted: readonly CountedCandidate[],
  compareIds: (a: number, b: number) => number,
): TrueRanks {
  const place = (
    irrelevant: (counts: CountedCandidate) => number,
    precedes: (a: CountedCandidate, b: CountedCandidate) => boolean,
  ): RankedGain[] =>
    counted
      .map((candidate) => {
        const tiedBefore = counted.filter(
          (other) =>
            other !== candidate && other.score === candidate.score && precedes(other, candidate),
        ).length;
        return {
          rank: 1 + candidate.higher + irrelevant(candidate) + tiedBefore,
          gain: candidate.gain,
        };
      })
      .sort((a, b) => a.rank - b.rank);
  const byId = (a: CountedCandidate, b: CountedCandidate): boolean =>
    compareIds(a.index, b.index) > 0;
  const moreFirst = (a: CountedCandidate, b: CountedCandidate): boolean =>
    a.gain === b.gain ? byId(a, b) : a.gain > b.gain;
  const values = new Set(counted.map(({ score }) => score));
  return {
    best: place(() => 0, moreFirst),
    id: place(({ tiedBefore }) => tiedBefore, byId),
    worst: place(
      ({ tied }) => tied,
      (a, b) => (a.gain === b.gain ? byId(a, b) : a.gain < b.gain),
    ),
    tied: values.size < counted.length || counted.some(({ tied }) => tied > 0),
  };
}

function checkRelevant(
  scores: ArrayLike<number>,
  relevant: readonly RelevantCandidate[],
  indices: ReadonlySet<number>,
  excluded: ReadonlySet<number>,
): void {
  if (relevant.length === 0 || indices.size !== relevant.length) {
    throw new AppError(
      "input-invalid",
      `rankRelevant: expected different relevant candidates, at least one, got ${relevant.length}; leave queries without an answer out and count them`,
    );
  }
  for (const { index, gain } of relevant) {
    const score = scores[index];
    if (score === undefined || Number.isNaN(score) || excluded.has(index) || !(gain > 0)) {
      throw new AppError(
        "input-invalid",
        `rankRelevant: candidate ${index} of ${scores.length} needs a score, a positive gain and not to be excluded; got score ${score}, gain ${gain}`,
      );
    }
  }
}
