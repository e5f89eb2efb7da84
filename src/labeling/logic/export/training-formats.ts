import type { Piece } from "./pieces";
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

/** A family of files, one per split, and how an example becomes a line of it; or that it does not. */
type SplitFile = readonly [
  name: (split: Split) => string,
  line: (example: TrainingExample) => string | undefined,
];

/**
 * Writes all families in one pass over the examples.
 *
 * @yields the empty files, so that they are there without lines too, then line after line.
 */
export function* bySplit(
  examples: Iterable<TrainingExample>,
  families: readonly SplitFile[],
): Generator<Piece> {
  const files = families.map(([name, line]) => ({
    train: name("train"),
    test: name("test"),
    line,
  }));
  for (const { train, test } of files)
    yield* [
      [train, ""],
      [test, ""],
    ] satisfies Piece[];
  for (const example of examples) {
    const { split } = example.item.judgement.pair;
    for (const file of files) {
      const text = file.line(example);
      if (text !== undefined) yield [file[split], `${text}\n`];
    }
  }
}

/**
 * A row from members that are JSON texts: prompts are the same for a whole product and images for
 * three files, so that their text is made once.
 */
function rowOf<Row>(members: { readonly [K in keyof Row]: string }): string {
  const parts = Object.entries<string>(members).map(([name, text]) => `"${name}":${text}`);
  return `{${parts.join(",")}}`;
}

/** The value for each product, made at its first example. */
function perProduct(make: (example: TrainingExample) => string): (one: TrainingExample) => string {
  const known = new Map<string, string>();
  return (example) => {
    const { id } = example.item.product;
    let text = known.get(id);
    if (text === undefined) known.set(id, (text = make(example)));
    return text;
  };
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
const json = JSON.stringify;
const imagesOf = ({ imageA, imageB }: TrainingExample): string => json([imageA, imageB]);
const ANSWER_MESSAGES = {
  A: json(textMessage(answerTag("A"))),
  B: json(textMessage(answerTag("B"))),
};

/** TRL: SFT with reasoning, GRPO with a solution, preference between the two answers. */
export function trl(examples: Iterable<TrainingExample>): Iterable<Piece> {
  const prompt = perProduct((example) => json([{ role: "user", content: userContent(example) }]));
  const shared = (example: TrainingExample) => ({
    prompt: prompt(example),
    images: imagesOf(example),
  });
  return bySplit(examples, [
    [
      (split) => `trl/sft-${split}.jsonl`,
      (example) =>
        rowOf<TrlSftRow>({
          ...shared(example),
          completion: json(textMessage(responseOf(example))),
        }),
    ],
    [
      (split) => `trl/grpo-${split}.jsonl`,
      (example) =>
        rowOf<TrlGrpoRow>({ ...shared(example), solution: json(answerTag(example.label)) }),
    ],
    [
      (split) => `trl/preference-${split}.jsonl`,
      (example) =>
        rowOf<TrlPreferenceRow>({
          ...shared(example),
          chosen: ANSWER_MESSAGES[example.label],
          rejected: ANSWER_MESSAGES[otherLabel(example.label)],
        }),
    ],
  ]);
}

/** ms-swift: judge data (two images in the prompt) and, apart from it, reward data (one each). */
export function msSwift(examples: Iterable<TrainingExample>): Iterable<Piece> {
  const user = perProduct((example) =>
    json({ role: "user", content: `${promptOf(example)}\nA:<image>\nB:<image>` }),
  );
  const rewardMessages = perProduct((example) =>
    json([
      { role: "user", content: rewardPromptOf(example) },
      { role: "assistant", content: "yes" },
    ] satisfies MsSwiftRewardRow["messages"]),
  );
  return bySplit(examples, [
    [
      (split) => `ms-swift/judge-${split}.jsonl`,
      (example) =>
        rowOf<MsSwiftJudgeRow>({
          messages: `[${user(example)},${json({ role: "assistant", content: responseOf(example) })}]`,
          images: imagesOf(example),
          solution: json(answerTag(example.label)),
        }),
    ],
    [
      (split) => `ms-swift/reward-${split}.jsonl`,
      (example) => {
        if (example.order === "BA") return undefined;
        const { label, imageA, imageB } = example;
        const [chosen, rejected] = label === "A" ? [imageA, imageB] : [imageB, imageA];
        const messages = rewardMessages(example);
        return rowOf<MsSwiftRewardRow>({
          messages,
          images: json([chosen]),
          rejected_messages: messages,
          rejected_images: json([rejected]),
          margin: json(example.item.judgement.strength),
        });
      },
    ],
  ]);
}

/**
 * LLaMA-Factory: sharegpt preference rows and the stanza for `dataset_info.json`.
 *
 * @yields its files piece by piece.
 */
export function* llamaFactory(examples: Iterable<TrainingExample>): Generator<Piece> {
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
  const conversations = perProduct((example) =>
    json([{ from: "human", value: `${promptOf(example)}\nA:<image>\nB:<image>` }]),
  );
  const gpt = (label: "A" | "B") =>
    json({ from: "gpt", value: answerTag(label) } satisfies LlamaFactoryRow["chosen"]);
  const turn = { A: gpt("A"), B: gpt("B") };
  const info: LlamaFactoryInfo = { perigee_train: stanza("train"), perigee_test: stanza("test") };
  yield* bySplit(examples, [
    [
      (split) => `llama-factory/perigee_${split}.jsonl`,
      (example) =>
        rowOf<LlamaFactoryRow>({
          conversations: conversations(example),
          chosen: turn[example.label],
          rejected: turn[otherLabel(example.label)],
          images: imagesOf(example),
        }),
    ],
  ]);
  yield ["llama-factory/dataset_info.json", `${JSON.stringify(info, null, 2)}\n`];
}
