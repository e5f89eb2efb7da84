import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, test, type BrowserContext, type Page } from "@playwright/test";
import { findBrowser } from "../tools/browser.mjs";

/** Kills per run; the full proof sets LABEL_CRASHES=100. */
const CRASHES = Number(process.env["LABEL_CRASHES"] ?? 4);

async function launch(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: findBrowser() ?? "chromium",
    args: ["--no-sandbox"],
    headless: true,
  });
}

/** Process id of the browser that owns the context. */
async function killBrowser(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  const info = (await session?.send("SystemInfo.getProcessInfo")) as
    { processInfo: { type: string; id: number }[] } | undefined;
  const pid = info?.processInfo.find(({ type }) => type === "browser")?.id;
  if (pid === undefined) throw new Error("the browser has no process id");
  const closed = new Promise<void>((resolve) => context.once("close", () => resolve()));
  process.kill(pid, "SIGKILL");
  await closed;
}

interface LogSummary {
  readonly acknowledged: number;
  readonly tasks: number;
}

/** Judgements in the log, and how many different showings they decide. */
function readLog(page: Page): Promise<LogSummary> {
  return page.evaluate(
    () =>
      new Promise<LogSummary>((resolve, reject) => {
        const open = indexedDB.open("perigee");
        open.onerror = () => reject(open.error!);
        open.onsuccess = () => {
          const database = open.result;
          const all = database.transaction("labelEvents").objectStore("labelEvents").getAll();
          all.onerror = () => reject(all.error!);
          all.onsuccess = () => {
            const judged = (all.result as { kind: string; task: string }[]).filter(
              ({ kind }) => kind === "judged",
            );
            database.close();
            resolve({
              acknowledged: judged.length,
              tasks: new Set(judged.map(({ task }) => task)).size,
            });
          };
        };
      }),
  );
}

test(`killing the browser ${CRASHES} times loses no acknowledged judgement and doubles none`, async ({
  baseURL,
}) => {
  test.setTimeout(60_000 + CRASHES * 30_000);
  const profile = await mkdtemp(join(tmpdir(), "perigee-crash-"));
  let acknowledged = 0;
  try {
    for (let round = 0; round < CRASHES; round++) {
      const context = await launch(profile);
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto(`${baseURL}/label`);
      if (round === 0) {
        await page.getByRole("button", { name: "Open a sample project" }).click();
        await page.getByRole("textbox", { name: "Your name" }).fill("Ann");
        await page.keyboard.press("Enter");
      } else {
        await page.getByRole("button", { name: "Sample project", exact: true }).click();
      }
      await expect(page.getByRole("img", { name: /creative B/u })).toBeVisible();
      const before = await readLog(page);
      expect(before.acknowledged).toBeGreaterThanOrEqual(acknowledged);
      expect(before.tasks).toBe(before.acknowledged);
      await page.getByText("Quick", { exact: true }).click();
      // The page counts what the interface has acknowledged, up to the moment of the kill.
      const seen: number[] = [before.acknowledged];
      await page.exposeFunction("acknowledge", (count: number) => seen.push(count));
      await page.evaluate((start) => {
        const text = () =>
          [...document.querySelectorAll("span")].find(({ textContent }) =>
            /^\d+ \/ [\d,]+$/u.test(textContent ?? ""),
          )?.textContent ?? "";
        const press = (key: string) =>
          window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        let last = start;
        setInterval(() => {
          const now = Number(text().split("/")[0]);
          if (now > last) {
            last = now;
            void (window as unknown as { acknowledge(n: number): Promise<void> }).acknowledge(now);
          }
          press(Math.random() < 0.5 ? "ArrowLeft" : "ArrowRight");
          press("Enter");
        }, 15);
      }, before.acknowledged);
      await page.waitForTimeout(300 + Math.random() * 1500);
      await killBrowser(context);
      acknowledged = Math.max(...seen);
    }
    const context = await launch(profile);
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`${baseURL}/label`);
    await expect(page.getByRole("button", { name: "Sample project", exact: true })).toBeVisible();
    const after = await readLog(page);
    console.log(
      `${CRASHES} kills: ${acknowledged} acknowledged, ${after.acknowledged} in the log, ${after.tasks} different`,
    );
    expect(after.acknowledged).toBeGreaterThanOrEqual(acknowledged);
    expect(after.tasks).toBe(after.acknowledged);
    await context.close();
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
});
