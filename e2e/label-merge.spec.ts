import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import {
  enterName,
  expectPair,
  openSample,
  readEvents,
  restore,
  saveExport,
  switchToQuick,
  textInZip,
  waitForDone,
  type UploadFile,
} from "./label-helpers";

/** Judgements of each of the three annotators. */
const EACH = 8;

async function exportNow(page: Page): Promise<UploadFile> {
  await page.getByRole("tab", { name: "Export" }).click();
  return saveExport(page);
}

/** A browser of its own that has restored `files` and shows the list of projects. */
async function browserWith(browser: Browser, files: UploadFile | readonly UploadFile[]) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto("/label");
  await restore(page, files);
  const card = page.getByRole("button", { name: "Sample project", exact: true });
  await expect(card).toBeVisible();
  return { context, page, card };
}

/** Sides that an annotator chooses by turns. Of two pairs in a row one has its sides exchanged. */
type Habit = readonly ("ArrowLeft" | "ArrowRight")[];
/** The same creative of both pairs, and one of each: whoever has the one habit differs from the other. */
const IN_TURN: Habit = ["ArrowLeft", "ArrowRight"];
const ALWAYS_LEFT: Habit = ["ArrowLeft"];

/** The next pairs by keyboard. */
async function judgeSome(page: Page, habit: Habit): Promise<void> {
  await switchToQuick(page);
  for (let at = 0; at < EACH; at++) {
    await page.keyboard.press(habit[at % habit.length]!);
    await page.keyboard.press("Enter");
    await waitForDone(page, at + 1);
  }
}

/** One colleague: takes the project, judges under another name, and hands back an export. */
async function labelledBy(browser: Browser, name: string, habit: Habit, project: UploadFile) {
  const { context, page, card } = await browserWith(browser, project);
  await card.press("Enter");
  await enterName(page, name);
  await judgeSome(page, habit);
  const zip = await exportNow(page);
  await context.close();
  return { ...zip, name: `${name}.zip` };
}

/** The event log's lines with the note of one judgement of `annotator` changed. */
function withChangedNote(text: string, name: string): string {
  const lines = text.trim().split("\n");
  const { project } = JSON.parse(lines[0]!) as {
    project: { annotators: { id: string; name: string }[] };
  };
  const id = project.annotators.find((person) => person.name === name)!.id;
  let isDone = false;
  return lines
    .map((line) => {
      const parsed = JSON.parse(line) as { event?: { kind: string; annotator: string } };
      const { event } = parsed;
      if (isDone || event?.kind !== "judged" || event.annotator !== id) return line;
      isDone = true;
      return JSON.stringify({ ...parsed, event: { ...event, note: "changed afterwards" } });
    })
    .join("\n");
}

test("three annotators' exports become one project; merging again changes nothing, conflicts are named", async ({
  page,
  browser,
}) => {
  // Four browsers and eight reloads in turn: most of this is waiting for a machine that does other things too.
  test.setTimeout(300_000);
  await openSample(page, "Ann");
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel("Judgements per pair").fill("3");
  await page.getByRole("button", { name: "Save the settings" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  const project = await exportNow(page);
  await page.getByRole("tab", { name: "Judge" }).click();
  await expectPair(page);
  await judgeSome(page, IN_TURN);
  const exports = [
    { ...(await exportNow(page)), name: "Ann.zip" },
    await labelledBy(browser, "Ben", ALWAYS_LEFT, project),
    await labelledBy(browser, "Cy", IN_TURN, project),
  ];

  const lead = await browserWith(browser, exports);
  await expect(lead.page.getByText(`${3 * EACH} events in the log`)).toBeVisible();
  const merged = await readEvents(lead.page);
  expect(new Set(merged.map(({ annotator }) => annotator)).size).toBe(3);

  await lead.page.reload();
  await restore(lead.page, exports);
  await expect(lead.page.getByText(`0 events added, ${EACH} known already.`)).toHaveCount(3);
  expect(await readEvents(lead.page)).toEqual(merged);

  // A copy in which somebody has changed a judgement: what was here first stays, and it is said.
  await lead.page.reload();
  const text = await textInZip(exports[1]!, "perigee-project.jsonl");
  const buffer = Buffer.from(withChangedNote(text, "Ben"));
  await restore(lead.page, { name: "Ben.jsonl", mimeType: "application/jsonl", buffer });
  const notice = lead.page.getByRole("alert");
  await expect(notice).toContainText("1 conflicts");
  await expect(notice.getByRole("listitem")).toHaveText(/^Ben, /u);
  await expect(notice).toContainText("the events before this line were changed");
  expect(await readEvents(lead.page)).toEqual(merged);

  // The lead sees all three, and where they disagree.
  await lead.card.press("Enter");
  await lead.page.getByRole("tab", { name: "Results" }).click();
  await expect(lead.page.getByText(`${3 * EACH} judgements, 0 pairs flagged`)).toBeVisible();
  for (const name of ["Ann", "Ben", "Cy"]) {
    const row = lead.page.getByRole("row", {
      name: new RegExp(`^${name} ${EACH} / \\d+ ${EACH} 0 `, "u"),
    });
    await expect(row).not.toContainText("needs overlap");
  }
  await lead.page.getByRole("tab", { name: "Review" }).click();
  const count = lead.page.getByText(/^Disagreements \(\d+\)$/u);
  const before = Number(/\d+/u.exec(await count.innerText())![0]);
  expect(before).toBeGreaterThanOrEqual(EACH / 2);
  const card = lead.page.locator("main ul > li").filter({ hasText: "Decide A" }).first();
  for (const name of ["Ann", "Ben", "Cy"]) await expect(card).toContainText(`${name}:`);
  await card.getByRole("button", { name: "Decide A" }).press("Enter");
  await expect(count).toHaveText(`Disagreements (${before - 1})`);
  await lead.context.close();
});
