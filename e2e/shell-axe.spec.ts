import type { Page } from "@playwright/test";
import { expect, open, ROUTES, test, violations } from "./fixtures";

const VIEWPORTS = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const SCHEMES = ["light", "dark"] as const;

/** Waits until nothing is loading or moving: half a transition has no contrast of its own. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
        .map(({ finished }) => finished),
    ),
  );
}

/**
 * Every route in both colour schemes and on both screens. One page serves them all: the worker tests
 * the device once and not once per combination.
 */
for (const locale of ["en-US", "zh-CN"] as const) {
  test.describe(locale, () => {
    test.use({ locale, contextOptions: { reducedMotion: "reduce" } });

    test("no route has an accessibility violation or runs off the screen", async ({ page }) => {
      test.setTimeout(600_000);
      await open(page, ROUTES[0]);
      for (const route of ROUTES) {
        await page.locator(`a[href="${route}"]`).first().click();
        await expect(page).toHaveURL(new RegExp(`${route}(\\?|$)`, "u"));
        for (const [name, viewport] of Object.entries(VIEWPORTS)) {
          await page.setViewportSize(viewport);
          for (const colorScheme of SCHEMES) {
            const where = `${route}, ${name}, ${colorScheme}`;
            await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
            await expect(page.locator("html"), where).toHaveAttribute(
              "data-mantine-color-scheme",
              colorScheme,
            );
            await settled(page);
            expect.soft(await violations(page), where).toEqual([]);
            const overflow = await page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            expect.soft(overflow, where).toBe(0);
          }
        }
      }
    });
  });
}
