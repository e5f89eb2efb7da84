// `npm test`: installs, finds or installs a browser, and runs every check. Plain Node, so that it
// runs before anything is installed. `npm test -- unit browser` runs only the named checks.
import { spawn } from "node:child_process";
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./browser.mjs";
import { CHECKS, skipReason, summarise } from "./checks.mjs";
import { ensureInstalled } from "./install.mjs";

/**
 * @param {import("./checks.mjs").Check["command"]} command
 * @returns {Promise<boolean>} whether it exited with 0
 */
function runCommand([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    child.on("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on("close", (code) => {
      resolve(code === 0);
    });
  });
}

/**
 * @param {import("./checks.mjs").Check} check
 * @returns {Promise<import("./checks.mjs").Row>}
 */
async function runCheck(check) {
  const { name, command } = check;
  console.log(`\n── ${name} ${"─".repeat(70 - name.length)}`);
  const advice = skipReason(check);
  if (advice !== undefined) {
    console.log(`skipped: ${advice}`);
    return { name, outcome: "skipped", detail: advice };
  }
  const started = performance.now();
  const outcome = (await runCommand(command)) ? "passed" : "FAILED";
  const seconds = (performance.now() - started) / 1000;
  return { name, outcome, detail: `${seconds.toFixed(1)} s` };
}

async function main() {
  chdir(fileURLToPath(new URL("..", import.meta.url)));
  ensureInstalled();
  const only = process.argv.slice(2);
  const unknown = only.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    const names = CHECKS.map((check) => check.name).join(", ");
    console.error(`npm test: no check named ${unknown.join(", ")}; there are ${names}.`);
    return 2;
  }
  const chosen = CHECKS.filter((check) => only.length === 0 || only.includes(check.name));
  if (chosen.some((check) => check.needsBrowser)) console.log(`Browser: ${ensureBrowser()}`);

  const rows = [];
  for (const check of chosen) rows.push(await runCheck(check));
  const { text, exitCode } = summarise(rows);
  console.log(`\n── summary ${"─".repeat(62)}\n${text}`);
  return exitCode;
}

process.exitCode = await main();
