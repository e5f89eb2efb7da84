import type { Page } from "@playwright/test";
import { BlobReader, BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "./fixtures";
import {
  enterName,
  expectPair,
  saveExport,
  switchToQuick,
  textInZip,
  waitForDone,
  type UploadFile,
} from "./label-helpers";

const FOLDER = "../shared/data/luma";
const PRODUCTS = 5;
/** Creatives composed from each product's photograph: one per headline. */
const HEADLINES = ["Made for every day", "Save 20 % today", "New this season"];

interface Product {
  readonly id: string;
  readonly title: string;
  readonly price: number;
  readonly photo: Buffer;
}

/** The first products of the catalogue whose photograph is there. */
function products(): readonly Product[] {
  const lines = readFileSync(`${FOLDER}/products.jsonl`, "utf8").trim().split("\n");
  return lines.slice(0, PRODUCTS).map((line) => {
    const { id, title, price, images } = JSON.parse(line) as Omit<Product, "photo"> & {
      images: { file: string }[];
    };
    return { id, title, price, photo: readFileSync(`${FOLDER}/${images[0]!.file}`) };
  });
}

/** Draws the photograph, a headline and the price in the tab; WebP as the browser writes it. */
async function compose(page: Page, { photo, price }: Product, at: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ({ bytes, hue, headline, label }) => {
      const picture = await fetch(`data:image/webp;base64,${bytes}`)
        .then((response) => response.blob())
        .catch(() => new Blob([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))]))
        .then((blob) => createImageBitmap(blob));
      const canvas = new OffscreenCanvas(480, 480);
      const context = canvas.getContext("2d")!;
      context.fillStyle = `hsl(${hue} 55% 90%)`;
      context.fillRect(0, 0, 480, 480);
      const scale = Math.min(320 / picture.width, 320 / picture.height);
      context.drawImage(picture, 80, 110, picture.width * scale, picture.height * scale);
      context.fillStyle = `hsl(${hue} 60% 22%)`;
      context.font = "600 40px sans-serif";
      context.fillText(headline, 32, 70);
      context.fillText(label, 32, 460);
      const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
      const out = new Uint8Array(await blob.arrayBuffer());
      return btoa(Array.from(out, (byte) => String.fromCharCode(byte)).join(""));
    },
    {
      bytes: photo.toString("base64"),
      hue: at * 120,
      headline: HEADLINES[at]!,
      label: `$${price}`,
    },
  );
  return Buffer.from(base64, "base64");
}

/** A zip with a folder of creatives per product and, if wanted, a table beside them. */
async function zipOfCreatives(page: Page, list: readonly Product[], name: string, table?: string) {
  const writer = new ZipWriter(new BlobWriter("application/zip"));
  if (table !== undefined) await writer.add("metadata.csv", new TextReader(table));
  for (const product of list) {
    for (const at of HEADLINES.keys()) {
      const bytes = new Uint8Array(await compose(page, product, at));
      await writer.add(`${product.id}/${at}.webp`, new BlobReader(new Blob([bytes])));
    }
  }
  const buffer = Buffer.from(await (await writer.close()).arrayBuffer());
  return { name, mimeType: "application/zip", buffer } satisfies UploadFile;
}

/** Titles and made-up click counts; every creative of a product differs by more than 60 %. */
function tableOf(list: readonly Product[]): string {
  const rows = list.flatMap(({ id, title }) =>
    HEADLINES.map(
      (_, at) => `${id},"${title.replaceAll('"', '""')}",${id}/${at}.webp,2000,${20 * 2 ** at}`,
    ),
  );
  return ["product_id,title,file_name,impressions,clicks", ...rows].join("\n");
}

async function importZip(page: Page, zip: UploadFile): Promise<void> {
  await page.locator('input[type="file"]').first().setInputFiles(zip);
  await page.getByRole("button", { name: "Import", exact: true }).click();
}

/** True when both images on screen are decoded with the size they were drawn in. */
function areDrawn(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const images = [...document.querySelectorAll<HTMLImageElement>("figure img")];
    return images.length === 2 && images.every((image) => image.naturalWidth === 480);
  });
}

test("creatives composed from photographs are imported from a zip, paired by clicks, judged and exported", async ({
  page,
}) => {
  test.skip(!existsSync(FOLDER), `no photographs in ${FOLDER}`);
  test.setTimeout(180_000);
  await page.goto("/label");
  const list = products();
  const bare = await zipOfCreatives(page, list.slice(0, 2), "folders.zip");
  const tabled = await zipOfCreatives(page, list.slice(2), "table.zip", tableOf(list.slice(2)));
  const perProduct = HEADLINES.length;

  await page.getByRole("textbox", { name: "Title of a new project" }).fill("Outdoor");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^Drop images, a zip/u)).toBeVisible();
  await importZip(page, bare);
  await expect(page.getByText(`2 products, ${2 * perProduct} creatives, 0 pairs`)).toBeVisible();
  await page.getByRole("button", { name: "Import more" }).click();
  await importZip(page, tabled);
  const others = PRODUCTS - 2;
  await expect(
    page.getByText(`${others} products, ${others * perProduct} creatives, 0 pairs`),
  ).toBeVisible();
  await expect(page.getByText(/left out/u)).toHaveCount(0);

  // By click gap: only the products that came with counts give pairs, every one of them three.
  await page.getByRole("button", { name: "Build pairs" }).click();
  const allPairs = PRODUCTS * perProduct;
  await expect(page.getByRole("button", { name: `Add ${allPairs} pairs` })).toBeVisible();
  await page.getByRole("combobox", { name: "Rule" }).click();
  await page.getByRole("option", { name: "By click gap" }).click();
  await page.getByRole("button", { name: `Add ${others * perProduct} pairs` }).click();
  await expect(page.getByRole("button", { name: "Add 0 pairs" })).toBeVisible();

  await page.getByRole("tab", { name: "Judge" }).click();
  await enterName(page, "Ann");
  const titles = new Set(list.slice(2).map(({ title }) => title));
  const shown = await page.getByRole("heading", { level: 2 }).first().innerText();
  expect(titles).toContain(shown);
  await switchToQuick(page);
  for (let at = 0; at < 3; at++) {
    await expectPair(page);
    await expect.poll(() => areDrawn(page)).toBe(true);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await waitForDone(page, at + 1);
  }

  await page.getByRole("tab", { name: "Export" }).click();
  await page.getByRole("checkbox", { name: "With images" }).check();
  const zip = await saveExport(page);
  await expect(page.getByText("images could not be read")).toHaveCount(0);
  const log = (await textInZip(zip, "perigee-project.jsonl")).trim().split("\n");
  const paths = log
    .map((line) => JSON.parse(line) as { type: string; creative?: { sha256: string } })
    .flatMap(({ creative }) =>
      creative === undefined ? [] : [`images/${creative.sha256.slice(0, 16)}.webp`],
    );
  expect(paths).toHaveLength(PRODUCTS * perProduct);
  for (const path of paths) expect(await textInZip(zip, path)).toContain("WEBP");
});
