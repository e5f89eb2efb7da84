import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures";
import { openSample, progress, restore, switchToQuick, waitForDone } from "./label-helpers";

test("a backup of everything brings judgements and who labels into another browser", async ({
  page,
  browser,
}) => {
  await openSample(page);
  await switchToQuick(page);
  for (let at = 0; at < 2; at++) {
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await waitForDone(page, at + 1);
  }
  await page.getByRole("tab", { name: "Results" }).click();
  await expect(page.getByText("2 judgements, 0 pairs flagged, 0 adjudicated.")).toBeVisible();
  await expect(page.getByText("Up to date")).toBeVisible();
  await page.getByRole("button", { name: "Projects" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Back up all projects" }).click();
  const saved = await download;
  await expect(page.getByText(/holds every project with its images/u)).toBeVisible();
  const buffer = await readFile(await saved.path());

  const context = await browser.newContext();
  const other = await context.newPage();
  await other.goto("/label");
  await restore(other, { name: saved.suggestedFilename(), mimeType: "application/zip", buffer });
  await expect(other.getByText("2 events added, 0 known already.")).toBeVisible();
  await other.getByRole("button", { name: "Sample project", exact: true }).click();
  // Nobody is asked for a name: who labels here is among the settings.
  await expect(progress(other)).toHaveText(/^2 \//u);
  await context.close();
});
