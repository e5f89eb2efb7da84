import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import {
  expectPair,
  judgeFull,
  progress,
  readEvents,
  restore,
  saveExport,
  tabTo,
  textInZip,
  waitForDone,
  type LoggedEvent,
} from "./label-helpers";

const JUDGEMENTS = 200;
/** Pairs answered question by question; the others in the quick mode. */
const FULL = 6;

/** Opens the sample project and enters a name without touching a pointer. */
async function openSampleByKeyboard(page: Page): Promise<void> {
  await page.goto("/label");
  await tabTo(page, page.getByRole("button", { name: "Open a sample project" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: "Your name" }));
  await page.keyboard.type("Ann");
  await page.keyboard.press("Enter");
  await expectPair(page);
}

/** The switch of the mode is a group of radio buttons: Tab goes there, an arrow chooses. */
async function switchByKeyboard(page: Page): Promise<void> {
  await tabTo(page, page.getByRole("radio", { name: "Full protocol" }));
  await page.keyboard.press("ArrowRight");
  await expect(page.getByText(/^Q10 · /u)).toBeVisible();
  // The screen takes the focus back, so that the next arrow means the pair and not the mode.
  await expect(page.getByRole("radio", { name: "Quick" })).not.toBeFocused();
}

/** One judgement in the quick mode, some of them strong, some with a reason. */
async function judgeQuick(page: Page, at: number): Promise<void> {
  const strong = at % 7 === 0 ? "Shift+" : "";
  await page.keyboard.press(`${strong}${at % 3 === 0 ? "ArrowLeft" : "ArrowRight"}`);
  if (at % 4 === 0) await page.keyboard.press(String((at % 5) + 1));
  await page.keyboard.press("Enter");
}

async function judgeUntil(page: Page, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) {
    await judgeQuick(page, at);
    await waitForDone(page, at + 1);
  }
}

/** Goes to a view of the project with the arrow keys of its tabs. */
async function goToView(page: Page, name: string): Promise<void> {
  await tabTo(page, page.getByRole("tab", { selected: true }));
  const wanted = page.getByRole("tab", { name, exact: true });
  for (let presses = 0; presses < 8; presses++) {
    if ((await wanted.getAttribute("aria-selected")) === "true") return;
    await page.keyboard.press("ArrowRight");
  }
  await expect(wanted).toHaveAttribute("aria-selected", "true");
}

/** Decisions that no undo has taken back, by showing; a showing twice is an error. */
function inForce(events: readonly LoggedEvent[]): ReadonlyMap<string, LoggedEvent> {
  const undone = new Set(events.flatMap(({ kind, target }) => (kind === "undone" ? [target] : [])));
  const out = new Map<string, LoggedEvent>();
  for (const event of events) {
    if (event.task === undefined || undone.has(event.id)) continue;
    expect(out.has(event.task)).toBe(false);
    out.set(event.task, event);
  }
  return out;
}

test(`${JUDGEMENTS} judgements by keyboard alone: undo across a reload, two tabs, export and re-import`, async ({
  page,
  context,
  browser,
}) => {
  test.setTimeout(400_000);
  await openSampleByKeyboard(page);
  for (let at = 0; at < FULL; at++) {
    await judgeFull(page, at);
    await waitForDone(page, at + 1);
  }
  await switchByKeyboard(page);
  await judgeUntil(page, FULL, 100);

  // The last judgement is taken back after a reload, comes back with its answers, and is replaced.
  await page.reload();
  await expectPair(page);
  await expect(progress(page)).toHaveText(/^100 \//u);
  const last = (await readEvents(page)).at(-1)!;
  await page.keyboard.press("u");
  await expect(progress(page)).toHaveText(/^99 \//u);
  await switchByKeyboard(page);
  await expect(page.getByRole("button", { name: /^A/u, pressed: true })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await waitForDone(page, 100);
  const replaced = await readEvents(page);
  expect(replaced.at(-2)).toMatchObject({ kind: "undone", target: last.id });
  expect(replaced.at(-1)).toMatchObject({ kind: "judged", task: last.task });
  expect(inForce(replaced).size).toBe(100);

  // A second tab takes its turn; then both confirm the same pair at the same moment.
  const other = await context.newPage();
  await other.goto(page.url());
  await expectPair(other);
  await switchByKeyboard(other);
  await judgeUntil(other, 100, 110);
  await waitForDone(page, 110);
  await page.bringToFront();
  await judgeUntil(page, 110, 120);
  await waitForDone(other, 120);
  await page.keyboard.press("ArrowLeft");
  await other.keyboard.press("ArrowRight");
  await Promise.all([page.keyboard.press("Enter"), other.keyboard.press("Enter")]);
  await waitForDone(page, 121);
  await waitForDone(other, 121);
  expect(inForce(await readEvents(page)).size).toBe(121);
  await other.close();
  await page.bringToFront();
  await judgeUntil(page, 121, JUDGEMENTS);

  const log = await readEvents(page);
  const decided = inForce(log);
  expect(decided.size).toBe(JUDGEMENTS);
  expect([...decided.values()].filter(({ input }) => input !== "keyboard")).toEqual([]);

  await goToView(page, "Export");
  await expect(page.getByText(`200 decisions in force, ${log.length} events`)).toBeVisible();
  await tabTo(page, page.getByRole("radio", { name: "Perigee project" }));
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: "CreativePair JSONL" })).toBeChecked();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await expect(page.getByRole("checkbox", { name: "With images" })).toBeChecked();
  const zip = await saveExport(page);

  // Every labelled first showing stands there in both orders.
  const records = (await textInZip(zip, "creative-pair.jsonl")).trim().split("\n");
  const firsts = [...decided.values()].filter(({ task }) => !task!.endsWith(",1]"));
  expect(records).toHaveLength(2 * firsts.length);

  // In a browser that has seen nothing, the zip brings back the project with its log.
  const fresh = await browser.newContext();
  const elsewhere = await fresh.newPage();
  await elsewhere.goto("/label");
  await restore(elsewhere, zip);
  await expect(elsewhere.getByText(`${log.length} events added, 0 known already.`)).toBeVisible();
  await elsewhere.getByRole("button", { name: "Sample project", exact: true }).press("Enter");
  await elsewhere.getByRole("button", { name: "Ann", exact: true }).press("Enter");
  await expectPair(elsewhere);
  await expect(progress(elsewhere)).toHaveText(await progressText(page));
  expect((await readEvents(elsewhere)).map(({ id }) => id)).toEqual(log.map(({ id }) => id));

  // As a table for a new project: as many pairs and judgements as there were labelled pairs.
  await elsewhere.goto("/label");
  await tabTo(elsewhere, elsewhere.getByRole("textbox", { name: "Title of a new project" }));
  await elsewhere.keyboard.type("Again");
  await elsewhere.keyboard.press("Enter");
  // The list of projects has a file input too: wait until the new project stands there.
  await expect(elsewhere.getByRole("button", { name: "Choose a folder" })).toBeVisible();
  await elsewhere.locator('input[type="file"]').first().setInputFiles(zip);
  const start = elsewhere.getByRole("button", { name: "Import", exact: true });
  await tabTo(elsewhere, start);
  await elsewhere.keyboard.press("Enter");
  await expect(
    elsewhere.getByText(`${firsts.length} pairs and ${firsts.length} judgements are in`),
  ).toBeVisible();
  await fresh.close();
});

/** What the judging screen says about progress. */
async function progressText(page: Page): Promise<string> {
  await goToView(page, "Judge");
  await expectPair(page);
  return progress(page).innerText();
}

test.describe("in Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("a project is made, a pair judged and the results read, by keyboard alone", async ({
    page,
  }) => {
    await page.goto("/label");
    await tabTo(page, page.getByRole("button", { name: "打开示例项目" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("textbox", { name: "您的名字" }));
    await page.keyboard.type("小林");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("img", { name: /创意 A$/u })).toBeVisible();
    // The title above the pair is the product's Chinese one.
    await expect(page.getByRole("heading", { level: 2 }).first()).toHaveText(/\p{Script=Han}/u);
    await judgeFull(page, 0);
    await waitForDone(page, 1);
    await goToView(page, "结果");
    await expect(page.getByText("1 条判断，0 对被标记，0 对已仲裁。")).toBeVisible();
    await expect(page.getByRole("row", { name: /^小林 1 \/ 240 1 0 /u })).toBeVisible();
    expect((await readEvents(page)).map(({ kind, input }) => [kind, input])).toEqual([
      ["judged", "keyboard"],
    ]);
  });
});
