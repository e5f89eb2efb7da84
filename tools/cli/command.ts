import type { Writable } from "node:stream";

/** Where a command writes and how it learns that the user wants it to stop. */
export interface CliIo {
  /** Data only, so that it can be piped. */
  readonly stdout: Writable;
  /** Progress, warnings and errors. */
  readonly stderr: Writable;
  /** Aborted on the first Ctrl-C; a command saves what it can and rejects with the reason. */
  readonly signal: AbortSignal;
}

/**
 * One command of the command line. Keep heavy imports (engines, models) inside `run`, so that
 * `--help` stays fast.
 */
export interface CliCommand {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole text of `perigee NAME --help`. */
  readonly usage: string;
  /**
   * @param args - what follows the command's name.
   * @returns the exit code: 0 done, 1 failed.
   * @throws UsageError for wrong arguments (exit code 2); AppError or anything else for a failure.
   */
  run(args: string[], io: CliIo): Promise<number>;
}

/** Wrong arguments: reported with a pointer to `--help`, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
