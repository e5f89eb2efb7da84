import { NODE_ENGINES } from "./node-engines";

/** Options of every command that runs a model, for `util.parseArgs`. */
export const MODEL_OPTIONS = {
  model: { type: "string" },
  models: { type: "string", default: "public/models" },
  engine: { type: "string", default: NODE_ENGINES[0] },
} as const;

/** Their lines in a usage text. */
export const MODEL_USAGE = `  --model NAME     id, id@revision, or the folder of a model in the Hugging Face layout
                   (default: the first model for the task)
  --models DIR     where index.json and the models lie (default: public/models)
  --engine NAME    ${NODE_ENGINES.join(", ")} (default: ${NODE_ENGINES[0]}); cpu is slow and for checks`;
