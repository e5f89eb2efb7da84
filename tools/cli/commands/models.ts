import { parseArgs } from "node:util";
import type { ModelSummary } from "@/inference/protocol/messages";
import type { CliCommand } from "../command";

const USAGE = `Usage: perigee models [--models DIR] [--json]

Lists the models that the other commands can use.

Options:
  --models DIR  where index.json and the models lie (default: public/models)
  --json        an array of records instead of a table
`;

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function table(models: readonly ModelSummary[]): string {
  const rows = [
    ["ID", "REVISION", "TASK", "ARCHITECTURE", "SIZE", "NAME"],
    ...models.map(({ id, revision, task, architecture, sizeBytes, name }) => [
      id,
      revision,
      task,
      architecture,
      megabytes(sizeBytes),
      name,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export const command: CliCommand = {
  name: "models",
  summary: "List the models that can be used.",
  usage: USAGE,
  async run(args, { stdout }) {
    const { values } = parseArgs({
      args,
      options: {
        models: { type: "string", default: "public/models" },
        json: { type: "boolean", default: false },
      },
    });
    const { FolderRegistry } = await import("../node/folder-registry");
    const models = await new FolderRegistry(values.models).list();
    stdout.write(`${values.json ? JSON.stringify(models, null, 2) : table(models)}\n`);
    return 0;
  },
};
