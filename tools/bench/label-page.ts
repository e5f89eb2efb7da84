/** Labelling in the built page: speed of the next pair, a large import, memory, the dashboard. */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright";
import { writeNative } from "@/labeling/logic/export/native";
import { syntheticProject } from "@/labeling/logic/synthetic-project";
import { formatStalls, watchStalls, withPage, type BenchPage } from "./label-browser";
import { creativeFiles, creativeZip } from "./label-images";
import { line, quantile, spread, type LabelBenchOptions } from "./label-stats";

const PAIRS_JUDGED = 200;
const NEXT_PAIR_TARGET_MS = 100;
/** The sizes asked for; on a slow or busy machine LABEL_SCALE=0.1 runs a tenth and says so. */
const SCALE = Number(process.env["LABEL_SCALE"] ?? 1);
const IMPORTED = Math.round(50_000 * SCALE);
const PAIRS_HELD = Math.round(100_000 * SCALE);
const JUDGEMENTS_HELD = Math.round(100_000 * SCALE);

async function newProject({ page, url }: BenchPage, title: string): Promise<void> {
  await page.goto(`${url}label`);
  await page.getByRole("textbox", { name: "Title of a new project" }).fill(title);
  await page.keyboard.press("Enter");
  await page.getByText(/^Drop images, a zip/u).waitFor();
}

async function importFiles(page: Page, paths: readonly string[]): Promise<void> {
  await page
    .locator('input[type="file"]')
    .first()
    .setInputFiles([...paths]);
  await page.getByRole("button", { name: "Import", exact: true }).click();
}

/**
 * Milliseconds from each Enter key's own time stamp to the task after the frame that shows the new
 * pair with both images complete: that is when its pixels have been handed over.
 */
async function recordLatencies(page: Page): Promise<void> {
  await page.evaluate(() => {
    const latencies: number[] = [];
    (window as unknown as { latencies: number[] }).latencies = latencies;
    const images = () => [...document.querySelectorAll<HTMLImageElement>("figure img")];
    const shown = () => images().map(({ src }) => src);
    window.addEventListener(
      "keydown",
      ({ key, timeStamp }) => {
        if (key !== "Enter") return;
        const before = new Set(shown());
        const look = () => {
          const isNew = shown().some((src) => !before.has(src));
          const isReady = images().length === 2 && images().every(({ complete }) => complete);
          if (!isNew || !isReady) return requestAnimationFrame(look);
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener("message", () => latencies.push(performance.now() - timeStamp));
          port1.start();
          return port2.postMessage(0);
        };
        requestAnimationFrame(look);
      },
      { capture: true },
    );
  });
}

export async function benchLabelLatency({ print }: LabelBenchOptions): Promise<void> {
  await withPage(async (bench) => {
    const { page, folder } = bench;
    await newProject(bench, "Latency");
    const table = join(folder, "creatives");
    await mkdir(table);
    await importFiles(page, await creativeFiles(table, { products: 80, perProduct: 4 }));
    await page.getByRole("button", { name: "Build pairs" }).click();
    await page.getByRole("button", { name: /^Add [\d,]+ pairs$/u }).click();
    await page.getByRole("tab", { name: "Judge" }).click();
    await page.getByRole("textbox", { name: "Your name" }).fill("Bench");
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: /creative B/u }).waitFor();
    await page.getByText("Quick", { exact: true }).click();
    await recordLatencies(page);
    const stopWatch = await watchStalls(page);
    for (let judged = 0; judged < PAIRS_JUDGED; judged++) {
      await page.keyboard.press(judged % 3 === 0 ? "ArrowLeft" : "ArrowRight");
      await page.keyboard.press("Enter");
      await page.waitForFunction(
        (count) => (window as unknown as { latencies: number[] }).latencies.length > count,
        judged,
      );
    }
    const stalls = await stopWatch();
    const latencies = await page.evaluate(
      () => (window as unknown as { latencies: number[] }).latencies,
    );
    const at = (share: number) => `${quantile(latencies, share).toFixed(0)} ms`;
    const verdict = quantile(latencies, 0.95) < NEXT_PAIR_TARGET_MS ? "" : "  MISSED";
    for (const text of [
      `Next pair after Enter, Chromium ${bench.version}, ${latencies.length} pairs of 800 × 800 JPEG, no pause between`,
      line(
        "Enter to both images painted",
        `p50 ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)} (asked: p95 < ${NEXT_PAIR_TARGET_MS} ms)${verdict}`,
      ),
      line("main thread meanwhile", formatStalls(stalls)),
    ]) {
      print(text);
    }
  });
}

/** The same zip through Python's zipfile, hashlib, Pillow and SQLite. */
function runImportPeer(path: string): string {
  const python = process.env["PYTHON"] ?? ".venv/bin/python";
  const run = spawnSync(python, ["tools/bench/import_peer.py", path], { encoding: "utf8" });
  if (run.status !== 0) return "  Python: not run (python -m pip install pillow)";
  const { version, count, milliseconds } = JSON.parse(run.stdout) as {
    version: string;
    count: number;
    milliseconds: number;
  };
  return line(`${version}, ${count} files`, `${(milliseconds / 1000).toFixed(1)} s`);
}

export async function benchLabelImport({ print }: LabelBenchOptions): Promise<void> {
  await withPage(async (bench) => {
    const { page, folder } = bench;
    const path = join(folder, "creatives.zip");
    const sizeBytes = await creativeZip(path, IMPORTED);
    await newProject(bench, "Import");
    const stopOpening = await watchStalls(page);
    const opened = performance.now();
    await page.locator('input[type="file"]').first().setInputFiles(path);
    const start = page.getByRole("button", { name: "Import", exact: true });
    await start.waitFor();
    const opening = await stopOpening();
    const stopWatch = await watchStalls(page);
    const began = performance.now();
    await start.click();
    await page.getByText(/ creatives, [\d,]+ pairs and /u).waitFor();
    const seconds = (performance.now() - began) / 1000;
    const stalls = await stopWatch();
    const report = await page.getByText(/ creatives, [\d,]+ pairs and /u).innerText();
    if (!report.includes(`${IMPORTED.toLocaleString("en-US")} creatives`))
      throw new Error(`Import ended with: ${report}`);
    const { heap, resident } = await bench.memory();
    const peer = runImportPeer(path);
    for (const text of [
      `Import of ${IMPORTED} creatives from one zip of ${megabytes(sizeBytes)}, Chromium ${bench.version}`,
      line("list of files and preview", `${((began - opened) / 1000).toFixed(1)} s`),
      line("import", `${seconds.toFixed(1)} s (${(IMPORTED / seconds).toFixed(0)} creatives/s)`),
      line("list of files, main thread", formatStalls(opening)),
      line("import, main thread", formatStalls(stalls)),
      line("memory afterwards", formatMemory(heap, resident)),
      peer,
    ]) {
      print(text);
    }
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function formatMemory(heap: number, resident: number | undefined): string {
  const process = resident === undefined ? "" : `, process ${megabytes(resident)}`;
  return `JavaScript heap ${megabytes(heap)}${process}`;
}

/** Writes a synthetic project in Perigee's own format and restores it in the page. */
export async function restoreSynthetic(
  bench: BenchPage,
  options: { readonly judgements: number; readonly annotators: number; readonly keep: number },
): Promise<number> {
  const { page, folder, url } = bench;
  const data = syntheticProject({ ...options, seed: 5 });
  // eventsOf reads the state's events in order; those beyond `keep` are left out.
  const kept = new Map([...data.state.events].slice(0, options.keep));
  const text = await writeNative({ ...data, state: { ...data.state, events: kept } });
  const path = join(folder, "project.jsonl");
  await writeFile(path, text);
  await page.goto(`${url}label`);
  const began = performance.now();
  await page.getByLabel("Files to restore or merge").setInputFiles(path);
  await page.getByRole("button", { name: "Synthetic", exact: true }).waitFor();
  return performance.now() - began;
}

export async function benchLabelPairs({ print }: LabelBenchOptions): Promise<void> {
  await withPage(async (bench) => {
    const { page, url } = bench;
    await page.goto(`${url}label`);
    await page.getByRole("heading", { name: "Label" }).first().waitFor();
    const empty = await bench.memory();
    const restored = await restoreSynthetic(bench, {
      judgements: PAIRS_HELD,
      annotators: 1,
      keep: 0,
    });
    await page.reload();
    await page.getByRole("button", { name: "Synthetic", exact: true }).waitFor();
    const listed = await bench.memory();
    const stopWatch = await watchStalls(page);
    const began = performance.now();
    await page.getByRole("button", { name: "Synthetic", exact: true }).click();
    // A project from a file asks who labels here.
    await page.getByRole("button", { name: "Annotator 0" }).click();
    await page
      .getByText(/^[\d,]+ \/ [\d,]+/u)
      .first()
      .waitFor();
    const opened = performance.now() - began;
    const stalls = await stopWatch();
    const held = await bench.memory();
    for (const text of [
      `A project of ${PAIRS_HELD} pairs, Chromium ${bench.version}`,
      line("restore from its export", `${(restored / 1000).toFixed(1)} s`),
      line(
        "open it until the first pair stands",
        `${(opened / 1000).toFixed(1)} s; ${formatStalls(stalls)}`,
      ),
      line("memory, no project", formatMemory(empty.heap, empty.resident)),
      line("memory, list of projects", formatMemory(listed.heap, listed.resident)),
      line("memory, project open at Judge", formatMemory(held.heap, held.resident)),
      line("heap per pair", `${((held.heap - listed.heap) / PAIRS_HELD).toFixed(0)} bytes`),
    ]) {
      print(text);
    }
  });
}

export async function benchLabelResults({ rounds, print }: LabelBenchOptions): Promise<void> {
  await withPage(async (bench) => {
    const { page } = bench;
    const restored = await restoreSynthetic(bench, {
      judgements: JUDGEMENTS_HELD,
      annotators: 3,
      keep: JUDGEMENTS_HELD,
    });
    await page.getByRole("button", { name: "Synthetic", exact: true }).click();
    const results = page.getByRole("tab", { name: "Results" });
    await results.waitFor();
    const times: number[] = [];
    const stopWatch = await watchStalls(page);
    for (let round = 0; round <= rounds; round++) {
      await page.getByRole("tab", { name: "Settings" }).click();
      await page.getByRole("tabpanel").or(page.locator("main")).first().waitFor();
      const took = await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const tab = [...document.querySelectorAll<HTMLElement>("[role=tab]")].find(
              ({ textContent }) => textContent?.includes("Results") ?? false,
            );
            const start = performance.now();
            const look = () => {
              const isThere = [...document.querySelectorAll("h2")].some(
                ({ textContent }) => textContent === "Annotators",
              );
              if (!isThere) return requestAnimationFrame(look);
              return setTimeout(() => resolve(performance.now() - start), 0);
            };
            tab?.click();
            requestAnimationFrame(look);
          }),
      );
      // The first one also loads the view's code.
      if (round > 0) times.push(took);
    }
    const stalls = await stopWatch();
    const { heap, resident } = await bench.memory();
    for (const text of [
      `Dashboard at ${JUDGEMENTS_HELD} judgements, Chromium ${bench.version}`,
      line("restore from its export", `${(restored / 1000).toFixed(1)} s`),
      line("whole dashboard computed and painted", spread(times)),
      line("main thread", formatStalls(stalls)),
      line("memory", formatMemory(heap, resident)),
    ]) {
      print(text);
    }
  });
}
