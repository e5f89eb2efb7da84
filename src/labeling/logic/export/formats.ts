import { csvIn, decisionRow, flatColumns, flatRows } from "./decision-rows";
import { withMember, withMembers } from "./jsonl";
import { labelStudioPieces } from "./label-studio";
import { nativePieces } from "./native";
import { parquetPieces, type ImageBytes } from "./parquet";
import { filesOf, linesIn, type ExportFile, type Piece, type Pieces } from "./pieces";
import {
  asShown,
  carriedText,
  exportItems,
  imagePath,
  shownLabel,
  type ExportItem,
  type ProjectData,
} from "./project-data";
import type {
  ArenaRow,
  CreativePairRow,
  HuggingFaceRow,
  LlmComparatorDocument,
} from "./row-schemas";
import { bySplit, llamaFactory, msSwift, trl } from "./training-formats";
import { perItem, responseOf, trainingExamples, type TrainingExample } from "./training-text";

export interface FormatOptions {
  /** The judgements to write, where they are at hand. */
  readonly items?: readonly ExportItem[];
  /** Bytes of an image; absent when images are left out. */
  readonly imageBytes?: ImageBytes | undefined;
  /** Called as each judgement is written, or each event of the log. */
  readonly onItem?: (() => void) | undefined;
}

/**
 * The same items.
 *
 * @yields one after another, each told as it is taken.
 */
function* counted<T>(items: Iterable<T>, onItem: () => void): Generator<T> {
  for (const item of items) {
    onItem();
    yield item;
  }
}

export const FORMAT_IDS = [
  "native",
  "rows",
  "csv",
  "parquet",
  "creative-pair",
  "hugging-face",
  "label-studio",
  "trl",
  "ms-swift",
  "llama-factory",
  "arena",
  "crowd-kit",
  "llm-comparator",
] as const;
export type FormatId = (typeof FORMAT_IDS)[number];

type RecordMembers = Omit<CreativePairRow, "image_a" | "image_b" | "perigee">;
/** Members that are the same in both display orders: their text is made once. */
type SharedMembers = Pick<
  RecordMembers,
  | "product_title"
  | "product_id"
  | "query"
  | "queries"
  | "explanations"
  | "label_source"
  | "split"
  | "annotator"
  | "created_at"
>;

function sharedMembers({ item, title, queries, explanation }: TrainingExample): SharedMembers {
  const { event, pair } = item.judgement;
  return {
    product_title: title,
    product_id: item.product.id,
    query: queries[0] ?? "",
    queries: [...queries],
    ...(explanation === "" ? {} : { explanations: { q10: explanation } }),
    label_source: "human",
    split: pair.split,
    annotator: item.annotator,
    created_at: event.at,
  };
}

function countsOf({ impressions, clicks }: ExportItem["a"]) {
  return impressions === undefined || clicks === undefined ? undefined : { impressions, clicks };
}

function ownMembers(example: TrainingExample): Omit<RecordMembers, keyof SharedMembers> {
  const { item, order } = example;
  const [first, second] = order === "AB" ? [item.a, item.b] : [item.b, item.a];
  const [ctrA, ctrB] = [countsOf(first), countsOf(second)];
  return {
    protocol: { ...example.answers, q10: example.label },
    label: example.label,
    ...(ctrA === undefined || ctrB === undefined ? {} : { ctr: { a: ctrA, b: ctrB } }),
    cot: responseOf(example),
    presented_order: order,
    id: example.id,
  };
}

/** The judgement in the row of one order; the other order names that row. */
function carriedIn({ item, order }: TrainingExample): string {
  const { judgement } = item;
  return order === "AB"
    ? carriedText(judgement)
    : JSON.stringify({ twin: `${judgement.event.id}-AB` });
}

/** CreativePair records as JSON, in both display orders, consistent with one another. */
function creativePairs(examples: Iterable<TrainingExample>): Iterable<Piece> {
  const shared = perItem((example) => JSON.stringify(sharedMembers(example)));
  function* lines(): Generator<string> {
    for (const example of examples) {
      const { imageA: image_a, imageB: image_b } = example;
      const row = { image_a, image_b, ...ownMembers(example) };
      yield withMember(withMembers(row, shared(example)), "perigee", carriedIn(example));
    }
  }
  return linesIn("creative-pair.jsonl", lines());
}

/**
 * Arena's battles.
 *
 * @yields line after line.
 */
function* arenaLines(items: Iterable<ExportItem>): Generator<string> {
  const winners = { A: "model_a", B: "model_b", none: "tie" } as const;
  for (const { judgement, a, b, annotator } of items) {
    yield JSON.stringify({
      model_a: a.id,
      model_b: b.id,
      winner: winners[judgement.label],
      judge: annotator,
      tstamp: Date.parse(judgement.event.at) / 1000,
    } satisfies ArenaRow);
  }
}

/** Crowd-Kit: left and right as shown (for NoisyBradleyTerry); ties have no row there. */
function crowdKit(items: readonly ExportItem[]): Piece[] {
  const comparisons = items.flatMap(({ judgement, a, b, annotator }) => {
    const shown = shownLabel(judgement);
    if (shown === "none") return [];
    const [left, right] = asShown(judgement, a.id, b.id);
    return [[annotator, left, right, shown === "left" ? left : right]];
  });
  const labels = items
    .filter(({ judgement }) => judgement.event.repeat === 0)
    .map(({ judgement, annotator }) => [judgement.pair.id, annotator, judgement.label]);
  return [
    ...csvIn("crowd-kit/comparisons.csv", ["worker", "left", "right", "label"], comparisons),
    ...csvIn("crowd-kit/labels.csv", ["task", "worker", "label"], labels),
  ];
}

function llmComparator(items: readonly ExportItem[]): Piece[] {
  const groups = Map.groupBy(items, ({ judgement }) => judgement.pair.id);
  const scoreOf = ({ judgement }: ExportItem) => {
    if (judgement.label === "none") return 0;
    const size = judgement.strength === 2 ? 1.5 : 1;
    return judgement.label === "A" ? size : -size;
  };
  const examples = [...groups.values()].map((group) => {
    const { product, a, b } = group[0]!;
    const scores = group.map(scoreOf);
    return {
      input_text: `${product.title}\n${product.queries.join(" | ")}`,
      tags: [group[0]!.judgement.pair.split],
      output_text_a: imagePath(a),
      output_text_b: imagePath(b),
      score: scores.reduce((sum, score) => sum + score, 0) / scores.length,
      individual_rater_scores: group.map((item) => ({
        score: scoreOf(item),
        rating_label: item.judgement.label,
        is_flipped: item.judgement.isSwapped,
        rationale: item.judgement.event.note,
      })),
    };
  });
  const metadata = { source_path: "Perigee" as const, custom_fields_schema: [] };
  const document: LlmComparatorDocument = {
    metadata,
    models: [{ name: "A" }, { name: "B" }],
    examples,
  };
  return [["llm-comparator.json", JSON.stringify(document)]];
}

/** Hugging Face imagefolder: metadata inside each split's folder, images below it. */
function huggingFace(examples: Iterable<TrainingExample>): Iterable<Piece> {
  const shared = perItem((example) => JSON.stringify(sharedMembers(example)));
  return bySplit(examples, [
    [
      (split) => `${split}/metadata.jsonl`,
      (example) => {
        const row: Omit<HuggingFaceRow, "perigee" | keyof SharedMembers> = {
          image_a_file_name: example.imageA,
          image_b_file_name: example.imageB,
          ...ownMembers(example),
        };
        const text = withMembers(row, shared(example));
        return withMember(text, "perigee", JSON.stringify(carriedIn(example)));
      },
    ],
  ]);
}

/**
 * decisions.jsonl.
 *
 * @yields line after line.
 */
function* rowLines(items: Iterable<ExportItem>): Generator<string> {
  for (const item of items) {
    yield withMember(JSON.stringify(decisionRow(item)), "perigee", carriedText(item.judgement));
  }
}

/** The files of one format piece by piece, without images, data card and project log. */
export function formatPieces(
  id: FormatId,
  data: ProjectData,
  { items: known, imageBytes, onItem }: FormatOptions = {},
): Pieces {
  if (id === "native") return nativePieces(data, onItem);
  const items = known ?? exportItems(data);
  const each = onItem === undefined ? items : counted(items, onItem);
  const examples = () => trainingExamples(each, data.project.protocols);
  switch (id) {
    case "rows":
      return linesIn("decisions.jsonl", rowLines(each));
    case "csv":
      return csvIn("decisions.csv", flatColumns(data), flatRows(data, each));
    case "parquet":
      return parquetPieces(data, each, imageBytes);
    case "creative-pair":
      return creativePairs(examples());
    case "hugging-face":
      return huggingFace(examples());
    case "label-studio":
      return labelStudioPieces(data, each);
    case "trl":
      return trl(examples());
    case "ms-swift":
      return msSwift(examples());
    case "llama-factory":
      return llamaFactory(examples());
    case "arena":
      return linesIn("arena.jsonl", arenaLines(each));
    case "crowd-kit":
      return crowdKit(items);
    case "llm-comparator":
      return llmComparator(items);
  }
}

/** The same files, each as a whole. */
export async function writeFormat(
  id: FormatId,
  data: ProjectData,
  options: FormatOptions = {},
): Promise<ExportFile[]> {
  return await filesOf(formatPieces(id, data, options));
}
