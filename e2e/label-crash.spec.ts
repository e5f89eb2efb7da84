import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, test, type BrowserContext, type Page } from "@playwright/test";
import { findBrowser } from "../tools/browser.mjs";
import { openSample, readEvents, restore, saveExport, textInZip } from "./label-helpers";

/** Kills per run; the full proof sets LABEL_CRASHES=100. */
const CRASHES = Number(process.env["LABEL_CRASHES"] ?? 4);

async function launch(profile: string, baseURL: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: findBrowser() ?? "chromium",
    args: ["--no-sandbox"],
    baseURL,
    headless: true,
    locale: "en-US",
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
async function readLog(page: Page): Promise<LogSummary> {
  const judged = (await readEvents(page)).filter(({ kind }) => kind === "judged");
  return { acknowledged: judged.length, tasks: new Set(judged.map(({ task }) => task)).size };
}

/** Gives the sample project enough pairs for `copies` times as long a run, as a merge brings them. */
async function addPairs(page: Page, copies: number): Promise<void> {
  await page.getByRole("tab", { name: "Export" }).click();
  const text = await textInZip(await saveExport(page), "perigee-project.jsonl");
  const lines = text.split("\n").flatMap((line) => {
    if (!line.includes('"type":"pair"')) return [line];
    const { pair } = JSON.parse(line) as { pair: { id: string } };
    return Array.from({ length: copies }, (_, at) =>
      JSON.stringify({ type: "pair", pair: { ...pair, id: `${pair.id}-${at}` } }),
    );
  });
  await page.getByRole("button", { name: "Projects" }).click();
  const buffer = Buffer.from(lines.join("\n"));
  await restore(page, { name: "more.jsonl", mimeType: "application/jsonl", buffer });
  await expect(page.getByText("0 events added, 0 known already.")).toBeVisible();
  await page.getByRole("button", { name: "Sample project", exact: true }).click();
}

test(`killing the browser ${CRASHES} times loses no acknowledged judgement and doubles none`, async ({
  baseURL,
}) => {
  test.setTimeout(120_000 + CRASHES * 30_000);
  const profile = await mkdtemp(join(tmpdir(), "perigee-crash-"));
  let acknowledged = 0;
  try {
    for (let round = 0; round < CRASHES; round++) {
      const context = await launch(profile, baseURL!);
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto("/label");
      if (round === 0) {
        await openSample(page);
        // The sample's own pairs are enough for some eight rounds.
        if (CRASHES > 8) await addPairs(page, Math.ceil(CRASHES / 4));
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
      if ((round + 1) % 10 === 0) console.log(`${round + 1} kills: ${acknowledged} acknowledged`);
    }
    const context = await launch(profile, baseURL!);
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto("/label");
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
