// Finds a Chromium on this machine, or installs Debian's as root; plain Node, no installed package.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Chromium flags for tests: no network chatter of the browser's own. */
const QUIET_FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** WebGPU on a software adapter. */
export const WEBGPU_FLAGS = [
  ...QUIET_FLAGS,
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/** No GPU at all, as on a machine whose driver is blocked. */
export const PLAIN_FLAGS = [...QUIET_FLAGS, "--disable-gpu"];

const CANDIDATES = [
  process.env["PERIGEE_BROWSER"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** Path of an installed Chromium-family browser, or undefined. */
export function findBrowser() {
  return CANDIDATES.find((path) => path !== undefined && path !== "" && existsSync(path));
}

/** The browser's path, installing Debian's package where that is possible; otherwise says what to do. */
export function ensureBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;
  const isDebianRoot = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (isDebianRoot) {
    console.log("No Chromium found: installing Debian's package `chromium`.");
    execFileSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
    execFileSync("apt-get", ["install", "-y", "-qq", "chromium"], { stdio: "inherit" });
    const installed = findBrowser();
    if (installed !== undefined) return installed;
  }
  throw new Error(
    "No Chromium-family browser found. Install Chrome, Edge or Chromium (Debian: `apt-get install chromium`), " +
      "or set PERIGEE_BROWSER to its path, and run `npm test` again.",
  );
}
