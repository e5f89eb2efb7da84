import { z } from "zod";
import { labelEventSchema } from "@/domain/labeling/events";
import { backupSchema } from "./backup";
import { manifestSchema } from "./manifest";
import { lineSchema } from "./native";
import {
  arenaRowSchema,
  creativePairRowSchema,
  decisionRowSchema,
  huggingFaceRowSchema,
  labelStudioTaskSchema,
  llamaFactoryInfoSchema,
  llamaFactoryRowSchema,
  llmComparatorSchema,
  msSwiftJudgeRowSchema,
  msSwiftRewardRowSchema,
  trlGrpoRowSchema,
  trlPreferenceRowSchema,
  trlSftRowSchema,
} from "./row-schemas";

/** Every published schema: name in docs/formats, what it describes, and the schema the code uses. */
const PUBLISHED: Readonly<Record<string, readonly [about: string, schema: z.ZodType]>> = {
  "project-line": ["One line of perigee-project.jsonl, the whole project with its log", lineSchema],
  "label-event": ["One event of the judgement log", labelEventSchema],
  backup: ["perigee-backup.json of a backup of everything", backupSchema],
  manifest: ["manifest.json of every export", manifestSchema],
  decision: ["One line of decisions.jsonl: a judgement in force", decisionRowSchema],
  "creative-pair": ["One line of creative-pair.jsonl", creativePairRowSchema],
  "hugging-face-metadata": ["One line of a split's metadata.jsonl", huggingFaceRowSchema],
  "label-studio-task": ["One task of label-studio.json", labelStudioTaskSchema],
  "trl-sft": ["One line of trl/sft-*.jsonl", trlSftRowSchema],
  "trl-grpo": ["One line of trl/grpo-*.jsonl", trlGrpoRowSchema],
  "trl-preference": ["One line of trl/preference-*.jsonl", trlPreferenceRowSchema],
  "ms-swift-judge": ["One line of ms-swift/judge-*.jsonl", msSwiftJudgeRowSchema],
  "ms-swift-reward": ["One line of ms-swift/reward-*.jsonl", msSwiftRewardRowSchema],
  "llama-factory-preference": ["One line of llama-factory/perigee_*.jsonl", llamaFactoryRowSchema],
  "llama-factory-dataset-info": ["llama-factory/dataset_info.json", llamaFactoryInfoSchema],
  arena: ["One line of arena.jsonl", arenaRowSchema],
  "llm-comparator": ["llm-comparator.json", llmComparatorSchema],
};

/** The JSON Schemas (draft 2020-12) of all export formats, by name. */
export function formatSchemas(): Map<string, Record<string, unknown>> {
  return new Map(
    Object.entries(PUBLISHED).map(([name, [title, schema]]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12" });
      return [name, { $schema, $id: `${name}.schema.json`, title, ...rest }];
    }),
  );
}
