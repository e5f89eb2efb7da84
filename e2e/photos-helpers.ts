/** Photographs through the real interface: import, encode, export, and what NumPy says of it. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { chooseEngine, expectEngine, type Engine } from "./engine-helpers";
import { expect, shippedModels, test } from "./fixtures";
import { copyGrocery, copyLuma, missingPhotos } from "./real-photos";

const PYTHON = existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3";
const hasNumpy = spawnSync(PYTHON, ["-c", "import numpy"]).status === 0;

interface Checked {
  readonly agrees: boolean;
  readonly queries: number;
  readonly candidates: number;
  readonly largest_difference: number;
  readonly figures: Readonly<Record<string, number>>;
}

export async function importFolder(page: Page, preset: string, folder: string): Promise<void> {
  await page.getByRole("link", { name: "Benchmark" }).first().click();
  const kind = page.getByRole("combobox", { name: "Kind of data set" });
  const another = page.getByText("Another data set");
  await expect(kind.or(another).first()).toBeVisible();
  if (!(await kind.isVisible())) await another.click();
  await kind.selectOption(preset);
  await page.locator("input[type=file][webkitdirectory]").setInputFiles(folder);
}

/** Leaves moon2-nano and one direction checked, and starts. */
export async function startOnly(page: Page, direction: string): Promise<void> {
  await expect(page.locator('input[type=checkbox][value^="moon2-nano@"]')).toBeChecked();
  const values = await page
    .getByRole("checkbox", { checked: true })
    .evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));
  for (const value of values) {
    if (value.startsWith("moon2-nano@") || value === direction) continue;
    await page.locator(`input[type=checkbox][value="${value}"]`).uncheck();
  }
  await expect(page.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await page.getByRole("button", { name: "Run", exact: true }).click();
}

export async function runOnly(page: Page, direction: string): Promise<void> {
  await startOnly(page, direction);
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible({ timeout: 480_000 });
}

async function exportTo(page: Page, item: string, path: string): Promise<void> {
  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: item }).click();
  await (await download).saveAs(path);
}

/** Exports figures, relevance and vectors, and recomputes the figures. */
async function recompute(page: Page, direction: string): Promise<Checked> {
  const folder = await mkdtemp(join(tmpdir(), "perigee-figures-"));
  try {
    const at = (name: string) => join(folder, name);
    await exportTo(page, "All figures (JSON)", at("report.json"));
    await exportTo(page, "Relevance (TREC qrels)", at("qrels"));
    await exportTo(page, "Vectors (NumPy)", at("vectors.npz"));
    const files = ["--vectors", at("vectors.npz"), "--qrels", at("qrels")];
    const report = ["--report", at("report.json"), "--direction", direction];
    const output = execFileSync(PYTHON, ["tools/check_metrics.py", ...files, ...report]);
    return JSON.parse(output.toString()) as Checked;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const COPIES = { grocery: copyGrocery, luma: copyLuma } as const;
type PhotoSet = keyof typeof COPIES;

/** Encodes one set, of so many items with so many photographs each, and compares the exported figures. */
async function checkPhotos(
  page: Page,
  name: PhotoSet,
  [items, photos]: readonly [number, number],
): Promise<void> {
  const folder = await COPIES[name](items, photos);
  try {
    await importFolder(page, name, folder);
    await expect(page.getByText(`${items} candidates`)).toBeVisible();
    await expect(page.getByRole("button", { name: "Export" })).toHaveCount(0);
    await runOnly(page, "i-mm");
    const checked = await recompute(page, "i-mm");
    const queries = name === "grocery" ? items * photos : expect.any(Number);
    expect(checked).toMatchObject({ agrees: true, candidates: items, queries });
    expect(checked.largest_difference).toBeLessThanOrEqual(1e-6);
    // A recall that is 0 or 1 for every cutoff would agree by accident.
    expect(checked.figures["mrr"]).toBeGreaterThan(1 / items);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Small copies of the data sets are imported with their presets and encoded in the tab by the shipped
 * encoder; the exported figures must be those that NumPy finds in the exported vectors. One page for
 * all, so that engine and model start once.
 */
export function testPhotos(
  engine: Engine,
  sizes: Readonly<Record<PhotoSet, readonly [number, number]>>,
): void {
  test(`photographs are encoded on ${engine}; NumPy finds the same figures`, async ({ page }) => {
    test.skip(!shippedModels().includes("moon2-nano"), "this build ships no moon2-nano");
    test.skip(!hasNumpy, `${PYTHON} has no NumPy to recompute the figures`);
    const names = ["grocery", "luma"] as const;
    for (const name of names) {
      const why = missingPhotos(name);
      test.skip(why !== undefined, why);
    }
    await chooseEngine(page, engine);
    for (const name of names) {
      await test.step(name, () => checkPhotos(page, name, sizes[name]));
    }
    await expectEngine(page, engine);
  });
}
