/**
 * Takes the pictures of the README from the production build in `dist/`, on drawn demo data only:
 *
 *   npm run build && npx tsx tools/screenshots.ts
 */
import { mkdir } from "node:fs/promises";
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
}

const DESKTOP = { width: 1360, height: 960 };
const PHONE = { width: 390, height: 844 };

async function firstExample(page: Page): Promise<void> {
  await page.getByRole("heading", { name: /clicked more often|更多点击/ }).waitFor();
}

const SHOTS: readonly Shot[] = [
  { name: "compare", path: "/compare", prepare: firstExample },
  { name: "compare-dark", path: "/compare", dark: true, prepare: firstExample },
  { name: "compare-zh", path: "/compare", locale: "zh-CN", prepare: firstExample },
  { name: "compare-phone", path: "/compare", size: PHONE, prepare: firstExample },
  {
    name: "models",
    path: "/models",
    prepare: (page) => page.getByText("in use", { exact: true }).waitFor({ timeout: 120_000 }),
  },
];

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
    await page.screenshot({ path: `${FOLDER}/${shot.name}.png` });
    console.log(`${FOLDER}/${shot.name}.png`);
  } finally {
    await browser.close();
  }
}

await mkdir(FOLDER, { recursive: true });
const server = await serve({ root: "dist", port: 0 });
try {
  for (const shot of SHOTS) await take(server.url, shot);
} finally {
  await server.close();
}
