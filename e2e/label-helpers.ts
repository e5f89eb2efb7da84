import { BlobReader, TextWriter, ZipReader } from "@zip.js/zip.js";
import { expect, type Locator, type Page } from "@playwright/test";
import { readFile } from "node:fs/promises";

/** Opens the sample project as a new annotator and waits for the first pair. */
export async function openSample(page: Page, name = "Ann"): Promise<void> {
  await page.goto("/label");
  await page.getByRole("button", { name: "Open a sample project" }).click();
  await enterName(page, name);
}

/** Says who labels and waits for the first pair. */
export async function enterName(page: Page, name: string): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.keyboard.press("Enter");
  await expectPair(page);
}

export async function expectPair(page: Page): Promise<void> {
  await expect(page.getByRole("img", { name: /creative A/u })).toBeVisible();
  await expect(page.getByRole("img", { name: /creative B/u })).toBeVisible();
}

export function progress(page: Page): Locator {
  return page.getByText(/^\d+ \/ [\d,]+$/u).first();
}

export async function doneCount(page: Page): Promise<number> {
  const text = await progress(page).innerText();
  return Number(text.split("/")[0]!.replaceAll(",", ""));
}

/** Q1 and Q2 no, then left, equal and right in turn, then a label by `at`. */
export async function judgeFull(page: Page, at: number): Promise<void> {
  const arrows = ["ArrowLeft", "ArrowDown", "ArrowRight"];
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  for (let question = 0; question < 7; question++) {
    await page.keyboard.press(arrows[(at + question) % 3]!);
  }
  await page.keyboard.press(at % 2 === 0 ? "ArrowLeft" : "ArrowRight");
  await page.keyboard.press("Enter");
}

export async function switchToQuick(page: Page): Promise<void> {
  await page.getByText("Quick", { exact: true }).click();
  await expect(page.getByText(/^Q10 · /u)).toBeVisible();
}

/** Moves the focus by Tab alone, as somebody without a pointer does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  // Not `toBeVisible`: radio buttons and check boxes lie hidden beneath what is drawn for them.
  await expect(target).toBeAttached();
  const isFocused = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 80; presses++) {
    if (await isFocused()) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("80 presses of Tab did not reach the element");
}

/** Waits, a frame at a time, until so many pairs are done; fails when the count runs past it. */
export async function waitForDone(page: Page, wanted: number): Promise<void> {
  const reached = await page.evaluate(
    (target) =>
      new Promise<number>((resolve) => {
        const started = performance.now();
        const look = () => {
          const text = [...document.querySelectorAll("header span")].find(({ textContent }) =>
            /^[\d,]+ \/ [\d,]+$/u.test(textContent),
          )?.textContent;
          const done = Number((text ?? "-1").split("/")[0]!.replaceAll(",", ""));
          if (done >= target || performance.now() - started > 20_000) resolve(done);
          else requestAnimationFrame(look);
        };
        look();
      }),
    wanted,
  );
  expect(reached).toBe(wanted);
}

/** A file as a file input takes it. */
export interface UploadFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Presses Save on the Export view and returns the zip. */
export async function saveExport(page: Page): Promise<UploadFile> {
  const download = page.waitForEvent("download");
  const save = page.getByRole("button", { name: "Save", exact: true });
  await tabTo(page, save);
  await page.keyboard.press("Enter");
  const saved = await download;
  const buffer = await readFile(await saved.path());
  return { name: saved.suggestedFilename(), mimeType: "application/zip", buffer };
}

/** The text of one file of a zip. */
export async function textInZip(zip: UploadFile, path: string): Promise<string> {
  const reader = new ZipReader(new BlobReader(new Blob([new Uint8Array(zip.buffer)])));
  const entries = await reader.getEntries();
  const entry = entries.find(({ filename }) => filename === path);
  if (entry === undefined || entry.directory) {
    throw new Error(`${path} is not among ${entries.map(({ filename }) => filename).join(", ")}`);
  }
  const text = await entry.getData(new TextWriter());
  await reader.close();
  return text;
}

/** Gives files to "Restore or merge" on the list of projects, which must be on screen. */
export async function restore(page: Page, files: UploadFile | readonly UploadFile[]) {
  await page.getByLabel("Files to restore or merge").setInputFiles(files as UploadFile[]);
}

/** The event log of every project of this browser, oldest first. */
export function readEvents(page: Page): Promise<readonly LoggedEvent[]> {
  return page.evaluate(
    () =>
      new Promise<LoggedEvent[]>((resolve, reject) => {
        const open = indexedDB.open("perigee");
        open.onerror = () => reject(open.error!);
        open.onsuccess = () => {
          const database = open.result;
          const all = database.transaction("labelEvents").objectStore("labelEvents").getAll();
          all.onerror = () => reject(all.error!);
          all.onsuccess = () => {
            database.close();
            resolve(all.result as LoggedEvent[]);
          };
        };
      }),
  );
}

/** What the tests look at in a stored event. */
export interface LoggedEvent {
  readonly id: string;
  readonly project: string;
  readonly kind: string;
  readonly annotator: string;
  readonly task?: string;
  readonly target?: string;
  readonly input?: string;
  readonly supersedes?: string | null;
}
