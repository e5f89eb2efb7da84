// `npm test`: installs, finds or installs a browser, and runs every check. Plain Node, so that it
// runs before anything is installed. `npm test -- unit browser` runs only the named checks.
import { spawn } from "node:child_process";
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./browser.mjs";
import { ensureInstalled } from "./install.mjs";

/** Checks in order: [name, npm script, needs a browser]. */
const CHECKS = /** @type {const} */ ([
  ["format", "check:format", false],
  ["types", "check:types", false],
  ["lint", "check:lint", false],
  ["lint-self", "check:lint-self", false],
  ["unused", "check:unused", false],
  ["unit", "test:unit", false],
  ["build", "build", false],
  ["bundle", "check:bundle", false],
  ["browser", "test:browser", true],
  ["e2e", "test:e2e", true],
]);

/**
 * @param {string} script
 * @returns {Promise<boolean>} whether the script exited with 0
 */
function runScript(script) {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", "--silent", script], {
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    child.on("close", (code) => {
      resolve(code === 0);
    });
  });
}

async function main() {
  chdir(fileURLToPath(new URL("..", import.meta.url)));
  ensureInstalled();
  const only = process.argv.slice(2);
  const unknown = only.filter((name) => !CHECKS.some((check) => check[0] === name));
  if (unknown.length > 0) {
    const names = CHECKS.map((check) => check[0]).join(", ");
    console.error(`npm test: no check named ${unknown.join(", ")}; there are ${names}.`);
    return 2;
  }
  const chosen = CHECKS.filter((check) => only.length === 0 || only.includes(check[0]));
  if (chosen.some((check) => check[2])) console.log(`Browser: ${ensureBrowser()}`);

  const rows = [];
  for (const [name, script] of chosen) {
    console.log(`\n── ${name} ${"─".repeat(70 - name.length)}`);
    const started = performance.now();
    const passed = await runScript(script);
    rows.push({ name, passed, seconds: (performance.now() - started) / 1000 });
  }
  console.log("\n── summary " + "─".repeat(62));
  for (const row of rows) {
    console.log(
      `${row.passed ? "passed" : "FAILED"}  ${row.name.padEnd(10)} ${row.seconds.toFixed(1)} s`,
    );
  }
  const failed = rows.filter((row) => !row.passed).length;
  console.log(`\n${String(rows.length - failed)} passed, ${String(failed)} failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
