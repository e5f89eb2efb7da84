import { AppError, messageOf } from "@/shared/lib/errors";
import { UsageError, type CliIo } from "./command";
import type { CommandLoader } from "./registry";

/** Exit codes: what a shell script can rely on. */
export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

const HELP_FLAGS = new Set(["--help", "-h", "help"]);

async function overview(commands: Readonly<Record<string, CommandLoader>>): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map((load) => load()));
  const width = Math.max(0, ...loaded.map((command) => command.name.length));
  const lines = loaded.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    "Usage: perigee COMMAND [OPTIONS]",
    "",
    "Compares ad creatives and encodes products with the models of the studio, on this machine.",
    "",
    "Commands:",
    ...lines,
    "",
    "`perigee COMMAND --help` explains one command.",
    "Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted.",
    "",
  ].join("\n");
}

/** util.parseArgs reports wrong options with codes ERR_PARSE_ARGS_*. */
function isParseArgsError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    error.code.startsWith("ERR_PARSE_ARGS")
  );
}

function report(name: string, error: unknown, io: CliIo): number {
  if (io.signal.aborted) {
    io.stderr.write(`perigee ${name}: interrupted\n`);
    return EXIT.interrupted;
  }
  if (error instanceof UsageError || isParseArgsError(error)) {
    io.stderr.write(`perigee ${name}: ${error.message}\nTry 'perigee ${name} --help'.\n`);
    return EXIT.usage;
  }
  io.stderr.write(`perigee ${name}: ${messageOf(error)}\n`);
  // A failure that Perigee did not foresee is a defect: its stack helps to report it.
  if (!(error instanceof AppError) && error instanceof Error && error.stack !== undefined) {
    io.stderr.write(`${error.stack}\n`);
  }
  return EXIT.failure;
}

/**
 * Runs one command line.
 *
 * @param args - the arguments after the program's name.
 * @returns the exit code; never rejects.
 */
export async function runCli(
  args: readonly string[],
  io: CliIo,
  commands: Readonly<Record<string, CommandLoader>>,
): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || HELP_FLAGS.has(name)) {
    (name === undefined ? io.stderr : io.stdout).write(await overview(commands));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const known = Object.keys(commands).join(", ");
    io.stderr.write(`perigee: there is no command "${name}". Known commands: ${known}.\n`);
    return EXIT.usage;
  }
  try {
    const command = await load();
    const optionsEnd = rest.indexOf("--");
    const options = optionsEnd === -1 ? rest : rest.slice(0, optionsEnd);
    if (options.includes("--help") || options.includes("-h")) {
      io.stdout.write(command.usage.endsWith("\n") ? command.usage : `${command.usage}\n`);
      return EXIT.ok;
    }
    return await command.run(rest, io);
  } catch (error) {
    return report(name, error, io);
  }
}
