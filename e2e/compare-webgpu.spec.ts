import type { Page } from "@playwright/test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { openExample, verdict, VERDICT_MS } from "./compare-helpers";
import { chooseEngine, expectEngine } from "./engine-helpers";
import { expect, shippedExamples, shippedModels, test } from "./fixtures";

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

const [, example] = shippedExamples();

test.skip(!shippedModels().includes("creative4u-nano"), "this build ships no selector yet");
test.skip(example === undefined, "no demo data in this build");
test.setTimeout(2 * VERDICT_MS);

// The browser reports what it could not fetch, and the device that the test destroys.
test.use({ allowed: [[/net::ERR_/, /Failed to fetch/, /device/i], { scope: "test" }] });

test("photographs composed into creatives are compared offline, and a device lost while the reasons are written is replaced", async ({
  page,
  context,
}) => {
  await exposeWorker(page);
  await openExample(page, example ?? "");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // The second visit is controlled by the service worker and fills its caches.
  await page.reload();
  await expect(page.getByRole("button", { name: /^Compare/ })).toBeEnabled({
    timeout: 120_000,
  });
  // The model's files are kept on this device once they have been used: by WebAssembly, which a software
  // adapter gives way to.
  await expectEngine(page, "wasm");
  await page.keyboard.press("Control+Enter");
  await verdict(page);
  await chooseEngine(page, "webgpu");

  await context.setOffline(true);
  await page.goto(`/compare?example=${example ?? ""}`);
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
  await expectEngine(page, "webgpu");
  await loseDevice(page);
  await verdict(page);
  await page.getByRole("link", { name: "Models" }).click();
  await expect(page.getByText("device rebuilt 1 times")).toBeVisible();
  await expectEngine(page, "webgpu");
});
