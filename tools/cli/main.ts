/** Entry of the command line: `npm run --silent perigee -- COMMAND …`. */
import process from "node:process";
import { COMMANDS } from "./registry";
import { EXIT, runCli } from "./run-cli";

const abort = new AbortController();
process.on("SIGINT", () => {
  // The second Ctrl-C does not wait for the command to save what it has.
  if (abort.signal.aborted) process.exit(EXIT.interrupted);
  abort.abort(new DOMException("interrupted by the user", "AbortError"));
});
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader closed the pipe (`… | head`): nobody is left to write for.
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  throw error;
});

process.exitCode = await runCli(
  process.argv.slice(2),
  { stdout: process.stdout, stderr: process.stderr, signal: abort.signal },
  COMMANDS,
);
