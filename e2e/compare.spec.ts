import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, open, shippedExamples, shippedModels, test, violations } from "./fixtures";

/** Opens an example and waits until its pictures and the model's name are there. */
async function openExample(page: Page, id: string): Promise<void> {
  await open(page, `/compare?example=${id}`);
  await expect(page.getByRole("img", { name: /^A: / })).toBeVisible();
  // The first answer of the worker comes after its self-test.
  await expect(page.getByRole("button", { name: /^Compare/ })).toBeEnabled({ timeout: 120_000 });
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
  // A software graphics processor computes about a thousandth of what a real one does.
  test.setTimeout(420_000);

  test("by keyboard alone: reasons, verdict, heatmap and report, all by the model in the tab", async ({
    page,
  }) => {
    await openExample(page, secondExample ?? "");
    await page.keyboard.press("Control+Enter");
    await expect(page.getByRole("heading", { name: /would be clicked more often/ })).toBeVisible({
      timeout: 240_000,
    });
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

    const report = page.getByRole("button", { name: "Report" });
    await report.focus();
    await page.keyboard.press("Enter");
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: /JSON/ }).focus();
    await page.keyboard.press("Enter");
    const path = await (await download).path();
    const record = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    expect(record).toMatchObject({ label_source: "model", presented_order: "AB" });
    expect(["A", "B"]).toContain(record["label"]);
  });

  test("the HTML report is one file without scripts or outside addresses", async ({
    page,
    context,
  }) => {
    await openExample(page, secondExample ?? "");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Report" }).click({ timeout: 240_000 });
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: /HTML/ }).click();
    const html = readFileSync(await (await download).path(), "utf8");
    expect(html).not.toMatch(/<script|src="(?!data:)|href=/);
    const reader = await context.newPage();
    await reader.setContent(html);
    await expect(reader.locator("img")).toHaveCount(2);
    await expect(reader.locator("tbody tr")).toHaveCount(10);
  });

  test("a comparison can be cancelled, and the next one runs", async ({ page }) => {
    await openExample(page, secondExample ?? "");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await expect(page.getByText("Cancelled. What was finished is kept.")).toBeVisible();
    await page.getByRole("button", { name: "Compare again" }).click();
    await expect(page.getByRole("heading", { name: /would be clicked more often/ })).toBeVisible({
      timeout: 240_000,
    });
  });

  test("the model's card is one click away", async ({ page }) => {
    await open(page, "/compare");
    await page.getByRole("button", { name: "Model card" }).click({ timeout: 120_000 });
    await expect(page.getByRole("dialog", { name: "Model card" })).toContainText(/train/i);
  });
});
