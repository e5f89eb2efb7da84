import type { Page } from "@playwright/test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, open, shippedExamples, shippedModels, test, violations } from "./fixtures";

/** Opens an example and waits until its pictures and the model's name are there. */
async function openExample(page: Page, id: string): Promise<void> {
  await open(page, `/compare?example=${id}`);
  await expect(page.getByRole("img", { name: /^A: / })).toBeVisible();
  // The first answer of the worker comes after its self-test.
  await expect(page.getByRole("button", { name: /^Compare/ })).toBeEnabled({ timeout: 120_000 });
}

/** A software graphics processor on a busy machine writes about one token in a second. */
const VERDICT_MS = 480_000;

/** The headline of a finished comparison. */
async function verdict(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: /would be clicked more often/ })).toBeVisible({
    timeout: VERDICT_MS,
  });
}

/** Opens the report menu by keyboard, saves one kind, and returns the file's text. */
async function savedReport(page: Page, kind: RegExp): Promise<string> {
  await page.getByRole("button", { name: "Report" }).focus();
  await page.keyboard.press("Enter");
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: kind }).focus();
  await page.keyboard.press("Enter");
  return readFileSync(await (await download).path(), "utf8");
}

/** Keeps the page's inference worker, and the version of its messages, within the test's reach. */
async function exposeWorker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const scope = globalThis as unknown as { Worker: typeof Worker; perigee?: object };
    scope.Worker = class extends scope.Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name !== "inference") return;
        this.addEventListener("message", ({ data }) => {
          scope.perigee ??= { worker: this, v: (data as { v: number }).v };
        });
      }
    };
  });
}

/** Destroys the GPU device in the worker, as a crash of the driver would. */
async function loseDevice(page: Page): Promise<void> {
  await page.evaluate(() => {
    const scope = globalThis as unknown as { perigee: { worker: Worker; v: number } };
    const { worker, v } = scope.perigee;
    worker.postMessage({ v, id: -1, kind: "call", name: "engine/lose-device" });
  });
}

const PHOTO_FOLDER = "../shared/data/luma/images";
const NO_PHOTOS = `no photographs in ${PHOTO_FOLDER}: the built-in pictures are compared instead`;

/** Two product photographs, where this machine has them. */
function lumaPhotos(): readonly Buffer[] | undefined {
  if (!existsSync(PHOTO_FOLDER)) return undefined;
  const names = readdirSync(PHOTO_FOLDER).filter((name) => name.endsWith(".webp"));
  return names.slice(0, 2).map((name) => readFileSync(`${PHOTO_FOLDER}/${name}`));
}

/** Draws a creative from each photograph in the tab: the product, a headline and a button. */
async function composed(page: Page, photos: readonly Buffer[]) {
  const files = [];
  for (const [at, photo] of photos.entries()) {
    const base64 = await page.evaluate(
      async ({ bytes, hue }) => {
        const raw = Uint8Array.from(atob(bytes), (letter) => letter.codePointAt(0) ?? 0);
        const picture = await createImageBitmap(new Blob([raw]));
        const canvas = new OffscreenCanvas(600, 600);
        const context = canvas.getContext("2d")!;
        context.fillStyle = `hsl(${hue} 60% 92%)`;
        context.fillRect(0, 0, 600, 600);
        context.drawImage(picture, 120, 150, 360, 360);
        context.fillStyle = `hsl(${hue} 60% 25%)`;
        context.font = "600 52px sans-serif";
        context.fillText(hue > 100 ? "Half price now" : "Train every day", 60, 100);
        context.fillRect(60, 520, 180, 52);
        const blob = await canvas.convertToBlob({ type: "image/png" });
        const out = new Uint8Array(await blob.arrayBuffer());
        return btoa(Array.from(out, (byte) => String.fromCodePoint(byte)).join(""));
      },
      { bytes: photo.toString("base64"), hue: at * 200 },
    );
    files.push({
      name: `composed-${at}.png`,
      mimeType: "image/png",
      buffer: Buffer.from(base64, "base64"),
    });
  }
  return files;
}

const [firstExample, secondExample] = shippedExamples();

test.describe("examples", () => {
  test.skip(firstExample === undefined, "no demo data in this build");

  test("an example lies on the table with its title, and its link brings it back", async ({
    page,
  }) => {
    await open(page, `/compare?example=${secondExample ?? ""}`);
    await expect(page.getByRole("img", { name: /^A: / })).toBeVisible();
    const title = await page.getByLabel("Product title").inputValue();
    expect(title).not.toBe("");
    await expect(page).toHaveURL(/title=/);
    await page.reload();
    await expect(page.getByLabel("Product title")).toHaveValue(title);
    await expect(page.getByRole("img", { name: /^B: / })).toBeVisible();
  });

  test("overlay and slider are worked by keyboard alone", async ({ page }) => {
    await open(page, `/compare?example=${firstExample ?? ""}`);
    const first = await page.getByRole("img", { name: /^A: / }).getAttribute("alt");
    await page.keyboard.press("2");
    await expect(page.getByRole("slider", { name: "How much of B is seen" })).toBeVisible();
    await page.keyboard.press("3");
    const line = page.getByRole("slider", { name: "Position of the line between A and B" });
    await line.focus();
    await page.keyboard.press("ArrowLeft");
    await expect(line).toHaveAttribute("aria-valuenow", "49");
    await page.keyboard.press("x");
    await expect(page.getByRole("img", { name: /^A: / })).not.toHaveAttribute("alt", first ?? "");
  });
});

test.describe("with the shipped selector", () => {
  test.skip(!shippedModels().includes("creative4u-nano"), "this build ships no selector yet");
  test.skip(firstExample === undefined, "no demo data in this build");
  test.setTimeout(2 * VERDICT_MS);

  test("by keyboard alone: cancel, reasons, verdict, heatmap and both reports, all by the model in the tab", async ({
    page,
    context,
  }) => {
    await openExample(page, secondExample ?? "");
    await page.keyboard.press("Control+Enter");
    const cancel = page.getByRole("button", { name: "Cancel", exact: true });
    await cancel.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByText("Cancelled. What was finished is kept.")).toBeVisible();

    await page.keyboard.press("Control+Enter");
    await verdict(page);
    const layout = page.getByRole("row", { name: /Q7/ });
    await expect(layout.getByRole("cell").nth(1)).not.toBeEmpty();
    await expect(
      page.getByText("Both orders agree").or(page.getByText("Depends on order")).first(),
    ).toBeVisible();
    await page.keyboard.press("j");
    await expect(page.getByText(/Where the model looked while writing about/)).toBeVisible({
      timeout: 120_000,
    });
    await expect(page.locator("canvas")).toHaveCount(2);
    expect(await violations(page)).toEqual([]);

    const record = JSON.parse(await savedReport(page, /JSON/)) as Record<string, unknown>;
    expect(record).toMatchObject({ label_source: "model", presented_order: "AB" });
    expect(["A", "B"]).toContain(record["label"]);

    const html = await savedReport(page, /HTML/);
    expect(html).not.toMatch(/<script|src="(?!data:)|href=/);
    const reader = await context.newPage();
    await reader.setContent(html);
    await expect(reader.locator("img")).toHaveCount(2);
    await expect(reader.locator("tbody tr")).toHaveCount(10);
  });

  test.describe("without a network, and with a GPU that fails", () => {
    // The browser reports what it could not fetch, and the device that the test destroys.
    test.use({ allowed: [[/net::ERR_/, /Failed to fetch/, /device/i], { scope: "test" }] });

    test("photographs composed into creatives are compared offline, and a device lost while the reasons are written is replaced", async ({
      page,
      context,
    }) => {
      await exposeWorker(page);
      await openExample(page, secondExample ?? "");
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      // The second visit is controlled by the service worker and fills its caches.
      await page.reload();
      await expect(page.getByRole("button", { name: /^Compare/ })).toBeEnabled({
        timeout: 120_000,
      });
      // The model's files are kept on this device once they have been used.
      await page.keyboard.press("Control+Enter");
      await expect(page.getByText("Writing the reasons in both orders")).toBeVisible({
        timeout: 120_000,
      });
      await page.getByRole("button", { name: "Cancel", exact: true }).click();
      await expect(page.getByText("Cancelled. What was finished is kept.")).toBeVisible();

      await context.setOffline(true);
      await page.reload();
      await expect(page.getByRole("img", { name: /^A: / })).toBeVisible();
      const photos = lumaPhotos();
      if (photos === undefined) {
        test.info().annotations.push({ type: "skipped part", description: NO_PHOTOS });
        console.log(NO_PHOTOS);
      } else {
        await page
          .getByLabel("Choose images")
          .first()
          .setInputFiles(await composed(page, photos));
        await expect(page.getByRole("img", { name: "B: composed-1.png" })).toBeVisible();
        await page.getByLabel("Product title").fill("Stability ball");
      }
      await expect(page.getByRole("button", { name: /^Compare/ })).toBeEnabled({
        timeout: 120_000,
      });
      await page.keyboard.press("Control+Enter");
      await expect(page.getByText("Writing the reasons in both orders")).toBeVisible({
        timeout: 120_000,
      });
      const isOnGpu = await page.getByText("WebGPU").first().isVisible();
      await loseDevice(page);
      await verdict(page);
      await page.getByRole("link", { name: "Models" }).click();
      await expect(
        page.getByText(isOnGpu ? "device rebuilt 1 times" : "device rebuilt 0 times"),
      ).toBeVisible();
    });
  });

  test("the model's card is one click away", async ({ page }) => {
    await open(page, "/compare");
    await page.getByRole("button", { name: "Model card" }).click({ timeout: 120_000 });
    await expect(page.getByRole("dialog", { name: "Model card" })).toContainText(/train/i);
  });
});
