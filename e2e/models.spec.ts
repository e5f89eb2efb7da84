import { expect, open, test, violations } from "./fixtures";

test("the models page tells which engine passed its self-test", async ({ page }) => {
  await open(page, "/models");
  const webgpu = page.locator("label").filter({ hasText: "WebGPU" });
  await expect(webgpu).toContainText("in use", { timeout: 60_000 });
  expect(await violations(page)).toEqual([]);
});
