import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHECKS, keepTail, skipReason, summarise } from "./checks.mjs";

const training = CHECKS.find(({ name }) => name === "training")!;

test("the Python tests are a check, and every npm script that a check names is there", () => {
  expect(training.command.join(" ")).toBe(".venv/bin/python -m pytest -q training/tests");
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const named = CHECKS.flatMap(({ command }) => (command[0] === "npm" ? command.slice(-1) : []));
  expect(named).toHaveLength(CHECKS.length - 1);
  for (const script of named) expect(scripts).toHaveProperty([script]);
});

test("without its Python environment it is skipped, and says how to make one", () => {
  expect(skipReason(training, () => true)).toBeUndefined();
  const advice = skipReason(training, () => false);
  expect(advice).toBe(
    "run `python3 -m venv .venv && .venv/bin/pip install -r training/requirements.txt`",
  );
  const others = CHECKS.filter((check) => check !== training);
  for (const check of others) expect(skipReason(check, () => false)).toBeUndefined();
});

test("a skip is shown in the summary and is not a pass", () => {
  const unit = { name: "unit", outcome: "passed", detail: "1.0 s" } as const;
  const skip = { name: "training", outcome: "skipped", detail: "run `x`" } as const;
  expect(summarise([unit, skip])).toEqual({
    text: "passed   unit       1.0 s\nskipped  training   run `x`\n\n1 passed, 0 failed, 1 skipped",
    exitCode: 0,
  });
  expect(summarise([skip]).exitCode).toBe(1);
  expect(summarise([unit, { ...unit, outcome: "FAILED" }])).toMatchObject({ exitCode: 1 });
  expect(summarise([unit])).toMatchObject({ exitCode: 0 });
  expect(summarise([unit]).text).not.toContain("skipped");
});

test("of what a check printed its last 25 lines are kept", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `line ${i}\n`);
  expect(keepTail(lines.join(""))).toBe(lines.slice(5).join(""));
  expect(keepTail("one\ntwo")).toBe("one\ntwo");
});
