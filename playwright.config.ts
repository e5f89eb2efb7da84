import { defineConfig } from "@playwright/test";
import { findBrowser, WEBGPU_FLAGS } from "./tools/browser.mjs";

const PORT = 4199;

/** End-to-end tests of the production build in `dist/`, served as `npm start` serves it. */
export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  workers: 1,
  fullyParallel: false,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    baseURL: `http://localhost:${PORT}`,
    locale: "en-US",
    colorScheme: "light",
    viewport: { width: 1280, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: findBrowser() ?? "chromium",
      args: [...WEBGPU_FLAGS],
    },
  },
  webServer: {
    command: "node tools/serve.mjs",
    env: { PORT: String(PORT) },
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
