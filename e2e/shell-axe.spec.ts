import { expect, open, ROUTES, test, violations } from "./fixtures";

const VIEWPORTS = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

for (const locale of ["en-US", "zh-CN"] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [name, viewport] of Object.entries(VIEWPORTS)) {
      test.describe(`${locale}, ${colorScheme}, ${name}`, () => {
        test.use({ locale, colorScheme, viewport });
        for (const route of ROUTES) {
          test(`${route} has no accessibility violation and does not overflow`, async ({
            page,
          }) => {
            await open(page, route);
            expect(await violations(page)).toEqual([]);
            const overflow = await page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            expect(overflow).toBe(0);
          });
        }
      });
    }
  }
}
