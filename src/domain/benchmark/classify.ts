/** Class and attribute prediction from embeddings. */
import { scoreClassification, type ClassificationResult } from "../classification/classification";
import { wilsonInterval, type Interval } from "../statistics/binomial";
import { createRng, shuffled } from "@/shared/lib/rng";
import { createTurns } from "@/shared/lib/turn";
import { attributeValues, labelsAt } from "./plan";
import type { BenchmarkEntry } from "./task";
import type { Gallery, OpenGallery } from "../retrieval/gallery";
import { joinRows, type VectorTable } from "./vectors";

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

/** Subjects whose nearest rows are asked for at once. */
const BATCH = 128;

/** One item with its vector and true labels. */
interface Subject {
  /** Place among all entries. */
  readonly entry: number;
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

type GiveWay = () => Promise<void>;

/** Rows of the k nearest of a gallery per subject, and their scores. */
async function nearestRows(
  subjects: readonly Subject[],
  gallery: Gallery,
  k: number,
  giveWay: GiveWay,
): Promise<{ readonly rows: Int32Array; readonly scores: Float32Array }> {
  const rows = new Int32Array(subjects.length * k);
  const scores = new Float32Array(subjects.length * k);
  for (let at = 0; at < subjects.length; at += BATCH) {
    await giveWay();
    const vectors = subjects.slice(at, at + BATCH).map(({ vector }) => vector);
    const found = await gallery.top(joinRows(vectors, vectors[0]!.length), k);
    rows.set(found.indices, at * k);
    scores.set(found.scores, at * k);
  }
  return { rows, scores };
}

async function byLabelText(
  subjects: readonly Subject[],
  labels: readonly string[],
  texts: VectorTable,
  openGallery: OpenGallery,
  giveWay: GiveWay,
): Promise<string[]> {
  const known = labels.filter((label) => texts.rowOf(label) !== undefined);
  const vectors = known.map((label) => texts.vector(label)!);
  const { dimension } = texts;
  // Labels stand in code-unit order, and ties go to the lower row.
  const read = () => joinRows(vectors, dimension);
  const gallery = openGallery({ size: known.length, dimension, read });
  try {
    const { rows } = await nearestRows(subjects, gallery, 1, giveWay);
    return Array.from(rows, (row) => known[row] ?? known[0] ?? labels[0]!);
  } finally {
    gallery.close();
  }
}

/** The nearest others of each subject; kept while the subjects stay the same. */
class Neighbours {
  private readonly openGallery: OpenGallery;
  private readonly giveWay: GiveWay;
  private key = "";
  private found: readonly (readonly (readonly [number, number])[])[] = [];

  constructor(openGallery: OpenGallery, giveWay: GiveWay) {
    this.openGallery = openGallery;
    this.giveWay = giveWay;
  }

  /** Per subject the places of its neighbours with their scores, nearest first. */
  async of(subjects: readonly Subject[]) {
    const key = subjects.map(({ entry }) => entry).join();
    if (key === this.key) return this.found;
    const vectors = subjects.map(({ vector }) => vector);
    const dimension = vectors[0]?.length ?? 0;
    const read = () => joinRows(vectors, dimension);
    const gallery = this.openGallery({ size: subjects.length, dimension, read });
    // One more, since every subject is near itself.
    const k = Math.min(NEIGHBOURS + 1, subjects.length);
    try {
      const { rows, scores } = await nearestRows(subjects, gallery, k, this.giveWay);
      this.found = subjects.map((_, own) =>
        Array.from({ length: k }, (__, i) => [rows[own * k + i]!, scores[own * k + i]!] as const)
          .filter(([row]) => row !== own && row >= 0)
          .slice(0, NEIGHBOURS),
      );
    } finally {
      gallery.close();
    }
    this.key = key;
    return this.found;
  }

  async predict(subjects: readonly Subject[], labels: readonly string[]): Promise<string[]> {
    const turns = createTurns();
    const predicted: string[] = [];
    for (const [i, near] of (await this.of(subjects)).entries()) {
      if (i % 500 === 0) await turns();
      const votes = new Map<string, number>();
      for (const [row, score] of near) {
        for (const label of subjects[row]!.truth) {
          votes.set(label, (votes.get(label) ?? 0) + Math.max(0, score));
        }
      }
      predicted.push(bestLabel(votes, labels));
    }
    return predicted;
  }
}

/**
 * Scores predictions. An item with several true values counts as right when the prediction is one of
 * them; for precision and recall its true label is then the predicted one, else its first.
 */
async function score(
  subjects: readonly Subject[],
  predicted: readonly string[],
  giveWay: GiveWay,
): Promise<ClassificationResult> {
  const truth = subjects.map(({ truth: labels }, i) =>
    labels.includes(predicted[i]!) ? predicted[i]! : labels[0]!,
  );
  await giveWay();
  return scoreClassification(truth, predicted);
}

interface Target {
  readonly kind: "class" | "attribute";
  readonly name: string;
  readonly labels: readonly string[];
  readonly truthOf: (entry: BenchmarkEntry) => readonly string[];
}

async function targetsOf(
  entries: readonly BenchmarkEntry[],
  levels: readonly string[],
  giveWay: GiveWay,
): Promise<Target[]> {
  const targets: Target[] = [];
  for (const [level, name] of levels.entries()) {
    const truthOf = ({ classes: own = [] }: BenchmarkEntry) => own.slice(level, level + 1);
    targets.push({ kind: "class", name, labels: labelsAt(entries, level), truthOf });
    await giveWay();
  }
  for (const [name, labels] of attributeValues(entries)) {
    const truthOf = ({ attributes: own = {} }: BenchmarkEntry) => own[name] ?? [];
    targets.push({ kind: "attribute", name, labels, truthOf });
  }
  await giveWay();
  return targets.filter(({ labels }) => labels.length >= 2);
}

/**
 * Predicts every class level and attribute.
 *
 * @param entries - whose labels are known.
 * @param vocabulary - entries whose labels may be predicted.
 * @param levels - names of the class levels.
 * @param vectors - their vectors in one view.
 * @param texts - vectors of the label texts; empty where the encoder has no text view.
 * @param openGallery - where nearest items are searched.
 * @param giveWay - awaited every few items, so that a page stays alive.
 */
export async function predictLabels(
  entries: readonly BenchmarkEntry[],
  vocabulary: readonly BenchmarkEntry[],
  levels: readonly string[],
  vectors: VectorTable,
  texts: VectorTable,
  openGallery: OpenGallery,
  giveWay: GiveWay,
): Promise<PredictionResult[]> {
  const results: PredictionResult[] = [];
  const turns = createTurns();
  const neighbours = new Neighbours(openGallery, giveWay);
  for (const { kind, name, labels, truthOf } of await targetsOf(vocabulary, levels, giveWay)) {
    const subjects: Subject[] = [];
    for (const [place, entry] of entries.entries()) {
      if (place % 1000 === 0) await turns();
      const vector = vectors.vector(entry.id);
      const truth = truthOf(entry);
      if (vector !== undefined && truth.length > 0) subjects.push({ entry: place, vector, truth });
    }
    if (subjects.length < 2) continue;
    await giveWay();
    const push = async (
      method: PredictionMethod,
      used: readonly Subject[],
      predicted: string[],
    ): Promise<void> => {
      const scores = await score(used, predicted, giveWay);
      const right = Math.round((scores.accuracy ?? 0) * used.length);
      const interval = wilsonInterval(right, used.length, 0.95);
      results.push({ kind, name, method, scores, interval, skipped: entries.length - used.length });
    };
    if (texts.size > 0) {
      const predicted = await byLabelText(subjects, labels, texts, openGallery, giveWay);
      await giveWay();
      await push("label-text", subjects, predicted);
      await giveWay();
    }
    const sample =
      subjects.length <= KNN_ITEMS
        ? subjects
        : shuffled(subjects, createRng(1)).slice(0, KNN_ITEMS);
    await giveWay();
    const voted = await neighbours.predict(sample, labels);
    await giveWay();
    await push("knn", sample, voted);
  }
  return results;
}
