import type { ExportFile } from "./formats";
import { jsonl } from "./jsonl";
import type {
  LlamaFactoryInfo,
  LlamaFactoryRow,
  MsSwiftJudgeRow,
  MsSwiftRewardRow,
  TrlGrpoRow,
  TrlPreferenceRow,
  TrlSftRow,
} from "./row-schemas";
import { promptOf, responseOf, rewardPromptOf, type TrainingExample } from "./training-text";

type Split = "train" | "test";

function bySplit<Row>(
  examples: readonly TrainingExample[],
  name: (split: Split) => string,
  row: (example: TrainingExample) => Row,
): ExportFile[] {
  return (["train", "test"] as const).map((split) => ({
    path: name(split),
    content: jsonl(examples.filter(({ item }) => item.judgement.pair.split === split).map(row)),
  }));
}

const userContent = (example: TrainingExample): TrlSftRow["prompt"][number]["content"] => [
  { type: "text", text: `${promptOf(example)}\nA:` },
  { type: "image" },
  { type: "text", text: "\nB:" },
  { type: "image" },
];
const answerTag = (label: "A" | "B") => `<answer>${label}</answer>` as const;
const otherLabel = (label: "A" | "B") => (label === "A" ? "B" : "A");
const textMessage = (text: string): TrlSftRow["completion"] => [
  { role: "assistant", content: [{ type: "text", text }] },
];

/** TRL: SFT with reasoning, GRPO with a solution, preference between the two answers. */
export function trl(examples: readonly TrainingExample[]): ExportFile[] {
  const prompt = (example: TrainingExample): Pick<TrlSftRow, "prompt" | "images"> => ({
    prompt: [{ role: "user", content: userContent(example) }],
    images: [example.imageA, example.imageB],
  });
  return [
    ...bySplit(
      examples,
      (split) => `trl/sft-${split}.jsonl`,
      (example): TrlSftRow => ({
        ...prompt(example),
        completion: textMessage(responseOf(example)),
      }),
    ),
    ...bySplit(
      examples,
      (split) => `trl/grpo-${split}.jsonl`,
      (example): TrlGrpoRow => ({
        ...prompt(example),
        solution: answerTag(example.label),
      }),
    ),
    ...bySplit(
      examples,
      (split) => `trl/preference-${split}.jsonl`,
      (example): TrlPreferenceRow => ({
        ...prompt(example),
        chosen: textMessage(answerTag(example.label)),
        rejected: textMessage(answerTag(otherLabel(example.label))),
      }),
    ),
  ];
}

/** ms-swift: judge data (two images in the prompt) and, apart from it, reward data (one each). */
export function msSwift(examples: readonly TrainingExample[]): ExportFile[] {
  const user = (example: TrainingExample): MsSwiftJudgeRow["messages"][number] => ({
    role: "user",
    content: `${promptOf(example)}\nA:<image>\nB:<image>`,
  });
  const reward = examples.filter(({ order }) => order === "AB");
  return [
    ...bySplit(
      examples,
      (split) => `ms-swift/judge-${split}.jsonl`,
      (example): MsSwiftJudgeRow => ({
        messages: [user(example), { role: "assistant", content: responseOf(example) }],
        images: [example.imageA, example.imageB],
        solution: answerTag(example.label),
      }),
    ),
    ...bySplit(
      reward,
      (split) => `ms-swift/reward-${split}.jsonl`,
      (example): MsSwiftRewardRow => {
        const [chosen, rejected] =
          example.label === "A"
            ? [example.imageA, example.imageB]
            : [example.imageB, example.imageA];
        const messages: MsSwiftRewardRow["messages"] = [
          { role: "user", content: rewardPromptOf(example) },
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
export function llamaFactory(examples: readonly TrainingExample[]): ExportFile[] {
  const columns = {
    messages: "conversations",
    chosen: "chosen",
    rejected: "rejected",
    images: "images",
  } as const;
  const stanza = (split: Split): LlamaFactoryInfo["perigee_train"] => ({
    file_name: `perigee_${split}.jsonl`,
    formatting: "sharegpt",
    ranking: true,
    columns,
  });
  const info: LlamaFactoryInfo = { perigee_train: stanza("train"), perigee_test: stanza("test") };
  return [
    ...bySplit(
      examples,
      (split) => `llama-factory/perigee_${split}.jsonl`,
      (example): LlamaFactoryRow => ({
        conversations: [{ from: "human", value: `${promptOf(example)}\nA:<image>\nB:<image>` }],
        chosen: { from: "gpt", value: answerTag(example.label) },
        rejected: { from: "gpt", value: answerTag(otherLabel(example.label)) },
        images: [example.imageA, example.imageB],
      }),
    ),
    { path: "llama-factory/dataset_info.json", content: `${JSON.stringify(info, null, 2)}\n` },
  ];
}
