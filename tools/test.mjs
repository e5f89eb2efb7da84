// `npm test`: installs, finds or installs a browser, and runs every check. Plain Node, so that it
// runs before anything is installed. `npm test -- unit browser` runs only the named checks.
import { spawn } from "node:child_process";
import { chdir } from "node:process";
import { fileURLToPath } from "node:url";
import { ensureBrowser } from "./browser.mjs";
import { CHECKS, keepTail, skipReason, summarise } from "./checks.mjs";
import { ensureInstalled } from "./install.mjs";

/**
 * @param {import("./checks.mjs").Check["command"]} command
 * @returns {Promise<{ isGood: boolean, tail: string }>} whether it exited with 0, and the end of what it printed
 */
function runCommand([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
      // It writes to a pipe, so that its end can be shown again, and would leave the colours out.
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
    });
    let tail = "";
    for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
      child[stream].setEncoding("utf8").on("data", (text) => {
        process[stream].write(text);
        tail = keepTail(tail + text);
      });
    }
    child.on("error", (error) => {
      console.error(error.message);
      resolve({ isGood: false, tail: error.message });
    });
    child.on("close", (code) => {
      resolve({ isGood: code === 0, tail });
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
  const { isGood, tail } = await runCommand(command);
  const seconds = (performance.now() - started) / 1000;
  const detail = `${seconds.toFixed(1)} s`;
  return isGood ? { name, outcome: "passed", detail } : { name, outcome: "FAILED", detail, tail };
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
  // Again, and last: a check that failed minutes ago is out of sight, and a long log may be cut.
  for (const { name, tail } of rows) {
    if (tail !== undefined)
      console.log(`\n── the end of ${name} ${"─".repeat(59 - name.length)}\n${tail}`);
  }
  return exitCode;
}

process.exitCode = await main();
