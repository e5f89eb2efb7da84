import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type Page } from "@playwright/test";
import { existsSync, readFileSync } from "node:fs";

/** Ids of the models that this build ships; none before the training recipes have run. */
export function shippedModels(): readonly string[] {
  const path = "dist/models/index.json";
  if (!existsSync(path)) return [];
  const index = JSON.parse(readFileSync(path, "utf8")) as { models: { id: string }[] };
  return index.models.map(({ id }) => id);
}

/** Ids of the built-in example sets. */
export function shippedExamples(): readonly string[] {
  const path = "dist/data/demo/examples.json";
  if (!existsSync(path)) return [];
  const sets = JSON.parse(readFileSync(path, "utf8")) as { id: string }[];
  return sets.map(({ id }) => id);
}

/** What a page complained about: errors, broken promises, refused by the content policy. */
export type Complaints = string[];

/** Fails a test whose page logged an error, unless the test says which ones it expects. */
export const test = base.extend<{ complaints: Complaints; allowed: RegExp[] }>({
  allowed: [[], { option: true }],
  complaints: [
    async ({ page, allowed }, use) => {
      const complaints: Complaints = [];
      page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(`console: ${message.text()}`);
      });
      await use(complaints);
      expect(complaints.filter((text) => !allowed.some((pattern) => pattern.test(text)))).toEqual(
        [],
      );
    },
    { auto: true },
  ],
});

export { expect };

/** The workspaces that the rail offers, as it offers them. */
export const ROUTES = ["/compare", "/label", "/search", "/benchmark", "/models", "/data"] as const;

/** Opens a route and waits until it has settled. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

/** Goes to a route by the rail, as people do: the page stays, and with it the engine. */
export async function goTo(page: Page, route: (typeof ROUTES)[number]): Promise<void> {
  const link = page.locator(`nav a[href^="${route}"]`);
  const name = (await link.textContent()) ?? "";
  await link.click();
  // Every workspace is headed by its name; the page before may stand for a moment.
  await expect(page.getByRole("heading", { name, exact: true, level: 1 })).toBeVisible();
  await settled(page);
}

/** Waits until a heading stands and nothing is loading any more. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading").first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

/**
 * WCAG 2.2 A and AA, or only these rules; every violation with its elements, so that a failure names the
 * place.
 */
export async function violations(
  page: Page,
  rules?: readonly string[],
): Promise<readonly string[]> {
  const axe = new AxeBuilder({ page });
  if (rules === undefined) axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
  else axe.withRules([...rules]);
  const result = await axe.analyze();
  return result.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`,
    ),
  );
}
