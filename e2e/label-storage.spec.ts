import { expect, test, type Page } from "@playwright/test";
import { readdir, readFile } from "node:fs/promises";
import { enterName, expectPair } from "./label-helpers";

const IMAGES = "public/data/demo/images";

/** A folder of the origin's own file system stands in for one of the user's: both are handles. */
async function offerFolder(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const closed = () => localStorage.getItem("test-closed") === "yes";
    const folderName = "creatives";
    Object.assign(window, {
      showDirectoryPicker: async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle(folderName),
    });
    const handle = FileSystemDirectoryHandle.prototype;
    const inner = Object.getOwnPropertyDescriptor(handle, "getDirectoryHandle")!.value as (
      ...args: readonly string[]
    ) => Promise<FileSystemDirectoryHandle>;
    Object.assign(handle, {
      queryPermission: () => Promise.resolve(closed() ? "prompt" : "granted"),
      requestPermission() {
        localStorage.removeItem("test-closed");
        return Promise.resolve("granted");
      },
      getDirectoryHandle(this: FileSystemDirectoryHandle, ...args: [string]) {
        if (closed() && this.name === folderName)
          return Promise.reject(new DOMException("not allowed", "NotAllowedError"));
        return inner.apply(this, args);
      },
    });
  });
}

async function fillFolder(page: Page): Promise<void> {
  const names = (await readdir(IMAGES)).filter((name) => name.endsWith(".webp")).slice(0, 3);
  const files = await Promise.all(
    names.map(async (name) => [name, (await readFile(`${IMAGES}/${name}`)).toString("base64")]),
  );
  await page.evaluate(async (images) => {
    const root = await navigator.storage.getDirectory();
    const creatives = await root.getDirectoryHandle("creatives", { create: true });
    const folder = await creatives.getDirectoryHandle("hat", { create: true });
    for (const [name, base64] of images) {
      const file = await folder.getFileHandle(name!, { create: true });
      const writer = await file.createWritable();
      await writer.write(await (await fetch(`data:image/webp;base64,${base64}`)).blob());
      await writer.close();
    }
  }, files);
}

/** Files that the workspace keeps for itself; the linked folder is not among them. */
async function keptImages(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const paths: string[] = [];
    async function look(folder: FileSystemDirectoryHandle, path: string): Promise<void> {
      for await (const [name, entry] of folder.entries()) {
        const inside = `${path}/${name}`;
        if (entry.kind === "file") paths.push(inside);
        else await look(entry as FileSystemDirectoryHandle, inside);
      }
    }
    await look(await navigator.storage.getDirectory(), "");
    return paths.filter((path) => path.includes("/labeling/"));
  });
}

test("a linked folder is read where it lies, also after a reload, and asks again when it must", async ({
  page,
}) => {
  await offerFolder(page);
  await page.goto("/label");
  await fillFolder(page);
  await page.getByRole("textbox", { name: "Title of a new project" }).fill("Linked");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Link a folder without copying" }).click();
  await expect(page.getByText("3 files, 3 of them images.")).toBeVisible();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.getByRole("button", { name: "Build pairs" }).click();
  await page.getByRole("button", { name: "Add 3 pairs" }).click();
  await page.getByRole("tab", { name: "Judge" }).click();
  await enterName(page, "Ann");
  expect(await keptImages(page)).toEqual([]);
  await page.reload();
  await expectPair(page);
  await page.evaluate(() => localStorage.setItem("test-closed", "yes"));
  await page.reload();
  await expect(page.getByText(/could not be read from the linked folder/u).first()).toBeVisible();
  await page.getByRole("button", { name: "Allow reading the folder" }).click();
  await expectPair(page);
  await expect(page.getByRole("button", { name: "Allow reading the folder" })).toBeHidden();
});

test("little space left is said before it hurts, and a full disk ends an import with its reason", async ({
  page,
}) => {
  await page.addInitScript(() => {
    navigator.storage.estimate = () => Promise.resolve({ quota: 1e9, usage: 0.95e9 });
    navigator.storage.persisted = () => Promise.resolve(false);
    FileSystemFileHandle.prototype.createWritable = () =>
      Promise.reject(new DOMException("full", "QuotaExceededError"));
  });
  await page.goto("/label");
  await page.getByRole("textbox", { name: "Title of a new project" }).fill("Full");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Only 50(\.0)? MB are left for this site/u)).toBeVisible();
  await expect(
    page.getByRole("button", { name: "Ask the browser to keep the data" }),
  ).toBeVisible();
  const [name] = (await readdir(IMAGES)).filter((one) => one.endsWith(".webp"));
  await page.locator('input[type="file"]').first().setInputFiles(`${IMAGES}/${name}`);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText(/^The browser's storage is full: could not keep/u)).toBeVisible();
  // Nothing names an image that is not there.
  await page.reload();
  await page.getByRole("tab", { name: "Pairs" }).click();
  await expect(page.getByRole("button", { name: "Add 0 pairs" })).toBeVisible();
});
