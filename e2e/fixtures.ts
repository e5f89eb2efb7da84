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

/** Opens a route and waits until its heading stands and nothing is loading any more. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("heading").first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

/** WCAG 2.2 A and AA; every violation with its elements, so that a failure names the place. */
export async function violations(page: Page): Promise<readonly string[]> {
  const result = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return result.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary ?? ""}`,
    ),
  );
}
