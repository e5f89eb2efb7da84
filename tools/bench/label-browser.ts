/** The built application in Chromium with a profile on disk, and what its main thread did. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type CDPSession, type Page } from "playwright";
import { findBrowser, WEBGPU_FLAGS } from "../browser.mjs";
import { serve } from "../serve.mjs";

export interface BenchPage {
  readonly page: Page;
  readonly url: string;
  readonly version: string;
  /** A folder for generated files; gone afterwards. */
  readonly folder: string;
  /** Live JavaScript heap after a forced collection, and resident memory of the page's process. */
  memory(): Promise<{ readonly heap: number; readonly resident: number | undefined }>;
}

/** Resident bytes of the largest renderer process; undefined where there is no /proc. */
async function residentBytes(session: CDPSession): Promise<number | undefined> {
  const { processInfo } = (await session.send("SystemInfo.getProcessInfo")) as {
    processInfo: { type: string; id: number }[];
  };
  const sizes = processInfo.flatMap(({ type, id }) => {
    const path = `/proc/${id}/status`;
    if (type !== "renderer" || !existsSync(path)) return [];
    const kilobytes = /VmRSS:\s+(\d+)/u.exec(readFileSync(path, "utf8"))?.[1];
    return kilobytes === undefined ? [] : [Number(kilobytes) * 1024];
  });
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

/** Opens the page, runs, and closes browser, server and profile whatever happened. */
export async function withPage<T>(
  run: (bench: BenchPage) => Promise<T>,
  flags: readonly string[] = WEBGPU_FLAGS,
): Promise<T> {
  if (!existsSync("dist/index.html")) throw new Error("No build in dist/. Run: npm run build");
  const folder = await mkdtemp(join(tmpdir(), "perigee-bench-"));
  const { url, close } = await serve({ root: "dist", port: 0 });
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: findBrowser() ?? "chromium",
    args: [...flags],
    viewport: { width: 1280, height: 900 },
    locale: "en-US",
  });
  try {
    // The TypeScript runner wraps named functions in a helper that a page does not have.
    await context.addInitScript("globalThis.__name = (value) => value;");
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(500_000);
    const ofPage = await context.newCDPSession(page);
    const ofBrowser = await context.browser()?.newBrowserCDPSession();
    return await run({
      page,
      url,
      folder,
      version: context.browser()?.version() ?? "unknown",
      async memory() {
        await ofPage.send("HeapProfiler.collectGarbage");
        const { usedSize } = await ofPage.send("Runtime.getHeapUsage");
        const resident = ofBrowser === undefined ? undefined : await residentBytes(ofBrowser);
        return { heap: usedSize, resident };
      },
    });
  } finally {
    await context.close();
    await close();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/**
 * Watches the main thread: the longest time between two turns of a 5 ms timer, which is how long a
 * key press could have waited, and the long tasks that the browser itself reports.
 */
export async function watchStalls(page: Page): Promise<() => Promise<Stalls>> {
  await page.evaluate(() => {
    const watch = { gaps: [] as number[], tasks: [] as number[], timer: 0 };
    let last = performance.now();
    watch.timer = window.setInterval(() => {
      const now = performance.now();
      if (now - last > 50) watch.gaps.push(now - last);
      last = now;
    }, 5);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watch.tasks.push(duration);
    }).observe({ type: "longtask" });
    (window as unknown as { stallWatch: typeof watch }).stallWatch = watch;
  });
  return () =>
    page.evaluate(() => {
      const { gaps, tasks, timer } = (
        window as unknown as { stallWatch: { gaps: number[]; tasks: number[]; timer: number } }
      ).stallWatch;
      window.clearInterval(timer);
      const most = (list: readonly number[]) => list.reduce((a, b) => Math.max(a, b), 0);
      return { longestGap: most(gaps), longestTask: most(tasks), longTasks: tasks.length };
    });
}

export interface Stalls {
  readonly longestGap: number;
  readonly longestTask: number;
  readonly longTasks: number;
}

export function formatStalls({ longestGap, longestTask, longTasks }: Stalls): string {
  return `longest stall ${longestGap.toFixed(0)} ms, longest task ${longestTask.toFixed(0)} ms, ${longTasks} tasks over 50 ms`;
}
