import { expect, test, violations } from "./fixtures";

/** A software adapter compiles the self-test's shaders on the cores that everything else uses. */
const STARTED_MS = 120_000;
test.setTimeout(300_000);

test("the models page tells which engine passed its self-test, and when a later start relies on it", async ({
  page,
}) => {
  await page.goto("/models");
  const webgpu = page.locator("label").filter({ hasText: "WebGPU" });
  await expect(webgpu).toContainText("in use", { timeout: STARTED_MS });
  const engines = page.getByRole("radiogroup", { name: "Engine" });
  await expect(engines).not.toContainText("not repeated at this start");
  expect(await violations(page)).toEqual([]);

  await page.reload();
  await expect(webgpu).toContainText("in use", { timeout: 60_000 });
  await expect(engines).toContainText("not repeated at this start");
  await page.getByRole("button", { name: "Test again" }).click();
  await expect(engines).not.toContainText("not repeated at this start", { timeout: STARTED_MS });
  await expect(webgpu).toContainText("in use");
});
