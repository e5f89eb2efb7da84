import { expect, test, type Page } from "@playwright/test";
import { violations } from "./fixtures";
import {
  doneCount,
  expectPair,
  judgeFull,
  openSample,
  progress,
  switchToQuick,
} from "./label-helpers";

test("a sample project is labelled by keyboard alone, and a reload loses nothing", async ({
  page,
}) => {
  await openSample(page);
  for (let at = 0; at < 3; at++) {
    await judgeFull(page, at);
    await expect(progress(page)).toHaveText(new RegExp(`^${at + 1} /`, "u"));
  }
  // Half an answer, then a reload: the draft comes back.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByText(/^Q4 · /u)).toBeVisible();
  await page.waitForTimeout(200);
  await page.reload();
  await expectPair(page);
  await expect(progress(page)).toHaveText(/^3 \//u);
  await expect(page.getByText(/^Q4 · /u)).toBeVisible();
});

test("undo works across a reload and brings the answers back", async ({ page }) => {
  await openSample(page);
  await switchToQuick(page);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await expect(progress(page)).toHaveText(/^1 \//u);
  await page.reload();
  await expectPair(page);
  await switchToQuick(page);
  await page.keyboard.press("u");
  await expect(progress(page)).toHaveText(/^0 \//u);
  await expect(page.getByRole("button", { name: /^B/u, pressed: true })).toBeVisible();
  await expect(page.getByRole("button", { name: /clear headline/u, pressed: true })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(progress(page)).toHaveText(/^1 \//u);
});

test("fifteen pairs at speed: every one is kept, and the next pair's latency is printed", async ({
  page,
}) => {
  test.slow();
  await openSample(page);
  await switchToQuick(page);
  const latencies: number[] = [];
  for (let at = 0; at < 15; at++) {
    await page.keyboard.press(at % 3 === 0 ? "ArrowLeft" : "ArrowRight");
    latencies.push(await nextPairLatency(page));
  }
  await expect(progress(page)).toHaveText(/^15 \//u);
  const sorted = latencies.toSorted((x, y) => x - y);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(0);
  console.log(`next pair after Enter: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`);
});

/** Milliseconds from the Enter key to the frame after both new images are in place. */
function nextPairLatency(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const shown = () =>
          [...document.querySelectorAll<HTMLImageElement>("figure img")]
            .map((image) => image.src)
            .join(" ");
        const before = shown();
        const start = performance.now();
        const look = () => {
          const now = shown();
          const images = [...document.querySelectorAll<HTMLImageElement>("figure img")];
          const isReady = images.length === 2 && images.every((image) => image.complete);
          if (now !== before && isReady) {
            requestAnimationFrame(() => resolve(performance.now() - start));
          } else requestAnimationFrame(look);
        };
        window.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
        look();
      }),
  );
}

test("YES to a gate closes the pair, a missing answer is named, S skips with a reason", async ({
  page,
}) => {
  await openSample(page);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Q1 still needs an answer.")).toBeVisible();
  await page.keyboard.press("y");
  await expect(page.getByText(/closes the pair/u)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(progress(page)).toHaveText(/^1 \//u);
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "Cannot decide" }).press("Escape");
  await expect(page.getByRole("region", { name: "Skip this pair" })).toBeHidden();
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "Cannot decide" }).press("Enter");
  await expect(progress(page)).toHaveText(/^2 \//u);
});

test("an address of another browser's project says so and leads back to the list", async ({
  page,
}) => {
  await page.goto("/label?project=elsewhere&view=results");
  await expect(
    page.getByRole("heading", { name: "This project is not in this browser" }),
  ).toBeVisible();
  await page.getByRole("button", { name: "All projects" }).click();
  await expect(page.getByRole("button", { name: "Open a sample project" })).toBeVisible();
});

test("a contradiction is pointed out and can still be confirmed", async ({ page }) => {
  await openSample(page);
  for (const key of ["ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
  for (let question = 3; question <= 9; question++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByText(/goes against most/u)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(progress(page)).toHaveText(/^1 \//u);
});

test("images grouped by their names are imported, broken ones reported, titles stay text", async ({
  page,
}) => {
  const { readFile, readdir } = await import("node:fs/promises");
  const folder = "public/data/demo/images";
  const names = (await readdir(folder)).filter((name) => name.endsWith(".webp")).slice(0, 4);
  const images = await Promise.all(
    names.map(async (name, at) => ({
      name: `hat_${at}.webp`,
      mimeType: "image/webp",
      buffer: await readFile(`${folder}/${name}`),
    })),
  );
  const rows = [
    "product_id,title,file_name,impressions,clicks",
    ...images.map(
      ({ name }, at) => `hat,<img src=x onerror=alert(1)>,${name},2000,${20 + 30 * at}`,
    ),
    "hat,broken,broken.png,10,1",
    "hat,missing,nowhere.png,10,1",
    "hat,bad numbers,hat_0.webp,10,eleven",
  ];
  let hasDialog = false;
  page.on("dialog", (dialog) => {
    hasDialog = true;
    void dialog.dismiss();
  });
  await page.goto("/label");
  await page.getByRole("textbox", { name: "Title of a new project" }).fill("Hats");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Drop images, a zip/u)).toBeVisible();
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([
      ...images,
      { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("<svg onload=alert(1)>") },
      { name: "table.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) },
    ]);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText(/1 products, 4 creatives/u)).toBeVisible();
  await expect(page.getByText(/3 rows or files were left out/u)).toBeVisible();
  await page.getByRole("button", { name: "Build pairs" }).click();
  await page.getByRole("button", { name: "Add 6 pairs" }).click();
  await expect(page.getByRole("button", { name: "Add 0 pairs" })).toBeVisible();
  await page.getByRole("tab", { name: "Judge" }).click();
  await page.getByRole("textbox", { name: "Your name" }).fill("Ann");
  await page.keyboard.press("Enter");
  await expectPair(page);
  await expect(page.getByRole("heading", { name: /onerror/u })).toBeVisible();
  expect(hasDialog).toBe(false);
});

const SCREENS = [
  ["judge", /Judge/u],
  ["results", /Results/u],
  ["ranking", /Ranking/u],
  ["review", /Review/u],
  ["pairs", /Pairs/u],
  ["import", /Import/u],
  ["export", /Export/u],
  ["settings", /Settings/u],
] as const;

test("no accessibility violation on any view, light or dark", async ({ page }) => {
  await openSample(page);
  await switchToQuick(page);
  for (let at = 0; at < 4; at++) {
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await expect(progress(page)).toHaveText(new RegExp(`^${at + 1} /`, "u"));
  }
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", colorScheme);
    const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
    for (const [view, name] of SCREENS) {
      await page.getByRole("tab", { name }).click();
      await page.waitForLoadState("networkidle");
      expect(await violations(page, rules), `${view}, ${colorScheme}`).toEqual([]);
    }
  }
});

test("on a phone nothing runs off the screen and touch answers work", async ({ browser }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await openSample(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
  // Pictures, question, answers and Confirm are on the screen together.
  for (const button of ["Yes", "Confirm"]) {
    await expect(page.getByRole("button", { name: button })).toBeInViewport({ ratio: 1 });
  }
  const yes = await page.getByRole("button", { name: "Yes" }).boundingBox();
  const confirm = await page.getByRole("button", { name: "Confirm" }).boundingBox();
  expect(yes!.y + yes!.height).toBeLessThanOrEqual(confirm!.y);
  await page.getByRole("button", { name: "No", exact: false }).first().tap();
  await expect(page.getByText(/^Q2 · /u)).toBeVisible();
  expect(await doneCount(page)).toBe(0);
  await context.close();
});
