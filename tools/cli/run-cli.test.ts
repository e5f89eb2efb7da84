import { parseArgs } from "node:util";
import { expect, test } from "vitest";
import { AppError } from "@/shared/lib/errors";
import { UsageError, type CliCommand } from "./command";
import { runCaptured } from "./run-captured";

function run(
  args: string[],
  body: CliCommand["run"] = () => Promise.resolve(0),
  signal = new AbortController().signal,
): Promise<{ code: number; out: string; err: string }> {
  const command: CliCommand = {
    name: "greet",
    summary: "Says hello.",
    usage: "Usage: …",
    run: body,
  };
  return runCaptured(args, command, signal);
}

test("--help lists the commands on stdout; no command at all is a usage error on stderr", async () => {
  const help = await run(["--help"]);
  expect(help.code).toBe(0);
  expect(help.out).toContain("greet  Says hello.");
  const none = await run([]);
  expect(none).toMatchObject({ code: 2, out: "" });
  expect(none.err).toContain("greet  Says hello.");
});

test("a command's --help prints its usage and does not run it", async () => {
  const result = await run(["greet", "--help"], () => Promise.reject(new Error("ran")));
  expect(result).toEqual({ code: 0, out: "Usage: …\n", err: "" });
});

test("everything after -- belongs to the command", async () => {
  const seen: string[][] = [];
  await run(["greet", "--", "--help"], (args) => {
    seen.push(args);
    return Promise.resolve(0);
  });
  expect(seen).toEqual([["--", "--help"]]);
});

test("an unknown command is a usage error that names the known ones", async () => {
  const result = await run(["toString"]);
  expect(result.code).toBe(2);
  expect(result.err).toContain("Known commands: greet");
});

test("wrong options give code 2 and a pointer to --help", async () => {
  const parsed = await run(["greet", "--volume", "11"], (args) => {
    parseArgs({ args, options: {} });
    return Promise.resolve(0);
  });
  expect(parsed.code).toBe(2);
  expect(parsed.err).toContain("Try 'perigee greet --help'");
  const thrown = await run(["greet"], () => Promise.reject(new UsageError("give a name")));
  expect(thrown).toMatchObject({ code: 2 });
});

test("a failure prints its message on stderr; an unforeseen one prints its stack too", async () => {
  const known = await run(["greet"], () =>
    Promise.reject(new AppError("input-invalid", "no file")),
  );
  expect(known).toEqual({ code: 1, out: "", err: "perigee greet: no file\n" });
  const defect = await run(["greet"], () => Promise.reject(new TypeError("boom")));
  expect(defect.code).toBe(1);
  expect(defect.err).toContain("run-cli.test.ts");
});

test("an interrupted command exits with 130", async () => {
  const abort = new AbortController();
  const result = await run(
    ["greet"],
    (_args, io) => {
      abort.abort();
      io.signal.throwIfAborted();
      return Promise.resolve(0);
    },
    abort.signal,
  );
  expect(result).toMatchObject({ code: 130, err: "perigee greet: interrupted\n" });
});
