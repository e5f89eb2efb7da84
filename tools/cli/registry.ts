import type { CliCommand } from "./command";

/** Loads one command's module on demand. */
export type CommandLoader = () => Promise<CliCommand>;

/**
 * Every command by name, in the order of the help text. To add one: write
 * `commands/<name>.ts` exporting `command`, and add its line here.
 */
export const COMMANDS: Readonly<Record<string, CommandLoader>> = {
  benchmark: async () => (await import("./commands/benchmark")).command,
  compare: async () => (await import("./commands/compare")).command,
  encode: async () => (await import("./commands/encode")).command,
  evaluate: async () => (await import("./commands/evaluate")).command,
  models: async () => (await import("./commands/models")).command,
  agreement: async () => (await import("./commands/agreement")).command,
  metrics: async () => (await import("./commands/metrics")).command,
  rank: async () => (await import("./commands/rank")).command,
};
