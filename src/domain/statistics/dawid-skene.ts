import { AppError } from "@/shared/lib/errors";
import {
  groupPatterns,
  type RatedItem,
  type RatingPatterns,
  type RatingTable,
} from "./rating-table";

export interface DawidSkeneOptions {
  /** Most rounds of expectation and maximisation. Default 1000. */
  readonly maxIterations?: number;
  /** Stops when no posterior moves by more than this. Default 1e-9. */
  readonly tolerance?: number;
}

export interface WorkerQuality {
  readonly worker: string;
  readonly ratings: number;
  /** [q, q]: P(worker says column | truth is row); a row without evidence is uniform. */
  readonly confusion: readonly (readonly number[])[];
  /** P(worker is right) = Σ_k prior_k · confusion_kk, in [0, 1]. */
  readonly accuracy: number;
}

export interface DawidSkeneResult {
  readonly categories: readonly string[];
  readonly tasks: readonly {
    readonly task: string;
    /** Most probable label; the first in category order where equal. */
    readonly label: string;
    /** [q] posterior of each category. */
    readonly posterior: readonly number[];
  }[];
  /** [q] share of each true label. */
  readonly priors: readonly number[];
  readonly workers: readonly WorkerQuality[];
  readonly iterations: number;
  readonly converged: boolean;
}

/** Probabilities are kept above this before taking logarithms, as Crowd-Kit does. */
const FLOOR = 2 ** -52;

interface Model {
  readonly priors: Float64Array;
  /** Per worker [q, q]: rows true label, columns said label. */
  readonly confusion: readonly Float64Array[];
}

function majorityPosteriors(items: readonly RatedItem[], q: number): Float64Array[] {
  return items.map(({ labels }) => {
    const shares = new Float64Array(q);
    for (const label of labels) shares[label] = (shares[label] as number) + 1 / labels.length;
    return shares;
  });
}

function maximisation(
  { patterns, patternOf, counts }: RatingPatterns,
  posteriors: readonly Float64Array[],
  workerCount: number,
  q: number,
): Model {
  const priors = new Float64Array(q);
  const confusion = Array.from({ length: workerCount }, () => new Float64Array(q * q));
  patterns.forEach(({ workers, labels }, i) => {
    const posterior = posteriors[i] as Float64Array;
    const count = counts[i] as number;
    for (let k = 0; k < q; k++) {
      priors[k] = (priors[k] as number) + (count * (posterior[k] as number)) / patternOf.length;
    }
    workers.forEach((worker, j) => {
      const matrix = confusion[worker] as Float64Array;
      for (let k = 0; k < q; k++) {
        const at = k * q + (labels[j] as number);
        matrix[at] = (matrix[at] as number) + count * (posterior[k] as number);
      }
    });
  });
  for (const matrix of confusion) {
    for (let k = 0; k < q; k++) {
      const row = matrix.subarray(k * q, (k + 1) * q);
      for (let l = 0; l < q; l++) row[l] = Math.max(FLOOR, row[l] as number);
      const total = row.reduce((sum, value) => sum + value, 0);
      for (let l = 0; l < q; l++) row[l] = (row[l] as number) / total;
    }
  }
  return { priors, confusion };
}

function expectation(patterns: readonly RatedItem[], model: Model, q: number): Float64Array[] {
  const logPriors = model.priors.map((value) => Math.log(Math.max(FLOOR, value)));
  const logConfusion = model.confusion.map((matrix) => matrix.map(Math.log));
  return patterns.map(({ workers, labels }) => {
    const logs = logPriors.slice();
    workers.forEach((worker, j) => {
      const matrix = logConfusion[worker] as Float64Array;
      for (let k = 0; k < q; k++) {
        logs[k] = (logs[k] as number) + (matrix[k * q + (labels[j] as number)] as number);
      }
    });
    const top = Math.max(...logs);
    const weights = logs.map((value) => Math.exp(value - top));
    const total = weights.reduce((sum, value) => sum + value, 0);
    return weights.map((value) => value / total);
  });
}

/**
 * Dawid-Skene: true labels and worker confusion matrices by expectation maximisation.
 *
 *   posterior_i(k) ∝ prior_k · Π_w confusion_w(k, label_iw)
 *
 * Source: Dawid & Skene 1979, Applied Statistics 28. Starts from the shares of the labels (majority
 * vote), so a stationary point near it is found; there is no smoothing beyond a floor of 2⁻⁵².
 * Tasks with one label count too. No ratings give empty results.
 *
 * @param table - at least one category.
 * @param options - iterations and tolerance.
 * @returns posteriors, priors and worker quality.
 * @throws {AppError} input-invalid for a task without labels.
 */
export function fitDawidSkene(
  table: RatingTable,
  options: DawidSkeneOptions = {},
): DawidSkeneResult {
  const { maxIterations = 1000, tolerance = 1e-9 } = options;
  const q = table.categories.length;
  if (table.items.some(({ labels }) => labels.length === 0)) {
    throw new AppError("input-invalid", "fitDawidSkene: a task has no labels; leave it out");
  }
  // Tasks with equal labels from equal workers have equal posteriors: they are one pattern.
  const grouped = groupPatterns(table);
  const workerCount = table.workers.length;
  let posteriors = majorityPosteriors(grouped.patterns, q);
  let model = maximisation(grouped, posteriors, workerCount, q);
  let iterations = 0;
  let moved = table.items.length === 0 ? 0 : Infinity;
  while (moved > tolerance && iterations < maxIterations) {
    const next = expectation(grouped.patterns, model, q);
    moved = 0;
    next.forEach((posterior, i) => {
      const before = posteriors[i] as Float64Array;
      posterior.forEach((value, k) => {
        moved = Math.max(moved, Math.abs(value - (before[k] as number)));
      });
    });
    posteriors = next;
    model = maximisation(grouped, posteriors, workerCount, q);
    iterations++;
  }
  const perTask = Array.from(grouped.patternOf, (pattern) => posteriors[pattern] as Float64Array);
  return describe(table, perTask, model, { iterations, converged: moved <= tolerance });
}

function describe(
  table: RatingTable,
  posteriors: readonly Float64Array[],
  model: Model,
  run: { iterations: number; converged: boolean },
): DawidSkeneResult {
  const q = table.categories.length;
  const ratings = new Float64Array(table.workers.length);
  for (const { workers } of table.items) {
    for (const worker of workers) ratings[worker] = (ratings[worker] as number) + 1;
  }
  return {
    categories: table.categories,
    tasks: table.tasks.map((task, i) => {
      const posterior = [...(posteriors[i] as Float64Array)];
      const best = posterior.indexOf(Math.max(...posterior));
      return { task, label: table.categories[best] as string, posterior };
    }),
    priors: [...model.priors],
    workers: table.workers.map((worker, w) => {
      const matrix = model.confusion[w] as Float64Array;
      const accuracy = model.priors.reduce(
        (sum, prior, k) => sum + prior * (matrix[k * q + k] as number),
        0,
      );
      const confusion = Array.from({ length: q }, (_, k) => [
        ...matrix.subarray(k * q, (k + 1) * q),
      ]);
      return { worker, ratings: ratings[w] as number, confusion, accuracy };
    }),
    ...run,
  };
}

export interface MajorityLabel {
  readonly task: string;
  /** The label with the most votes; null when several lead. */
  readonly label: string | null;
  /** Labels that share the lead. */
  readonly leaders: readonly string[];
  readonly votes: number;
  readonly total: number;
}

/**
 * Majority vote per task. Ties are not broken: `label` is null and `leaders` lists them.
 *
 * @param table - ratings.
 * @returns one entry per task.
 */
export function majorityVote(table: RatingTable): MajorityLabel[] {
  return table.items.map(({ labels }, i) => {
    const counts = table.categories.map((_, k) => labels.filter((label) => label === k).length);
    const votes = Math.max(0, ...counts);
    const leaders = table.categories.filter((_, k) => votes > 0 && counts[k] === votes);
    return {
      task: table.tasks[i] as string,
      label: leaders.length === 1 ? (leaders[0] as string) : null,
      leaders,
      votes,
      total: labels.length,
    };
  });
}
