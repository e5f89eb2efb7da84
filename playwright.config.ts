import { defineConfig } from "@playwright/test";
import { findBrowser, PLAIN_FLAGS, WEBGPU_FLAGS } from "./tools/browser.mjs";

const PORT = 4199;
/** Pages that compute on WebGPU; every other one is drawn twice as fast without a software GPU. */
const ON_WEBGPU = ["compare-webgpu.spec.ts", "benchmark-photos.spec.ts", "models.spec.ts"];

function launchOptions(args: readonly string[]) {
  return { executablePath: findBrowser() ?? "chromium", args: [...args] };
}

/** End-to-end tests of the production build in `dist/`, served as `npm start` serves it. */
export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  // Pages wait for one another, for frames and for the disk: two keep two cores at work.
  workers: 2,
  fullyParallel: false,
  // Times are for a machine that is busy with other things too.
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: `http://localhost:${PORT}`,
    locale: "en-US",
    colorScheme: "light",
    viewport: { width: 1280, height: 900 },
    // Recording costs a quarter of the time: ask for it where a failure is not understood.
    trace: process.env["PERIGEE_TRACE"] ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "pages", testIgnore: ON_WEBGPU, use: { launchOptions: launchOptions(PLAIN_FLAGS) } },
    { name: "webgpu", testMatch: ON_WEBGPU, use: { launchOptions: launchOptions(WEBGPU_FLAGS) } },
  ],
  webServer: {
    command: "node tools/serve.mjs",
    env: { PORT: String(PORT) },
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
