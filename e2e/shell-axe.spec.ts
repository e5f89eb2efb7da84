import { expect, goTo, open, ROUTES, test, violations } from "./fixtures";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Every pair of language, colours and width occurs once; all triples would find no more in twice the time. */
const SETTINGS = [
  { locale: "en-US", colorScheme: "light", viewport: DESKTOP },
  { locale: "en-US", colorScheme: "dark", viewport: PHONE },
  { locale: "zh-CN", colorScheme: "light", viewport: PHONE },
  { locale: "zh-CN", colorScheme: "dark", viewport: DESKTOP },
] as const;

for (const { locale, colorScheme, viewport } of SETTINGS) {
  test.describe(`${locale}, ${colorScheme}, ${viewport.width} px`, () => {
    test.use({ locale, colorScheme, viewport });
    test("no workspace has an accessibility violation or runs off the screen", async ({ page }) => {
      await open(page, ROUTES[0]);
      for (const route of ROUTES) {
        await test.step(route, async () => {
          await goTo(page, route);
          expect.soft(await violations(page)).toEqual([]);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect.soft(overflow, `${route} runs off the screen`).toBe(0);
        });
      }
    });
  });
}
