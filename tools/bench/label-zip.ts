/** Whole exports in the built page: from the click on Save to the finished zip. */
import type { Page } from "playwright";
import { withPage } from "./label-browser";
import { restoreSynthetic } from "./label-page";
import { line, spread, type LabelBenchOptions } from "./label-stats";

const JUDGEMENTS = Math.round(50_000 * Number(process.env["LABEL_SCALE"] ?? 1));
const TARGET_MS = 2000;
/** Formats whose names on the screen match, e.g. LABEL_FORMATS="CSV|Parquet"; default all. */
const FORMATS = new RegExp(process.env["LABEL_FORMATS"] ?? "", "u");

interface Written {
  readonly ms: number;
  readonly bytes: number;
}

/** Notes when a zip is handed to the browser to save, and how large it is. */
async function watchZips(page: Page): Promise<void> {
  await page.evaluate(() => {
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (source: Blob | MediaSource) => {
      if (source instanceof Blob && source.type === "application/zip") {
        const { pressed, done } = window as unknown as {
          pressed: number;
          done: (written: Written) => void;
        };
        done({ ms: performance.now() - pressed, bytes: source.size });
      }
      return make(source);
    };
  });
}

async function save(page: Page): Promise<Written> {
  const button = page.getByRole("button", { name: "Save", exact: true });
  await button.and(page.locator(":enabled")).waitFor();
  return await button.evaluate(
    (element: HTMLElement) =>
      new Promise<Written>((resolve) => {
        Object.assign(window, { pressed: performance.now(), done: resolve });
        element.click();
      }),
  );
}

/** Every format of 50,000 judgements without images: log, data card, compression and all. */
export async function benchLabelZip({ rounds, print }: LabelBenchOptions): Promise<void> {
  await withPage(async (bench) => {
    const { page } = bench;
    const annotators = 3;
    await restoreSynthetic(bench, { judgements: JUDGEMENTS, annotators, keep: JUDGEMENTS });
    await page.getByRole("button", { name: "Synthetic", exact: true }).click();
    await page.getByRole("tab", { name: "Export" }).click();
    await watchZips(page);
    print(
      `Whole zips of ${JUDGEMENTS} judgements in the page, Chromium ${bench.version} (asked: < ${TARGET_MS} ms)`,
    );
    const first = await save(page);
    print(line("the first one, project copied to the worker", `${first.ms.toFixed(0)} ms`));
    for (const format of await page.getByRole("radio").all()) {
      const label = await format.evaluate(
        (element: HTMLInputElement) => element.labels?.[0]?.textContent ?? element.value,
      );
      if (!FORMATS.test(label)) continue;
      await format.check();
      const times: number[] = [];
      let bytes = 0;
      for (let round = 0; round <= rounds; round++) {
        const written = await save(page);
        if (round > 0) times.push(written.ms);
        ({ bytes } = written);
      }
      print(line(label, `${spread(times)}, ${(bytes / 1e6).toFixed(1)} MB`));
    }
  });
}
