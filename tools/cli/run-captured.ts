import { Writable } from "node:stream";
import type { CliCommand } from "./command";
import { runCli } from "./run-cli";

function capture(): { stream: Writable; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join("") };
}

/** Runs a command line as a shell would and keeps what it writes: for tests. */
export async function runCaptured(
  args: readonly string[],
  command: CliCommand,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [capture(), capture()];
  const io = { stdout: stdout.stream, stderr: stderr.stream, signal };
  const code = await runCli(args, io, { [command.name]: () => Promise.resolve(command) });
  return { code, out: stdout.text(), err: stderr.text() };
}
