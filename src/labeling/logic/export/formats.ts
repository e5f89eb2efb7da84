import type { CreativePairRecord } from "@/domain/creative-pair";
import { FLAT_COLUMNS, decisionRows, flatRow, toCsv } from "./decision-rows";
import { labelStudioConfig, labelStudioTasks } from "./label-studio";
import { writeNative } from "./native";
import { parquetOf } from "./parquet";
import {
  asShown,
  exportItems,
  imagePath,
  shownLabel,
  type ExportItem,
  type ProjectData,
} from "./project-data";
import { promptOf, responseOf, trainingExamples, type TrainingExample } from "./training-text";

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

export function jsonl(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** CreativePair records in both display orders, consistent with one another. */
export function creativePairRecords(data: ProjectData): CreativePairRecord[] {
  const examples = trainingExamples(exportItems(data), data.project.protocols);
  return examples.map((example): CreativePairRecord => {
    const { item, order } = example;
    const { event, pair } = item.judgement;
    const [first, second] = order === "AB" ? [item.a, item.b] : [item.b, item.a];
    const counts = ({ impressions, clicks }: ExportItem["a"]) =>
      impressions === undefined || clicks === undefined ? undefined : { impressions, clicks };
    const [ctrA, ctrB] = [counts(first), counts(second)];
    return {
      id: example.id,
      image_a: example.imageA,
      image_b: example.imageB,
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
    };
  });
}

type Split = "train" | "test";

function bySplit(
  examples: readonly TrainingExample[],
  name: (split: Split) => string,
  row: (example: TrainingExample) => unknown,
): ExportFile[] {
  return (["train", "test"] as const).map((split) => ({
    path: name(split),
    content: jsonl(examples.filter(({ item }) => item.judgement.pair.split === split).map(row)),
  }));
}

const userContent = (example: TrainingExample) => [
  { type: "text", text: `${promptOf(example)}\nA:` },
  { type: "image" },
  { type: "text", text: "\nB:" },
  { type: "image" },
];
const answerTag = (label: "A" | "B") => `<answer>${label}</answer>`;
const otherLabel = (label: "A" | "B") => (label === "A" ? "B" : "A");
const textMessage = (text: string) => [{ role: "assistant", content: [{ type: "text", text }] }];

/** TRL: SFT with reasoning, GRPO with a solution, preference between the two answers. */
function trl(examples: readonly TrainingExample[]): ExportFile[] {
  const prompt = (example: TrainingExample) => ({
    prompt: [{ role: "user", content: userContent(example) }],
    images: [example.imageA, example.imageB],
  });
  return [
    ...bySplit(
      examples,
      (split) => `trl/sft-${split}.jsonl`,
      (example) => ({
        ...prompt(example),
        completion: textMessage(responseOf(example)),
      }),
    ),
    ...bySplit(
      examples,
      (split) => `trl/grpo-${split}.jsonl`,
      (example) => ({
        ...prompt(example),
        solution: answerTag(example.label),
      }),
    ),
    ...bySplit(
      examples,
      (split) => `trl/preference-${split}.jsonl`,
      (example) => ({
        ...prompt(example),
        chosen: textMessage(answerTag(example.label)),
        rejected: textMessage(answerTag(otherLabel(example.label))),
      }),
    ),
  ];
}

/** ms-swift: judge data (two images in the prompt) and, apart from it, reward data (one each). */
function msSwift(examples: readonly TrainingExample[]): ExportFile[] {
  const user = (example: TrainingExample) => ({
    role: "user",
    content: `${promptOf(example)}\nA:<image>\nB:<image>`,
  });
  const rewardPrompt = ({ title, queries }: TrainingExample) =>
    `<image>\nTitle: ${title}\nQueries: ${queries.join(" | ")}\nWould shoppers click this image?`;
  const reward = examples.filter(({ order }) => order === "AB");
  return [
    ...bySplit(
      examples,
      (split) => `ms-swift/judge-${split}.jsonl`,
      (example) => ({
        messages: [user(example), { role: "assistant", content: responseOf(example) }],
        images: [example.imageA, example.imageB],
        solution: answerTag(example.label),
      }),
    ),
    ...bySplit(
      reward,
      (split) => `ms-swift/reward-${split}.jsonl`,
      (example) => {
        const [chosen, rejected] =
          example.label === "A"
            ? [example.imageA, example.imageB]
            : [example.imageB, example.imageA];
        const messages = [
          { role: "user", content: rewardPrompt(example) },
          { role: "assistant", content: "yes" },
        ];
        return {
          messages,
          images: [chosen],
          rejected_messages: messages,
          rejected_images: [rejected],
          margin: example.item.judgement.strength,
        };
      },
    ),
  ];
}

/** LLaMA-Factory: sharegpt preference rows and the stanza for `dataset_info.json`. */
function llamaFactory(examples: readonly TrainingExample[]): ExportFile[] {
  const columns = {
    messages: "conversations",
    chosen: "chosen",
    rejected: "rejected",
    images: "images",
  };
  const stanza = (split: Split) => ({
    file_name: `perigee_${split}.jsonl`,
    formatting: "sharegpt",
    ranking: true,
    columns,
  });
  const info = { perigee_train: stanza("train"), perigee_test: stanza("test") };
  return [
    ...bySplit(
      examples,
      (split) => `llama-factory/perigee_${split}.jsonl`,
      (example) => ({
        conversations: [{ from: "human", value: `${promptOf(example)}\nA:<image>\nB:<image>` }],
        chosen: { from: "gpt", value: answerTag(example.label) },
        rejected: { from: "gpt", value: answerTag(otherLabel(example.label)) },
        images: [example.imageA, example.imageB],
      }),
    ),
    { path: "llama-factory/dataset_info.json", content: `${JSON.stringify(info, null, 2)}\n` },
  ];
}

function arena(items: readonly ExportItem[]): ExportFile[] {
  const winners = { A: "model_a", B: "model_b", none: "tie" } as const;
  const rows = items.map(({ judgement, a, b, annotator }) => ({
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
  const metadata = { source_path: "Perigee", custom_fields_schema: [] };
  const document = { metadata, models: [{ name: "A" }, { name: "B" }], examples };
  return [{ path: "llm-comparator.json", content: JSON.stringify(document) }];
}

/** Hugging Face imagefolder: metadata inside each split's folder, images below it. */
function huggingFace(data: ProjectData): ExportFile[] {
  const records = creativePairRecords(data);
  return (["train", "test"] as const).map((split) => ({
    path: `${split}/metadata.jsonl`,
    content: jsonl(
      records
        .filter((record) => record.split === split)
        .map(({ image_a, image_b, ...record }) => ({
          image_a_file_name: image_a,
          image_b_file_name: image_b,
          ...record,
        })),
    ),
  }));
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
      return [{ path: "decisions.jsonl", content: jsonl(decisionRows(data)) }];
    case "csv":
      return [
        { path: "decisions.csv", content: toCsv(FLAT_COLUMNS, decisionRows(data).map(flatRow)) },
      ];
    case "parquet":
      return [{ path: "decisions.parquet", content: await parquetOf(data, options) }];
    case "creative-pair":
      return [{ path: "creative-pair.jsonl", content: jsonl(creativePairRecords(data)) }];
    case "hugging-face":
      return huggingFace(data);
    case "label-studio":
      return [
        { path: "label-studio.json", content: JSON.stringify(labelStudioTasks(data)) },
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
