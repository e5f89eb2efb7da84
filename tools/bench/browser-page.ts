/** A blank page of a development server in Chromium, for benchmarks of engines alone. */
import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { chromium, type Page } from "playwright";
import { createServer, type Plugin } from "vite";
import { findBrowser, WEBGPU_FLAGS } from "../browser.mjs";

const BLANK = "<!doctype html><title>bench</title>";
const TYPES: Readonly<Record<string, string>> = { json: "application/json", html: "text/html" };

/** The benchmark models under /bench-models, and an empty page at /blank.html. */
function serveModels(folder: string): Plugin {
  return {
    name: "perigee-bench",
    configureServer: ({ middlewares }) => {
      middlewares.use("/blank.html", (_, response) => {
        response.setHeader("Content-Type", "text/html").end(BLANK);
      });
      middlewares.use("/bench-models", ({ url = "/" }, response) => {
        const path = resolve(folder, `.${new URL(url, "http://localhost").pathname}`);
        if (!path.startsWith(resolve(folder)) || !existsSync(path)) {
          response.writeHead(404).end();
          return;
        }
        const type = TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
        createReadStream(path).pipe(response.setHeader("Content-Type", type));
      });
    },
  };
}

/**
 * @param folder - the models of tools/bench/export_peers.py.
 * @param run - gets a cross-origin isolated page; sources import as `/tools/bench/….ts`.
 */
export async function withBlankPage<T>(
  folder: string,
  run: (page: Page, browser: string) => Promise<T>,
): Promise<T> {
  const server = await createServer({
    server: { port: 0, hmr: false, watch: null },
    logLevel: "error",
    plugins: [serveModels(folder)],
    // Found late, a dependency would reload the page in the middle of a measurement.
    optimizeDeps: {
      entries: ["tools/bench/in-page.ts"],
      exclude: ["onnxruntime-web", "@huggingface/transformers"],
    },
  });
  await server.listen();
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? "chromium",
    args: [...WEBGPU_FLAGS],
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(900_000);
    page.on("pageerror", (error) => console.error(error.message));
    await page.goto(`${server.resolvedUrls!.local[0]!}blank.html`);
    return await run(page, `Chromium ${browser.version()}`);
  } finally {
    await browser.close();
    await server.close();
  }
}
