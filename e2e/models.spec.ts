import { chooseEngine, expectEngine } from "./engine-helpers";
import { expect, test, violations } from "./fixtures";

test.setTimeout(300_000);

test("a software adapter is passed over until it is chosen by hand; then it holds, and a later start says on which test it relies", async ({
  page,
}) => {
  await page.goto("/models");
  await expectEngine(page, "wasm");
  const webgpu = page.locator("label").filter({ hasText: "WebGPU" });
  const engines = page.getByRole("radiogroup", { name: "Engine" });
  await expect(page.getByRole("radio", { name: "Automatic" })).toBeChecked();
  await expect(engines).toContainText("Software adapter (google · swiftshader)");
  await expect(webgpu).not.toContainText("in use");
  expect(await violations(page)).toEqual([]);

  await chooseEngine(page, "webgpu");
  await expect(webgpu).toContainText("in use");
  await expect(engines).not.toContainText("not repeated at this start");

  await page.reload();
  await expectEngine(page, "webgpu");
  await expect(engines).toContainText("not repeated at this start");
  await page.getByRole("button", { name: "Test again" }).click();
  await expect(engines).not.toContainText("not repeated at this start", { timeout: 120_000 });
  await expect(webgpu).toContainText("in use");
});
