/**
 * Takes the pictures of the README from the production build in `dist/`, on drawn demo data only:
 *
 *   npm run build && npm run screenshots
 *
 * One shot that fails loses none of the others; the command then ends with an error that names it. A
 * list of names takes only those: `npm run screenshots -- compare search`.
 */
import { mkdir, stat } from "node:fs/promises";
import { chromium, type Page } from "playwright";
import { findBrowser, WEBGPU_FLAGS } from "./browser.mjs";
import { serve } from "./serve.mjs";

const FOLDER = "docs/images";

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly dark?: boolean;
  readonly locale?: "en-US" | "zh-CN";
  readonly size?: { readonly width: number; readonly height: number };
  readonly prepare?: (page: Page) => Promise<void>;
  /** A second picture from the same page, where the first one's work is needed for it. */
  readonly next?: { readonly name: string; readonly prepare: (page: Page) => Promise<void> };
}

const DESKTOP = { width: 1360, height: 960 };
/** A README is read over slow lines, too. */
const MAX_BYTES = 320_000;
const PHONE = { width: 390, height: 844 };

async function firstExample(page: Page): Promise<void> {
  await page.getByRole("heading", { name: /clicked more often|更多点击/ }).waitFor();
}

/** The sample project, a few pairs in. */
async function judging(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Open a sample project" }).click();
  await page.getByRole("textbox", { name: "Your name" }).fill("Ann");
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: /creative A/ }).waitFor();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
    await page.keyboard.press(key);
  }
}

/** The two baselines on the demo catalogue: no weights are needed, so it takes a minute at most. */
async function baselinesRun(page: Page): Promise<void> {
  await page.getByText("640 candidates").waitFor();
  for (const model of await page.getByRole("checkbox", { checked: true }).all()) {
    if ((await model.getAttribute("value"))?.includes("@") === true) await model.uncheck();
  }
  for (const name of ["Baseline: bag of words", "Baseline: colour histogram"]) {
    await page.getByRole("checkbox", { name }).check();
  }
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText("Differences in R@10").waitFor({ timeout: 200_000 });
  await page
    .getByRole("region", { name: "Results" })
    .evaluate((table) => table.scrollIntoView({ block: "center" }));
}

/** The queries of that run, with what was found for each. */
async function ownSearch(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Search" }).first().click();
  await page.getByText("true item").first().waitFor();
  await page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll<HTMLImageElement>("main img")];
    const inView = pictures.filter((each) => each.getBoundingClientRect().top < innerHeight);
    return inView.length > 15 && inView.every((each) => each.complete && each.naturalWidth > 0);
  });
}

const SHOTS: readonly Shot[] = [
  { name: "compare", path: "/compare", prepare: firstExample },
  { name: "compare-dark", path: "/compare", dark: true, prepare: firstExample },
  { name: "compare-zh", path: "/compare", locale: "zh-CN", prepare: firstExample },
  { name: "compare-phone", path: "/compare", size: PHONE, prepare: firstExample },
  { name: "label", path: "/label", prepare: judging },
  {
    name: "benchmark",
    path: "/benchmark?data=demo",
    prepare: baselinesRun,
    next: { name: "search", prepare: ownSearch },
  },
  {
    name: "models",
    path: "/models",
    prepare: (page) => page.getByText("in use", { exact: true }).waitFor({ timeout: 120_000 }),
  },
];

/** @throws when the picture is larger than a README should carry. */
async function save(page: Page, name: string): Promise<string> {
  const path = `${FOLDER}/${name}.png`;
  await page.screenshot({ path, animations: "disabled" });
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes, at most ${MAX_BYTES}`);
  return path;
}

async function take(origin: string, shot: Shot): Promise<void> {
  const browser = await chromium.launch({
    executablePath: findBrowser() ?? "chromium",
    args: [...WEBGPU_FLAGS],
  });
  try {
    const page = await browser.newPage({
      viewport: shot.size ?? DESKTOP,
      colorScheme: shot.dark === true ? "dark" : "light",
      locale: shot.locale ?? "en-US",
      reducedMotion: "reduce",
      serviceWorkers: "block",
    });
    await page.goto(new URL(shot.path, origin).href);
    await page.getByRole("heading").first().waitFor();
    await shot.prepare?.(page);
    await page.waitForLoadState("networkidle");
    console.log(await save(page, shot.name));
    if (shot.next === undefined) return;
    await shot.next.prepare(page);
    await page.waitForLoadState("networkidle");
    console.log(await save(page, shot.next.name));
  } finally {
    await browser.close();
  }
}

await mkdir(FOLDER, { recursive: true });
const server = await serve({ root: "dist", port: 0 });
try {
  const names = process.argv.slice(2);
  for (const shot of SHOTS) {
    if (names.length > 0 && !names.includes(shot.name)) continue;
    try {
      await take(server.url, shot);
    } catch (error) {
      console.error(`${shot.name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
} finally {
  await server.close();
}
