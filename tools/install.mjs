// Installs the packages of package-lock.json when they are missing or out of date. Plain Node.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";

const MARK = "node_modules/.perigee-lock";

function lockHash() {
  return createHash("sha256").update(readFileSync("package-lock.json")).digest("hex");
}

/** Runs `npm ci` unless node_modules already matches the lock file. */
export function ensureInstalled() {
  const wanted = lockHash();
  if (existsSync(MARK) && readFileSync(MARK, "utf8") === wanted) return;
  console.log("Installing packages (npm ci) …");
  // Its processor library lies inside the package; the script would fetch CUDA's from elsewhere.
  runNpm(["ci", "--no-audit", "--no-fund"], { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" });
  writeFileSync(MARK, wanted);
}

/**
 * Runs npm with its output shown.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function runNpm(args, env = process.env) {
  const isWindows = process.platform === "win32";
  execFileSync(isWindows ? "npm.cmd" : "npm", [...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env,
    shell: isWindows,
  });
}
