import {
  ASPECT_QUESTION_IDS,
  flipAnswers,
  QUESTION_IDS,
  type ProtocolAnswers,
} from "@/domain/evaluation-protocol";
import type { ProtocolDefinition } from "@/domain/labeling/protocol-definition";
import { printReasoning, type ReasoningLine } from "@/domain/reasoning-text";
import { imagePath, type ExportItem } from "./project-data";

/** One judgement with a label, in one display order: what a judge model learns from. */
export interface TrainingExample {
  readonly id: string;
  readonly order: "AB" | "BA";
  readonly imageA: string;
  readonly imageB: string;
  readonly title: string;
  readonly queries: readonly string[];
  readonly answers: ProtocolAnswers;
  readonly label: "A" | "B";
  readonly explanation: string;
  readonly item: ExportItem;
}

/** The annotator's reasons and note as one line of text. */
function explanationOf(item: ExportItem, protocols: readonly ProtocolDefinition[]): string {
  const { event } = item.judgement;
  const protocol = protocols.find(({ version }) => version === event.shown.protocolVersion);
  const labels = event.reasons.map((id) => {
    const label = protocol?.reasons.find((reason) => reason.id === id)?.label;
    return label?.[event.shown.language] ?? id;
  });
  return [...labels, event.note].filter((part) => part !== "").join("; ");
}

/**
 * Both display orders of every labelled first showing, so that a model cannot learn the side, one
 * after another. Pairs closed by a gate and repeats are left out.
 *
 * @yields AB, then BA of each.
 */
export function* trainingExamples(
  items: Iterable<ExportItem>,
  protocols: readonly ProtocolDefinition[],
): Generator<TrainingExample> {
  for (const item of items) {
    const { judgement, product, a, b } = item;
    const { answers, label, event } = judgement;
    if (label === "none" || event.repeat === 1) continue;
    const { title, queries } = product;
    const explanation = explanationOf(item, protocols);
    const [fileA, fileB] = [imagePath(a), imagePath(b)];
    yield {
      id: `${event.id}-AB`,
      order: "AB",
      imageA: fileA,
      imageB: fileB,
      title,
      queries,
      answers,
      label,
      explanation,
      item,
    };
    yield {
      id: `${event.id}-BA`,
      order: "BA",
      imageA: fileB,
      imageB: fileA,
      title,
      queries,
      answers: flipAnswers(answers),
      label: label === "A" ? "B" : "A",
      explanation,
      item,
    };
  }
}

/** The value for each judgement, made for its first display order and kept for the second. */
export function perItem<T>(make: (example: TrainingExample) => T): (one: TrainingExample) => T {
  let last: { readonly item: ExportItem; readonly value: T } | undefined;
  return (example) => {
    if (last?.item !== example.item) last = { item: example.item, value: make(example) };
    return last.value;
  };
}

/** The response in the selector's exact format; the explanation stands on the last line. */
export function responseOf(example: TrainingExample): string {
  const lines: ReasoningLine[] = [];
  for (const question of QUESTION_IDS) {
    const isLast = question === "q10";
    const answer = isLast ? example.label : example.answers[question];
    if (answer === undefined) continue;
    lines.push({ question, answer, reason: isLast ? example.explanation : "" });
  }
  return printReasoning(lines, example.label);
}

/**
 * Text for a prompt that marks its images with `<image>` (LLaMA-Factory, ms-swift count the marks)
 * or its answer with tags: a title that holds such a mark loses it.
 */
function withoutMarks(text: string): string {
  let clean = text;
  // Removing one mark can join the halves of another.
  for (let before = ""; before !== clean;) {
    before = clean;
    clean = clean.replace(/<\/?(?:image|video|audio|answer|think)>/giu, "");
  }
  return clean;
}

/** What a reward model reads about one image. */
export function rewardPromptOf({ title, queries }: Pick<TrainingExample, "title" | "queries">) {
  return `<image>\nTitle: ${withoutMarks(title)}\nQueries: ${withoutMarks(queries.join(" | "))}\nWould shoppers click this image?`;
}

/** The instruction that every training format carries, in our own words. */
export function promptOf(example: Pick<TrainingExample, "title" | "queries">): string {
  return [
    "Compare two advertising images of one product, A then B.",
    `Queries: ${withoutMarks(example.queries.join(" | "))}`,
    `Title: ${withoutMarks(example.title)}`,
    `Answer Q1 to Q10 (${ASPECT_QUESTION_IDS.length} aspects), then name the image that shoppers would click more often: <answer>A</answer> or <answer>B</answer>.`,
  ].join("\n");
}
