import { readFile } from "node:fs/promises";
import { expect, open, test, violations } from "./fixtures";

/** Encoding by baselines is real work in a loaded browser. */
test.setTimeout(240_000);

test("the demo catalogue is encoded, compared, exported and browsed", async ({ page }) => {
  // Two directions: the pictures of the other queries need not be decoded.
  const listed = (names: readonly string[]) => encodeURIComponent(JSON.stringify(names));
  const encoders = listed(["baseline-words", "baseline-color"]);
  const directions = listed(["t-mm", "mm-mm"]);
  await open(page, `/benchmark?data=demo&encoders=${encoders}&directions=${directions}`);
  await expect(page.getByText("640 candidates")).toBeVisible();
  for (const name of ["Baseline: bag of words", "Baseline: colour histogram"]) {
    await expect(page.getByRole("checkbox", { name })).toBeChecked();
  }
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByText("Differences in R@10")).toBeVisible({ timeout: 200_000 });
  await expect(page.getByRole("columnheader", { name: "p, Holm" })).toBeVisible();
  const table = page.getByRole("region", { name: "Results" });
  await expect(table.getByRole("row", { name: /bag of words/ })).toContainText("±");
  await expect(table).toContainText("Never comparable");
  expect(await violations(page)).toEqual([]);

  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "All figures (CSV)" }).click();
  const csv = await readFile(await (await download).path(), "utf8");
  expect(csv).toMatch(/baseline-words,2,t-mm,hit_10,0\.\d+/);

  await page.getByRole("link", { name: "Search" }).first().click();
  await expect(page.getByText("true item").first()).toBeVisible();
  await page.getByRole("combobox", { name: "Show" }).selectOption("miss");
  await expect(page).toHaveURL(/filter=miss/);
  expect(await violations(page)).toEqual([]);
});

test("a link restores the view on a fresh page", async ({ page }) => {
  const encoders = "a=baseline-words&b=moon2-nano%2Fstages%2Fmoon2";
  const view = `direction=t-mm&${encoders}&sort=margin&filter=hit&query=qt1`;
  await open(page, `/search?data=demo&language=en&${view}&map=error`);
  // Both encoders are run first.
  const found = page.getByRole("heading", { name: /bag of words · true item at/ });
  await expect(found).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole("heading", { name: /MOON2\.0.* · true item at/ })).toBeVisible();
  await expect(page.getByText("polo zigzag gray T-shirt").first()).toBeVisible();
  await expect(page.getByRole("combobox", { name: "Show" })).toHaveValue("hit");
  await expect(page.getByRole("combobox", { name: "Sort by" })).toHaveValue("margin");
  await expect(page.getByRole("combobox", { name: "Direction" })).toHaveValue("t-mm");
  await expect(page.getByRole("application", { name: "Map of 640 items" })).toBeVisible();
  await expect(page.getByRole("radio", { name: "Hits and misses" })).toBeChecked();
  await expect(page).toHaveURL(/map=error/);
  await expect(page).toHaveURL(/b=moon2-nano/);
});
