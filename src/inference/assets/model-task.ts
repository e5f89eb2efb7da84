import { AppError } from "@/shared/lib/errors";
import type { ModelTask } from "../protocol/messages";

/** What each architecture is for; the key is `model_type` in `config.json`. */
const TASKS: Readonly<Record<string, ModelTask>> = {
  idefics3: "selector",
  smolvlm: "selector",
  moon2: "encoder",
  clip: "encoder",
  siglip: "encoder",
  chinese_clip: "encoder",
};

/**
 * The task of a model by `model_type` of its `config.json`.
 *
 * @throws AppError `unsupported` naming the known types.
 */
export function taskOf(modelType: unknown): {
  readonly task: ModelTask;
  readonly architecture: string;
} {
  const isKnown = typeof modelType === "string" && Object.hasOwn(TASKS, modelType);
  if (isKnown) return { task: TASKS[modelType] as ModelTask, architecture: modelType };
  throw new AppError(
    "unsupported",
    `config.json: model_type ${JSON.stringify(modelType)} is not one of ${Object.keys(TASKS).join(", ")}.`,
  );
}
