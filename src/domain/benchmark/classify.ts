/** Class and attribute prediction from embeddings. */
import { scoreClassification, type ClassificationResult } from "../classification/classification";
import { wilsonInterval, type Interval } from "../statistics/binomial";
import { createRng, shuffled } from "@/shared/lib/rng";
import { attributeValues, labelsAt } from "./plan";
import type { BenchmarkEntry } from "./task";
import { dotScores, type VectorTable } from "./vectors";

export type PredictionMethod = "label-text" | "knn";

export const METHOD_TEXT: Readonly<Record<PredictionMethod, string>> = {
  "label-text":
    "The label whose text embedding has the largest dot product with the item's embedding; ties go to the label that comes first in code-unit order.",
  knn: "Vote of the 5 other items with the largest dot product (leave-one-out), each vote weighted by max(0, dot product); ties go to the label that comes first in code-unit order. At most 5,000 items, drawn at random.",
};

export interface PredictionResult {
  readonly kind: "class" | "attribute";
  /** Name of the level or attribute. */
  readonly name: string;
  readonly method: PredictionMethod;
  readonly scores: ClassificationResult;
  /** Wilson's interval of the accuracy. */
  readonly interval: Interval | null;
  /** Items without this label, or whose vector is missing. */
  readonly skipped: number;
}

const NEIGHBOURS = 5;
const KNN_ITEMS = 5000;

/** One item with its vector and true labels. */
interface Subject {
  readonly vector: Float32Array;
  readonly truth: readonly string[];
}

function bestLabel(votes: ReadonlyMap<string, number>, labels: readonly string[]): string {
  let best = labels[0]!;
  let most = -Infinity;
  for (const label of labels) {
    const vote = votes.get(label) ?? -Infinity;
    if (vote > most) [best, most] = [label, vote];
  }
  return best;
}

function byLabelText(
  subjects: readonly Subject[],
  labels: readonly string[],
  texts: VectorTable,
): string[] {
  const known = labels.filter((label) => texts.rowOf(label) !== undefined);
  const matrix = new Float32Array(known.length * texts.dimension);
  for (const [i, label] of known.entries()) matrix.set(texts.vector(label)!, i * texts.dimension);
  const scores = new Float32Array(known.length);
  return subjects.map(({ vector }) => {
    dotScores(vector, matrix, texts.dimension, scores);
    return bestLabel(new Map(known.map((label, i) => [label, scores[i]!])), known);
  });
}

function byNeighbours(subjects: readonly Subject[], labels: readonly string[]): string[] {
  const dimension = subjects[0]?.vector.length ?? 0;
  const matrix = new Float32Array(subjects.length * dimension);
  for (const [i, { vector }] of subjects.entries()) matrix.set(vector, i * dimension);
  const scores = new Float32Array(subjects.length);
  return subjects.map(({ vector }, own) => {
    dotScores(vector, matrix, dimension, scores);
    scores[own] = -Infinity;
    const votes = new Map<string, number>();
    for (let n = 0; n < Math.min(NEIGHBOURS, subjects.length - 1); n++) {
      let best = -1;
      for (let i = 0; i < scores.length; i++) {
        if (scores[i]! > -Infinity && (best < 0 || scores[i]! > scores[best]!)) best = i;
      }
      if (best < 0) break;
      for (const label of subjects[best]!.truth) {
        votes.set(label, (votes.get(label) ?? 0) + Math.max(0, scores[best]!));
      }
      scores[best] = -Infinity;
    }
    return bestLabel(votes, labels);
  });
}

/**
 * Scores predictions. An item with several true values counts as right when the prediction is one of
 * them; for precision and recall its true label is then the predicted one, else its first.
 */
function score(subjects: readonly Subject[], predicted: readonly string[]): ClassificationResult {
  const truth = subjects.map(({ truth: labels }, i) =>
    labels.includes(predicted[i]!) ? predicted[i]! : labels[0]!,
  );
  return scoreClassification(truth, predicted);
}

interface Target {
  readonly kind: "class" | "attribute";
  readonly name: string;
  readonly labels: readonly string[];
  readonly truthOf: (entry: BenchmarkEntry) => readonly string[];
}

function targetsOf(entries: readonly BenchmarkEntry[], levels: readonly string[]): Target[] {
  const classes = levels.map((name, level): Target => ({
    kind: "class",
    name,
    labels: labelsAt(entries, level),
    truthOf: ({ classes: own = [] }) => own.slice(level, level + 1),
  }));
  const attributes = [...attributeValues(entries)].map(([name, labels]): Target => ({
    kind: "attribute",
    name,
    labels,
    truthOf: ({ attributes: own = {} }) => own[name] ?? [],
  }));
  return [...classes, ...attributes].filter(({ labels }) => labels.length >= 2);
}

/**
 * Predicts every class level and attribute.
 *
 * @param entries - whose labels are known.
 * @param vocabulary - entries whose labels may be predicted.
 * @param levels - names of the class levels.
 * @param vectors - their vectors in one view.
 * @param texts - vectors of the label texts; empty where the encoder has no text view.
 * @param giveWay - awaited between targets, so that a page stays alive.
 */
export async function predictLabels(
  entries: readonly BenchmarkEntry[],
  vocabulary: readonly BenchmarkEntry[],
  levels: readonly string[],
  vectors: VectorTable,
  texts: VectorTable,
  giveWay: () => Promise<void>,
): Promise<PredictionResult[]> {
  const results: PredictionResult[] = [];
  for (const { kind, name, labels, truthOf } of targetsOf(vocabulary, levels)) {
    const subjects = entries.flatMap((entry): Subject[] => {
      const vector = vectors.vector(entry.id);
      const truth = truthOf(entry);
      return vector === undefined || truth.length === 0 ? [] : [{ vector, truth }];
    });
    if (subjects.length < 2) continue;
    const push = (
      method: PredictionMethod,
      used: readonly Subject[],
      predicted: string[],
    ): void => {
      const scores = score(used, predicted);
      const right = Math.round((scores.accuracy ?? 0) * used.length);
      const interval = wilsonInterval(right, used.length, 0.95);
      results.push({ kind, name, method, scores, interval, skipped: entries.length - used.length });
    };
    if (texts.size > 0) push("label-text", subjects, byLabelText(subjects, labels, texts));
    await giveWay();
    const sample =
      subjects.length <= KNN_ITEMS
        ? subjects
        : shuffled(subjects, createRng(1)).slice(0, KNN_ITEMS);
    push("knn", sample, byNeighbours(sample, labels));
    await giveWay();
  }
  return results;
}
