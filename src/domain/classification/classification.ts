import { AppError } from "@/shared/lib/errors";

/** Precision, recall and F1, each 0 where its denominator is 0 (scikit-learn's zero_division=0). */
export interface ClassScores {
  /** True positives ÷ predicted positives. */
  readonly precision: number;
  /** True positives ÷ actual positives. */
  readonly recall: number;
  /** 2 · TP ÷ (2 · TP + FP + FN). */
  readonly f1: number;
}

export interface LabelScores extends ClassScores {
  readonly label: string;
  /** Items whose true label this is. */
  readonly support: number;
  readonly predicted: number;
}

export interface ScoreAverages {
  readonly perLabel: readonly LabelScores[];
  /** Plain mean over labels that occur in truth or prediction. */
  readonly macro: ClassScores;
  /** From the sums of TP, FP and FN; for single labels all three equal accuracy. */
  readonly micro: ClassScores;
  /** Mean over labels weighted by support. */
  readonly weighted: ClassScores;
}

export interface ClassificationResult extends ScoreAverages {
  readonly items: number;
  /** Share of right predictions; null without items. */
  readonly accuracy: number | null;
  /** [true][predicted] counts in the order of `labels`. */
  readonly confusion: readonly (readonly number[])[];
  readonly labels: readonly string[];
}

interface Counts {
  hits: number;
  support: number;
  predicted: number;
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function scoresOf({ hits, support, predicted }: Counts): ClassScores {
  return {
    precision: ratio(hits, predicted),
    recall: ratio(hits, support),
    f1: ratio(2 * hits, support + predicted),
  };
}

function weightedMean(
  scores: readonly LabelScores[],
  weight: (entry: LabelScores) => number,
): ClassScores {
  const total = scores.reduce((sum, entry) => sum + weight(entry), 0);
  const mean = (pick: (entry: LabelScores) => number): number =>
    ratio(
      scores.reduce((sum, entry) => sum + weight(entry) * pick(entry), 0),
      total,
    );
  return {
    precision: mean((entry) => entry.precision),
    recall: mean((entry) => entry.recall),
    f1: mean((entry) => entry.f1),
  };
}

function average(labels: readonly string[], counts: readonly Counts[]): ScoreAverages {
  const perLabel = labels.map((label, i) => {
    const count = counts[i] as Counts;
    return { label, support: count.support, predicted: count.predicted, ...scoresOf(count) };
  });
  const sums = counts.reduce<Counts>(
    (sum, count) => ({
      hits: sum.hits + count.hits,
      support: sum.support + count.support,
      predicted: sum.predicted + count.predicted,
    }),
    { hits: 0, support: 0, predicted: 0 },
  );
  return {
    perLabel,
    macro: weightedMean(perLabel, () => 1),
    micro: scoresOf(sums),
    weighted: weightedMean(perLabel, ({ support }) => support),
  };
}

/** Labels by code unit, the same on every platform and locale. */
function sortLabels(labels: Iterable<string>): string[] {
  return [...new Set(labels)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function checkLengths(truth: number, predicted: number): void {
  if (truth === predicted) return;
  throw new AppError(
    "input-invalid",
    `classification: expected as many predictions as true labels, got ${predicted} and ${truth}`,
  );
}

/**
 * Scores one predicted label per item.
 *
 * Agrees with scikit-learn's precision_recall_fscore_support(zero_division=0), accuracy_score and
 * confusion_matrix. Labels are those that occur in either list, sorted by code unit.
 *
 * @param truth - true label of each item.
 * @param predicted - predicted label of each item, same order.
 * @returns scores; all averages 0 and accuracy null without items.
 * @throws {AppError} input-invalid for lists of different length.
 */
export function scoreClassification(
  truth: readonly string[],
  predicted: readonly string[],
): ClassificationResult {
  checkLengths(truth.length, predicted.length);
  const known = new Set(truth);
  for (const label of predicted) known.add(label);
  const labels = sortLabels(known);
  const index = new Map(labels.map((label, i) => [label, i]));
  const confusion = labels.map(() => labels.map(() => 0));
  truth.forEach((label, i) => {
    const row = confusion[index.get(label) as number] as number[];
    const column = index.get(predicted[i] as string) as number;
    row[column] = (row[column] as number) + 1;
  });
  const counts = labels.map((_, k) => ({
    hits: confusion[k]?.[k] ?? 0,
    support: (confusion[k] ?? []).reduce((sum, count) => sum + count, 0),
    predicted: confusion.reduce((sum, row) => sum + (row[k] ?? 0), 0),
  }));
  const right = counts.reduce((sum, { hits }) => sum + hits, 0);
  return {
    items: truth.length,
    accuracy: truth.length === 0 ? null : right / truth.length,
    confusion,
    labels,
    ...average(labels, counts),
  };
}

export interface MultiLabelResult extends ScoreAverages {
  readonly items: number;
  /** Share of items whose set of labels is exactly right; null without items. */
  readonly subsetAccuracy: number | null;
  /** Mean over items of precision, recall and F1 of the item's own set (0 where undefined). */
  readonly samples: ClassScores;
  readonly labels: readonly string[];
}

/**
 * Scores sets of labels per item (attributes with several values).
 *
 * Agrees with scikit-learn on indicator matrices, zero_division=0; labels that occur in neither list
 * do not exist.
 *
 * @param truth - true labels of each item; may be empty.
 * @param predicted - predicted labels of each item, same order; repeats count once.
 * @returns scores.
 * @throws {AppError} input-invalid for lists of different length.
 */
export function scoreMultiLabel(
  truth: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): MultiLabelResult {
  checkLengths(truth.length, predicted.length);
  const labels = sortLabels([...truth.flat(), ...predicted.flat()]);
  const index = new Map(labels.map((label, i) => [label, i]));
  const counts: Counts[] = labels.map(() => ({ hits: 0, support: 0, predicted: 0 }));
  const perItem = truth.map((list, i) => {
    const expected = new Set(list);
    const given = new Set(predicted[i]);
    const hits = [...expected].filter((label) => given.has(label));
    for (const label of expected) (counts[index.get(label) as number] as Counts).support++;
    for (const label of given) (counts[index.get(label) as number] as Counts).predicted++;
    for (const label of hits) (counts[index.get(label) as number] as Counts).hits++;
    return { hits: hits.length, support: expected.size, predicted: given.size };
  });
  const exact = perItem.filter((c) => c.hits === c.support && c.hits === c.predicted).length;
  const samples = perItem.map(scoresOf);
  const mean = (pick: (scores: ClassScores) => number): number =>
    ratio(
      samples.reduce((sum, scores) => sum + pick(scores), 0),
      samples.length,
    );
  return {
    items: truth.length,
    subsetAccuracy: truth.length === 0 ? null : exact / truth.length,
    samples: {
      precision: mean((scores) => scores.precision),
      recall: mean((scores) => scores.recall),
      f1: mean((scores) => scores.f1),
    },
    labels,
    ...average(labels, counts),
  };
}
