import { expect, open, test } from "./fixtures";

// The page asks for files that were never fetched; that the browser reports it is no fault of ours.
// Playwright reads a bare array as a pair of value and options, so the list is wrapped in one.
test.use({ allowed: [[/net::ERR_/, /Failed to fetch/], { scope: "test" }] });

test("after the first visit the application opens without a network", async ({ page, context }) => {
  await open(page, "/compare");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // The second visit is controlled by the service worker and fills its caches.
  await page.reload();
  await expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null))
    .toBe(true);
  await open(page, "/data");
  await context.setOffline(true);
  await open(page, "/compare");
  await expect(page.getByRole("heading", { name: "Compare", level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "Data" }).click();
  await expect(page.getByRole("heading", { name: "Data", level: 1 })).toBeVisible();
});
