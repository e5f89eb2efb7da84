/** Real photographs on wasm, and a reload in the middle of them. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { chooseEngine } from "./engine-helpers";
import { expect, shippedModels, test } from "./fixtures";
import { importFolder, runOnly, startOnly, testPhotos } from "./photos-helpers";
import { copyGrocery, missingPhotos } from "./real-photos";

test.setTimeout(300_000);

testPhotos("wasm", { grocery: [12, 2], luma: [10, 3] });

/**
 * Counts what the page sends to the inference worker. Until it was held back once, after `most` items,
 * each call waits `delayMs`, so that a fast machine, too, is in the middle for a while.
 */
function countEncoded([most, delayMs]: readonly [number, number]): void {
  const post = Object.getOwnPropertyDescriptor(Worker.prototype, "postMessage")?.value as (
    ...all: unknown[]
  ) => void;
  const page = window as unknown as { encodedItems: number };
  page.encodedItems = 0;
  const limit = sessionStorage.getItem("held") === null ? most : Infinity;
  Worker.prototype.postMessage = function count(this: Worker, ...sent: unknown[]) {
    const [message] = sent as [{ name?: string; params?: { items?: unknown[] } }];
    if (message.name === "encode/batch") {
      const wanted = page.encodedItems + (message.params?.items?.length ?? 0);
      if (wanted > limit) return sessionStorage.setItem("held", "yes");
      page.encodedItems = wanted;
      if (limit !== Infinity) return void setTimeout(() => post.apply(this, sent), delayMs);
    }
    post.apply(this, sent);
  };
}

function encodedItems(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { encodedItems: number }).encodedItems);
}

/** Jobs of one call. */
const BATCH = 16;
/** Two calls pass within the two seconds for which vectors may wait for the disk. */
const DELAY_MS = 1200;
const UNSAVED = 2 * BATCH;

test("a reload in the middle of encoding continues with what is missing", async ({ page }) => {
  const why = missingPhotos("grocery");
  test.skip(why !== undefined, why);
  test.skip(!shippedModels().includes("moon2-nano"), "this build ships no moon2-nano");
  const [items, photos] = [24, 2];
  const folder = await copyGrocery(items, photos);
  const openFolder = async () => {
    await chooseEngine(page, "wasm");
    await importFolder(page, "grocery", folder);
    await expect(page.getByText(`${items} candidates`)).toBeVisible();
  };
  try {
    await page.addInitScript(countEncoded, [5 * BATCH, DELAY_MS] as const);
    await openFolder();
    await startOnly(page, "i-mm");
    const isHeld = () => page.evaluate(() => sessionStorage.getItem("held") !== null);
    await expect.poll(isHeld, { timeout: 60_000 }).toBe(true);
    const first = await encodedItems(page);
    await openFolder();
    await runOnly(page, "i-mm");
    const second = await encodedItems(page);
    const classes = JSON.parse(await readFile(join(folder, "classes.json"), "utf8")) as {
      title: string;
      coarse: string;
    }[];
    const labels = new Set(classes.flatMap(({ title, coarse }) => [title, coarse])).size;
    const total = items + labels + items * photos;
    expect(first).toBeGreaterThan(UNSAVED + BATCH);
    // All was on the disk but what may wait, and the call in work.
    expect(second).toBeLessThanOrEqual(total - (first - UNSAVED - BATCH));
    expect(first + second).toBeGreaterThanOrEqual(total);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
    expect(await encodedItems(page)).toBe(second);
  } finally {
    await rm(folder, { recursive: true });
  }
});
