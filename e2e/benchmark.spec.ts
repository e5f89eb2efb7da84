import { readFile } from "node:fs/promises";
import { expect, open, test, violations } from "./fixtures";

/** Encoding by baselines is real work in a loaded browser. */
test.setTimeout(240_000);

test("the demo catalogue is encoded, compared, exported and browsed", async ({ page }) => {
  await open(page, "/benchmark?data=demo");
  await expect(page.getByText("640 candidates")).toBeVisible();
  for (const model of await page.getByRole("checkbox", { checked: true }).all()) {
    const name = await model.getAttribute("value");
    if (name?.includes("@") === true) await model.uncheck();
  }
  for (const name of ["Baseline: bag of words", "Baseline: colour histogram"]) {
    await page.getByRole("checkbox", { name }).check();
  }
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByText("Differences in R@10")).toBeVisible({ timeout: 200_000 });
  const table = page.getByRole("region", { name: "Results" });
  await expect(table.getByRole("row", { name: /bag of words/ })).toContainText("±");
  await expect(table).toContainText("Never comparable");
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "All figures (CSV)" }).click();
  const csv = await readFile(await (await download).path(), "utf8");
  expect(csv).toMatch(/baseline-words,1,t-mm,hit_10,0\.\d+/);

  await page.getByRole("link", { name: "Search" }).first().click();
  await expect(page.getByText("true item").first()).toBeVisible();
  await page.getByRole("combobox", { name: "Show" }).selectOption("miss");
  await expect(page).toHaveURL(/filter=miss/);
  expect(await violations(page)).toEqual([]);
});
