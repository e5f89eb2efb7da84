import { parseArgs } from "node:util";
import { systemClock } from "@/shared/lib/system-clock";
import { UsageError, type CliCommand, type CliIo } from "../command";
import { MODEL_OPTIONS, MODEL_USAGE } from "../model-options";
import { createProgressBar } from "../progress-bar";

const USAGE = `Usage: perigee encode --input FILE.jsonl --output FILE.npy [OPTIONS]

Encodes the lines of a file into the rows of a NumPy array [lines × dimension], float32, L2-normalised.
Each line is a JSON object with "image" (a file, relative to the input file), "text", or both.

A line that cannot be encoded is reported, gets a row of zeros, and does not stop the others; the exit
code is then 1. Interrupt with Ctrl-C and start again with the same arguments to continue. Errors of
single lines are also written to FILE.npy.errors.jsonl.

Options:
  --input FILE     lines to encode
  --output FILE    array to write
  --dimension N    a shorter vector width that the model offers (default: the full one)
  --restart        ignore what an interrupted run has done
${MODEL_USAGE}

Example:
  npm run --silent perigee -- encode --model moon2-nano --input products.jsonl --output products.npy
`;

async function run(args: string[], { stdout, stderr, signal }: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...MODEL_OPTIONS,
      input: { type: "string" },
      output: { type: "string" },
      dimension: { type: "string" },
      restart: { type: "boolean", default: false },
    },
  });
  const { input, output } = values;
  if (input === undefined || output === undefined) {
    throw new UsageError("--input and --output are needed");
  }
  const { createModelTools } = await import("../model-tools");
  const { encodeFile } = await import("../encode-file");
  const { registry, models } = createModelTools(values);
  const summary = await registry.find("encoder", values.model);
  const model = await models.encoder({ id: summary.id, revision: summary.revision }, { signal });
  const { dimensions } = model.encoder;
  const dimension = values.dimension === undefined ? dimensions.at(-1)! : Number(values.dimension);
  if (!dimensions.includes(dimension)) {
    throw new UsageError(
      `--dimension ${values.dimension}: ${summary.id} offers ${dimensions.join(", ")}`,
    );
  }
  let bar: ReturnType<typeof createProgressBar> | undefined;
  const result = await encodeFile({
    input,
    output,
    model,
    modelName: `${summary.id}@${summary.revision}`,
    dimension,
    isRestart: values.restart,
    signal,
    onResume: (done) => stderr.write(`Continuing after ${done} lines.\n`),
    onProgress: (done, total, startedWith) => {
      bar ??= createProgressBar(stderr, "encode", systemClock, startedWith);
      bar.update(done, total);
    },
    onFailure: (line, message) => {
      bar?.clear();
      stderr.write(`${input}:${line}: ${message}\n`);
    },
  });
  bar?.clear();
  stdout.write(
    `${JSON.stringify({ output, rows: result.rows, dimension, failed: result.failed })}\n`,
  );
  return result.failed === 0 ? 0 : 1;
}

export const command: CliCommand = {
  name: "encode",
  summary: "Encode images and texts into a NumPy array.",
  usage: USAGE,
  run,
};
