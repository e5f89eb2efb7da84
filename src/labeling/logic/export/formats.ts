import { decisionRows, flatColumns, flatRows, toCsv } from "./decision-rows";
import { jsonl, linesOf, withMember } from "./jsonl";
import { labelStudioConfig, labelStudioTasks } from "./label-studio";
import { writeNative } from "./native";
import { parquetOf } from "./parquet";
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
import { responseOf, trainingExamples, type TrainingExample } from "./training-text";

/** A file of an export. */
export interface ExportFile {
  readonly path: string;
  readonly content: string | Blob;
}

export interface FormatOptions {
  /** Bytes of an image; absent when images are left out. */
  readonly imageBytes?: (creative: ExportItem["a"]) => Promise<Uint8Array | undefined>;
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

/** What CreativePair lines and Hugging Face rows have in common. */
function recordOf(
  example: TrainingExample,
): Omit<CreativePairRow, "image_a" | "image_b" | "perigee"> {
  const { item, order } = example;
  const { event, pair } = item.judgement;
  const [first, second] = order === "AB" ? [item.a, item.b] : [item.b, item.a];
  const counts = ({ impressions, clicks }: ExportItem["a"]) =>
    impressions === undefined || clicks === undefined ? undefined : { impressions, clicks };
  const [ctrA, ctrB] = [counts(first), counts(second)];
  return {
    product_title: example.title,
    product_id: item.product.id,
    query: example.queries[0] ?? "",
    queries: [...example.queries],
    protocol: { ...example.answers, q10: example.label },
    ...(example.explanation === "" ? {} : { explanations: { q10: example.explanation } }),
    label: example.label,
    label_source: "human",
    ...(ctrA === undefined || ctrB === undefined ? {} : { ctr: { a: ctrA, b: ctrB } }),
    cot: responseOf(example),
    split: pair.split,
    annotator: item.annotator,
    created_at: event.at,
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

/**
 * CreativePair records as JSON, in both display orders, consistent with one another.
 *
 * @yields line after line.
 */
function* creativePairLines(examples: Iterable<TrainingExample>): Generator<string> {
  for (const example of examples) {
    const row = { image_a: example.imageA, image_b: example.imageB, ...recordOf(example) };
    yield withMember(row, "perigee", carriedIn(example));
  }
}

function arena(items: readonly ExportItem[]): ExportFile[] {
  const winners = { A: "model_a", B: "model_b", none: "tie" } as const;
  const rows = items.map(({ judgement, a, b, annotator }): ArenaRow => ({
    model_a: a.id,
    model_b: b.id,
    winner: winners[judgement.label],
    judge: annotator,
    tstamp: Date.parse(judgement.event.at) / 1000,
  }));
  return [{ path: "arena.jsonl", content: jsonl(rows) }];
}

/** Crowd-Kit: left and right as shown (for NoisyBradleyTerry); ties have no row there. */
function crowdKit(items: readonly ExportItem[]): ExportFile[] {
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
    {
      path: "crowd-kit/comparisons.csv",
      content: toCsv(["worker", "left", "right", "label"], comparisons),
    },
    { path: "crowd-kit/labels.csv", content: toCsv(["task", "worker", "label"], labels) },
  ];
}

function llmComparator(items: readonly ExportItem[]): ExportFile[] {
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
  return [{ path: "llm-comparator.json", content: JSON.stringify(document) }];
}

/** Hugging Face imagefolder: metadata inside each split's folder, images below it. */
function huggingFace(examples: Iterable<TrainingExample>): ExportFile[] {
  return bySplit(examples, [
    [
      (split) => `${split}/metadata.jsonl`,
      (example) => {
        const row: Omit<HuggingFaceRow, "perigee"> = {
          image_a_file_name: example.imageA,
          image_b_file_name: example.imageB,
          ...recordOf(example),
        };
        return withMember(row, "perigee", JSON.stringify(carriedIn(example)));
      },
    ],
  ]);
}

/**
 * decisions.jsonl.
 *
 * @yields line after line.
 */
function* rowLines(data: ProjectData): Generator<string> {
  for (const { row, carried } of decisionRows(data)) yield withMember(row, "perigee", carried);
}

/** The files of one format, without images, data card and project log. */
export async function writeFormat(
  id: FormatId,
  data: ProjectData,
  options: FormatOptions = {},
): Promise<ExportFile[]> {
  const items = () => exportItems(data);
  const examples = () => trainingExamples(items(), data.project.protocols);
  switch (id) {
    case "native":
      return [{ path: "perigee-project.jsonl", content: await writeNative(data) }];
    case "rows":
      return [{ path: "decisions.jsonl", content: linesOf(rowLines(data)) }];
    case "csv":
      return [
        {
          path: "decisions.csv",
          content: toCsv(flatColumns(data), flatRows(data)),
        },
      ];
    case "parquet":
      return [{ path: "decisions.parquet", content: await parquetOf(data, options) }];
    case "creative-pair":
      return [{ path: "creative-pair.jsonl", content: linesOf(creativePairLines(examples())) }];
    case "hugging-face":
      return huggingFace(examples());
    case "label-studio":
      return [
        { path: "label-studio.json", content: `[${labelStudioTasks(data).join(",")}]` },
        { path: "label-studio.xml", content: labelStudioConfig(data) },
      ];
    case "trl":
      return trl(examples());
    case "ms-swift":
      return msSwift(examples());
    case "llama-factory":
      return llamaFactory(examples());
    case "arena":
      return arena(items());
    case "crowd-kit":
      return crowdKit(items());
    case "llm-comparator":
      return llmComparator(items());
  }
}
