/** Runs the project's lint configuration over the seeded tree in a temporary folder. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CLEAN_TREE, SEEDS } from "./seeds";

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

const root = process.cwd();
const lab = mkdtempSync(join(tmpdir(), "perigee-lint-"));

function write(file: string, code: string): void {
  const path = join(lab, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code.endsWith("\n") ? code : `${code}\n`);
}

function lint(): readonly Diagnostic[] {
  const binary = join(root, "node_modules/.bin/oxlint");
  let output: string;
  try {
    output = execFileSync(binary, ["-f", "json", "src", "tools"], { cwd: lab, encoding: "utf8" });
  } catch (error) {
    output = (error as { stdout: string }).stdout; // exit code 1: findings, as wanted here
  }
  return (JSON.parse(output) as { diagnostics: Diagnostic[] }).diagnostics;
}

function main(): number {
  for (const file of [".oxlintrc.json", "tsconfig.json", "package.json"]) {
    cpSync(join(root, file), join(lab, file));
  }
  symlinkSync(join(root, "node_modules"), join(lab, "node_modules"), "dir");
  for (const [file, code] of Object.entries(CLEAN_TREE)) write(file, code);
  write("tools/tool.ts", "export const tool = 1;");

  const dirty = lint();
  for (const finding of dirty) console.error(`clean tree: ${finding.code} in ${finding.filename}`);

  const fileOf = SEEDS.map((seed, i) => seed.file.replace("zz", `zz-${String(i)}`));
  SEEDS.forEach((seed, i) => {
    write(fileOf[i] as string, seed.code);
  });
  const findings = lint();
  let missed = 0;
  SEEDS.forEach((seed, i) => {
    const codes = findings.filter((f) => f.filename === fileOf[i]).map((f) => f.code);
    if (codes.includes(seed.rule)) return;
    missed += 1;
    console.error(
      `NOT CAUGHT: ${seed.name} (expected ${seed.rule}, got ${codes.join(", ") || "nothing"})`,
    );
  });
  console.log(
    `lint self-test: ${String(SEEDS.length - missed)} of ${String(SEEDS.length)} seeds caught, ` +
      `${String(dirty.length)} findings on the clean tree`,
  );
  return missed === 0 && dirty.length === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} finally {
  rmSync(lab, { recursive: true, force: true });
}
