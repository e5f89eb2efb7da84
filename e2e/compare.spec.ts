import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { openExample, verdict, VERDICT_MS } from "./compare-helpers";
import { expect, open, shippedExamples, shippedModels, test, violations } from "./fixtures";

/** Opens the report menu by keyboard, saves one kind, and returns the file's text. */
async function savedReport(page: Page, kind: RegExp): Promise<string> {
  await page.getByRole("button", { name: "Report" }).focus();
  await page.keyboard.press("Enter");
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: kind }).focus();
  await page.keyboard.press("Enter");
  return readFileSync(await (await download).path(), "utf8");
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

  test("the model's card is one click away", async ({ page }) => {
    await open(page, "/compare");
    await page.getByRole("button", { name: "Model card" }).click({ timeout: 120_000 });
    await expect(page.getByRole("dialog", { name: "Model card" })).toContainText(/train/i);
  });
});
