/** /benchmark and /search in the built page with 100,000 candidates: time to interactive, memory, map. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright";
import { jobsOf, planBenchmark } from "@/domain/benchmark/plan";
import { possibleDirections } from "@/domain/benchmark/task";
import { normalise } from "@/domain/benchmark/vectors";
import { writeNpy } from "@/domain/npy";
import { readDataSet } from "@/benchmark/logic/read-data-set";
import { createRng } from "@/shared/lib/rng";
import { openFolder } from "../cli/benchmark-source";
import { PLAIN_FLAGS } from "../browser.mjs";
import { formatStalls, watchStalls, withPage, type BenchPage } from "./label-browser";

/** SEARCH_SCALE=0.1 runs a tenth on a slow or busy machine. */
const SCALE = Number(process.env["SEARCH_SCALE"] ?? 1);
const CANDIDATES = Math.round(100_000 * SCALE);
const QUERIES = Math.round(1000 * SCALE);
const CLASSES = 8;
const DIMENSION = 256;
const FRAMES = 120;

/** A one-pixel picture; what counts here are the vectors. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A table of pictures in classes, queries by words, and vectors in which a query lies near its item. */
async function writeSet(
  folder: string,
): Promise<{ readonly set: string; readonly vectors: string }> {
  const set = join(folder, "set");
  await mkdir(set, { recursive: true });
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
  const items = Array.from({ length: CANDIDATES }, (_, i) => ({
    id: `item-${i}`,
    image: "pixel.png",
    category: `class ${i % CLASSES}`,
  }));
  const queries = Array.from({ length: QUERIES }, (_, i) => ({
    query_id: `q${i}`,
    query: `query ${i}`,
    relevant: `item-${(i * 97) % CANDIDATES}`,
  }));
  await writeFile(join(set, "items.jsonl"), lines(items));
  await writeFile(join(set, "queries.jsonl"), lines(queries));
  await writeFile(join(set, "pixel.png"), PIXEL);
  const task = await readDataSet(await openFolder(set), { preset: "custom" });
  const plan = await planBenchmark(task, {
    directions: possibleDirections(task),
    views: ["t", "i", "mm"],
  });
  const rng = createRng(5);
  const jobs = jobsOf(plan);
  const data = new Float32Array(jobs.length * DIMENSION);
  const rowOf = new Map(jobs.map(({ key }, row) => [key, row]));
  for (const [row, { role, id }] of jobs.entries()) {
    const own = data.subarray(row * DIMENSION, (row + 1) * DIMENSION);
    for (let i = 0; i < DIMENSION; i++) own[i] = rng() + rng() + rng() - 1.5;
    // Classes are clouds of their own, so that the map has something to show.
    if (role === "candidate") own[Number(id.slice(5)) % CLASSES]! += 4;
    if (role === "query") {
      const near = rowOf.get(`candidate:i:item-${(Number(id.slice(1)) * 97) % CANDIDATES}`)!;
      for (let i = 0; i < DIMENSION; i++) own[i]! += 0.25 * data[near * DIMENSION + i]!;
    }
    normalise(own);
  }
  const vectors = join(folder, "vectors.npy");
  const shape = [jobs.length, DIMENSION];
  await writeFile(vectors, writeNpy({ dtype: "float32", shape, data }));
  return { set, vectors };
}

/** Times an action until its sign is visible, with what the main thread did meanwhile. */
async function timed(page: Page, act: () => Promise<void>, wait: () => Promise<void>) {
  const stalls = await watchStalls(page);
  const startedAt = performance.now();
  await act();
  await wait();
  const took = performance.now() - startedAt;
  return `${(took / 1000).toFixed(2)} s; ${formatStalls(await stalls())}`;
}

/** Milliseconds between frames while the map is magnified and moved. */
async function mapFrames(page: Page): Promise<string> {
  const frames = await page.evaluate(async (count) => {
    const map = document.querySelector<HTMLElement>("[role=application]")!;
    const box = map.getBoundingClientRect();
    const [clientX, clientY] = [box.x + box.width / 2, box.y + box.height / 2];
    const gaps: number[] = [];
    let last = performance.now();
    for (let i = 0; i < count; i++) {
      const deltaY = i % 40 < 20 ? -40 : 40;
      map.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX, clientY, cancelable: true }));
      const pointer = { clientX: clientX + i, clientY, bubbles: true, pointerId: 1 };
      map.dispatchEvent(new PointerEvent("pointermove", pointer));
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      gaps.push(now - last);
      last = now;
    }
    return gaps;
  }, FRAMES);
  const sorted = frames.slice(5).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
  return `${at(0.5)} ms median, ${at(0.95)} ms at 95%, ${at(1)} ms longest (${FRAMES} frames)`;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? "unknown" : `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

async function memoryLine(bench: BenchPage, when: string): Promise<string> {
  const { heap, resident } = await bench.memory();
  return `  memory ${when}: page's heap ${megabytes(heap)}, its process ${megabytes(resident)}`;
}

export async function benchSearchPage(): Promise<string> {
  return await withPage(async (bench) => {
    const { page, url, folder, version } = bench;
    const { set, vectors } = await writeSet(folder);
    const lines = [
      `/benchmark and /search with ${CANDIDATES} candidates × ${DIMENSION}, ${QUERIES} queries; Chromium ${version}`,
    ];
    await page.goto(`${url}benchmark`);
    await page.locator("input[type=file][webkitdirectory]").waitFor({ state: "attached" });
    await page.locator("input[type=file][webkitdirectory]").setInputFiles(set);
    const read = page.getByRole("button", { name: "Read with these columns" });
    await read.waitFor();
    const open = await timed(
      page,
      () => read.click(),
      () => page.getByText(`${CANDIDATES} candidates`).waitFor(),
    );
    lines.push(`  tables read until their size shows: ${open}`);
    const choice = page.getByRole("checkbox", { name: "vectors.npy" });
    const add = await timed(
      page,
      () => page.locator('input[type=file][accept*=".npy"]').setInputFiles(vectors),
      () => choice.waitFor(),
    );
    lines.push(`  vectors read: ${add}`);
    const checked = await page
      .getByRole("checkbox", { checked: true })
      .evaluateAll((boxes) => boxes.map((box) => (box as HTMLInputElement).value));
    for (const value of checked) {
      if (value !== "t-i") await page.locator(`input[type=checkbox][value="${value}"]`).uncheck();
    }
    await choice.check();
    const run = await timed(
      page,
      () => page.getByRole("button", { name: "Run", exact: true }).click(),
      () => page.getByRole("button", { name: "Export" }).waitFor(),
    );
    lines.push(`  run, all figures: ${run}`, await memoryLine(bench, "after the run"));
    const list = page.getByRole("region", { name: "Queries" });
    const search = await timed(
      page,
      () => page.getByRole("link", { name: "Search" }).first().click(),
      () => page.getByText("true item").first().waitFor(),
    );
    lines.push(`  /search until the first gallery: ${search}`);
    const second = await timed(
      page,
      () => list.getByRole("button").nth(1).click(),
      () =>
        list
          .getByRole("button", { pressed: true })
          .nth(0)
          .waitFor()
          .then(() => page.locator("[aria-busy=false] [data-hit=true]").first().waitFor()),
    );
    lines.push(`  another query: ${second}`);
    const map = await timed(
      page,
      () => page.getByRole("button", { name: "Show the map" }).click(),
      () => page.getByRole("application").waitFor(),
    );
    lines.push(`  map (PCA): ${map}`, `  frames of the map: ${await mapFrames(page)}`);
    lines.push(await memoryLine(bench, "with the map"));
    return lines.join("\n");
    // A software WebGPU adapter would be chosen, and be slower than wasm.
  }, PLAIN_FLAGS);
}
