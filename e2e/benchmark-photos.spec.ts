/**
 * Real photographs through the real interface: a small copy of each data set is imported with its
 * preset, encoded in the tab by the shipped encoder on each engine, and the exported figures are
 * recomputed from the exported vectors by NumPy.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, open, shippedModels, test } from "./fixtures";
import { copyGrocery, copyLuma, missingPhotos } from "./real-photos";

/** A software adapter encodes about one photograph a second on a busy machine. */
test.setTimeout(300_000);

const PYTHON = existsSync(".venv/bin/python") ? ".venv/bin/python" : "python3";
const hasNumpy = spawnSync(PYTHON, ["-c", "import numpy"]).status === 0;

interface Checked {
  readonly agrees: boolean;
  readonly queries: number;
  readonly candidates: number;
  readonly largest_difference: number;
  readonly figures: Readonly<Record<string, number>>;
}

const ENGINE_LABELS = { webgpu: "WebGPU", wasm: "WebAssembly" } as const;
type Engine = keyof typeof ENGINE_LABELS;

/** Chooses the engine by hand; it tests itself first. Stays on the page: a reload would choose anew. */
async function chooseEngine(page: Page, engine: Engine): Promise<void> {
  await open(page, "/models");
  const radio = page.getByRole("radio", { name: ENGINE_LABELS[engine] });
  await radio.check();
  await expect(page.locator("label").filter({ hasText: ENGINE_LABELS[engine] })).toContainText(
    "in use",
    { timeout: 60_000 },
  );
}

async function importFolder(page: Page, preset: string, folder: string): Promise<void> {
  await page.getByRole("link", { name: "Benchmark" }).first().click();
  await page.getByRole("combobox", { name: "Kind of data set" }).selectOption(preset);
  await page.locator("input[type=file][webkitdirectory]").setInputFiles(folder);
}

/** Leaves moon2-nano and one direction checked, and starts. */
async function startOnly(page: Page, direction: string): Promise<void> {
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

async function runOnly(page: Page, direction: string): Promise<void> {
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

/** A software adapter is slow: fewer photographs there. */
const SIZES = {
  webgpu: { grocery: [8, 1], luma: [6, 2] },
  wasm: { grocery: [20, 2], luma: [20, 3] },
} as const;

for (const engine of ["webgpu", "wasm"] as const) {
  for (const name of ["grocery", "luma"] as const) {
    test(`${name} photographs are encoded on ${engine}; NumPy finds the same figures`, async ({
      page,
    }) => {
      const why = missingPhotos(name);
      test.skip(why !== undefined, why);
      test.skip(!shippedModels().includes("moon2-nano"), "this build ships no moon2-nano");
      test.skip(!hasNumpy, `${PYTHON} has no NumPy to recompute the figures`);
      const [items, photos] = SIZES[engine][name];
      const folder = await (name === "grocery" ? copyGrocery : copyLuma)(items, photos);
      try {
        await chooseEngine(page, engine);
        await importFolder(page, name, folder);
        await expect(page.getByText(`${items} candidates`)).toBeVisible();
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
    });
  }
}

/**
 * Counts what the page sends to the inference worker. Until it was held back once, after `most` items,
 * each call waits `delayMs`, so that a fast machine, too, is in the middle for a while.
 */
function countEncoded([most, delayMs]: readonly [number, number]): void {
  const post = Object.getOwnPropertyDescriptor(Worker.prototype, "postMessage")?.value as (
    ...all: unknown[]
  ) => void;
  const page = window as unknown as { encodedItems: number };
  page.encodedItems = 0;
  const limit = sessionStorage.getItem("held") === null ? most : Infinity;
  Worker.prototype.postMessage = function count(this: Worker, ...sent: unknown[]) {
    const [message] = sent as [{ name?: string; params?: { items?: unknown[] } }];
    if (message.name === "encode/batch") {
      const wanted = page.encodedItems + (message.params?.items?.length ?? 0);
      if (wanted > limit) return sessionStorage.setItem("held", "yes");
      page.encodedItems = wanted;
      if (limit !== Infinity) return void setTimeout(() => post.apply(this, sent), delayMs);
    }
    post.apply(this, sent);
  };
}

function encodedItems(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as { encodedItems: number }).encodedItems);
}

/** Jobs of one call. */
const BATCH = 16;
/** Two calls pass within the two seconds for which vectors may wait for the disk. */
const DELAY_MS = 1200;
const UNSAVED = 2 * BATCH;

test("a reload in the middle of encoding continues with what is missing", async ({ page }) => {
  const why = missingPhotos("grocery");
  test.skip(why !== undefined, why);
  test.skip(!shippedModels().includes("moon2-nano"), "this build ships no moon2-nano");
  const [items, photos] = [24, 2];
  const folder = await copyGrocery(items, photos);
  const openFolder = async () => {
    await chooseEngine(page, "wasm");
    await importFolder(page, "grocery", folder);
    await expect(page.getByText(`${items} candidates`)).toBeVisible();
  };
  try {
    await page.addInitScript(countEncoded, [5 * BATCH, DELAY_MS] as const);
    await openFolder();
    await startOnly(page, "i-mm");
    const isHeld = () => page.evaluate(() => sessionStorage.getItem("held") !== null);
    await expect.poll(isHeld, { timeout: 60_000 }).toBe(true);
    const first = await encodedItems(page);
    await openFolder();
    await runOnly(page, "i-mm");
    const second = await encodedItems(page);
    const classes = JSON.parse(await readFile(join(folder, "classes.json"), "utf8")) as {
      title: string;
      coarse: string;
    }[];
    const labels = new Set(classes.flatMap(({ title, coarse }) => [title, coarse])).size;
    const total = items + labels + items * photos;
    expect(first).toBeGreaterThan(UNSAVED + BATCH);
    // All was on the disk but what may wait, and the call in work.
    expect(second).toBeLessThanOrEqual(total - (first - UNSAVED - BATCH));
    expect(first + second).toBeGreaterThanOrEqual(total);
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
    expect(await encodedItems(page)).toBe(second);
  } finally {
    await rm(folder, { recursive: true });
  }
});
