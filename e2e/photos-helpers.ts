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
  await page.getByRole("combobox", { name: "Kind of data set" }).selectOption(preset);
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
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible({ timeout: 240_000 });
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

/**
 * A small copy of a data set is imported with its preset and encoded in the tab by the shipped encoder;
 * the exported figures must be those that NumPy finds in the exported vectors.
 */
export function testPhotos(
  engine: Engine,
  name: "grocery" | "luma",
  [items, photos]: readonly [number, number],
): void {
  test(`${name} photographs are encoded on ${engine}; NumPy finds the same figures`, async ({
    page,
  }) => {
    const why = missingPhotos(name);
    test.skip(why !== undefined, why);
    test.skip(!shippedModels().includes("moon2-nano"), "this build ships no moon2-nano");
    test.skip(!hasNumpy, `${PYTHON} has no NumPy to recompute the figures`);
    const folder = await (name === "grocery" ? copyGrocery : copyLuma)(items, photos);
    try {
      await chooseEngine(page, engine);
      await importFolder(page, name, folder);
      await expect(page.getByText(`${items} candidates`)).toBeVisible();
      await runOnly(page, "i-mm");
      await expectEngine(page, engine);
      const checked = await recompute(page, "i-mm");
      const queries = name === "grocery" ? items * photos : expect.any(Number);
      expect(checked).toMatchObject({ agrees: true, candidates: items, queries });
      expect(checked.largest_difference).toBeLessThanOrEqual(1e-6);
      // A recall that is 0 or 1 for every cutoff would agree by accident.
      expect(checked.figures["mrr"]).toBeGreaterThan(1 / items);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
