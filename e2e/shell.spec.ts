import { expect, open, test } from "./fixtures";

test("the address alone leads to Compare, and the tab is named after the workspace", async ({
  page,
}) => {
  await page.goto("/");
  await expect(page).toHaveURL(/\/compare/);
  await expect(page).toHaveTitle("Compare · Perigee");
});

test("the page is isolated and protected by a content policy without inline scripts", async ({
  page,
}) => {
  const response = await page.goto("/compare");
  const policy = response?.headers()["content-security-policy"] ?? "";
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
  expect(policy).not.toContain("unsafe-inline");
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test("language and colours change at once and are kept", async ({ page }) => {
  await open(page, "/compare");
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "简体中文" }).click();
  await expect(page.getByRole("heading", { name: "对比", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await page.getByRole("button", { name: "深色" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(page.getByRole("heading", { name: "对比", level: 1 })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test.describe("in a Chinese browser", () => {
  test.use({ locale: "zh-CN" });
  test("the interface opens in Chinese", async ({ page }) => {
    await open(page, "/models");
    await expect(page.getByRole("heading", { name: "模型", level: 1 })).toBeVisible();
  });
});

test("the command palette goes everywhere by keyboard", async ({ page }) => {
  await open(page, "/compare");
  await page.keyboard.press("Control+k");
  await page.getByRole("textbox", { name: "Find a command" }).fill("Models");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/models/);
  await expect(page.getByRole("heading", { name: "Models", level: 1 })).toBeVisible();
});

test("the question mark lists what the keyboard can do here", async ({ page }) => {
  await open(page, "/compare");
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard" });
  await expect(sheet.getByText("Find a command")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("the first Tab offers to skip to the content, and changing the page moves the focus there", async ({
  page,
}) => {
  await open(page, "/compare");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.getByRole("link", { name: "Data" }).click();
  await expect(page.getByRole("heading", { name: "Data", level: 1 })).toBeVisible();
  await expect(page.locator("main")).toBeFocused();
});

test("the rail folds to icons, keeps its names for screen readers, and remembers it", async ({
  page,
}) => {
  await open(page, "/compare");
  await page.getByRole("button", { name: "Icons only" }).click();
  await page.reload();
  await expect(page.getByRole("button", { name: "Show the names" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Models" })).toBeVisible();
});

test("an address that leads nowhere says so and offers the way back", async ({ page }) => {
  await page.goto("/nowhere");
  await expect(page.getByText("There is no page at this address")).toBeVisible();
  await page.getByRole("link", { name: "Go to Compare" }).click();
  await expect(page.getByRole("heading", { name: "Compare", level: 1 })).toBeVisible();
});

test("stored data is counted, exported and erased", async ({ page }) => {
  await open(page, "/data");
  await expect(page.getByRole("cell", { name: /^Offline copy/ })).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export the database" }).click();
  expect((await download).suggestedFilename()).toMatch(/^perigee-\d{4}-\d\d-\d\d\.jsonl$/);
  await page.evaluate(() => localStorage.setItem("perigee.rail", "icons"));
  const erase = page.getByRole("button", { name: "Erase everything" });
  await expect(erase).toBeDisabled();
  await page.getByLabel(/Type “erase” to confirm/).fill("erase");
  await erase.click();
  await expect(page).toHaveURL(/\/compare/);
  expect(await page.evaluate(() => localStorage.getItem("perigee.rail"))).toBeNull();
});
