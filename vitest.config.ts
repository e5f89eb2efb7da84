import { playwright } from "@vitest/browser-playwright";
import { defineConfig, mergeConfig } from "vitest/config";
import { findBrowser, WEBGPU_FLAGS } from "./tools/browser.mjs";
import viteConfig from "./vite.config";

/**
 * Two projects: `unit` runs in Node; `browser` runs `*.gpu.test.ts` and `*.browser.test.ts(x)` in a
 * real Chromium with WebGPU (a software adapter where there is no GPU).
 */
export default mergeConfig(
  viteConfig,
  defineConfig({
    test: {
      testTimeout: 30_000,
      projects: [
        {
          extends: true,
          test: {
            name: "unit",
            environment: "node",
            include: ["src/**/*.test.{ts,tsx}", "tools/**/*.test.ts"],
            exclude: ["**/*.gpu.test.ts", "**/*.browser.test.{ts,tsx}", "**/node_modules/**"],
          },
        },
        {
          extends: true,
          // Found late, a dependency would make Vite reload the page in the middle of a test.
          optimizeDeps: {
            include: [
              "@tensorflow/tfjs-core",
              "@tensorflow/tfjs-backend-cpu",
              "@tensorflow/tfjs-backend-webgpu",
              "umap-js",
            ],
          },
          test: {
            name: "browser",
            include: ["src/**/*.gpu.test.ts", "src/**/*.browser.test.{ts,tsx}"],
            fileParallelism: false,
            testTimeout: 60_000,
            browser: {
              enabled: true,
              headless: true,
              screenshotFailures: false,
              provider: playwright({
                launchOptions: {
                  executablePath: findBrowser() ?? "chromium",
                  args: [...WEBGPU_FLAGS],
                },
              }),
              instances: [{ browser: "chromium" }],
            },
          },
        },
      ],
    },
  }),
);
