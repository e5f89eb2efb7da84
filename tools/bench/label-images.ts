/** Drawn creatives for the benchmarks: no photograph, nothing from elsewhere. */
import { createWriteStream } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js";
import sharp from "sharp";
import { createRng } from "@/shared/lib/rng";

/** An advertisement-like picture: a backdrop with grain, a product shape, a headline, a badge. */
async function draw(seed: number, size: number, format: "jpeg" | "webp"): Promise<Uint8Array> {
  const random = createRng(seed);
  const hue = () => `hsl(${Math.floor(random() * 360)} 60% ${30 + Math.floor(random() * 40)}%)`;
  const part = (low: number, high: number) => Math.floor(size * (low + random() * (high - low)));
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">` +
    `<rect width="100%" height="100%" fill="${hue()}"/>` +
    `<ellipse cx="${part(0.3, 0.7)}" cy="${part(0.4, 0.7)}" rx="${part(0.1, 0.3)}" ry="${part(0.1, 0.3)}" fill="${hue()}"/>` +
    `<text x="${part(0.02, 0.2)}" y="${part(0.1, 0.2)}" font-size="${part(0.05, 0.1)}" fill="#fff">Offer ${seed}</text>` +
    `<circle cx="${part(0.7, 0.9)}" cy="${part(0.7, 0.9)}" r="${part(0.05, 0.12)}" fill="${hue()}"/></svg>`;
  const grain = await sharp({
    create: {
      width: size,
      height: size,
      channels: 3,
      background: "#808080",
      noise: { type: "gaussian", mean: 128, sigma: 24 },
    },
  })
    .png()
    .toBuffer();
  const image = sharp(Buffer.from(svg)).composite([{ input: grain, blend: "soft-light" }]);
  const encoded = format === "jpeg" ? image.jpeg({ quality: 85 }) : image.webp({ quality: 60 });
  return Uint8Array.from(await encoded.toBuffer());
}

/** The picture with its number behind the image: decodes alike, but no two files have the same bytes. */
function numbered(image: Uint8Array, at: number): Uint8Array {
  const bytes = new Uint8Array(image.length + 4);
  bytes.set(image);
  new DataView(bytes.buffer).setUint32(image.length, at);
  return bytes;
}

async function drawAll(
  count: number,
  size: number,
  format: "jpeg" | "webp",
): Promise<readonly Uint8Array[]> {
  return Promise.all(Array.from({ length: count }, (_, seed) => draw(seed, size, format)));
}

/** JPEG files of 800 × 800, from 24 pictures, and a table of their products; returns every path. */
export async function creativeFiles(
  folder: string,
  { products, perProduct }: { readonly products: number; readonly perProduct: number },
): Promise<string[]> {
  const drawn = await drawAll(24, 800, "jpeg");
  const rows = ["product_id,title,file_name"];
  const paths: string[] = [];
  for (let at = 0; at < products * perProduct; at++) {
    const product = Math.floor(at / perProduct);
    const name = `creative-${at}.jpg`;
    paths.push(join(folder, name));
    await writeFile(paths.at(-1)!, numbered(drawn[at % drawn.length]!, at));
    rows.push(`product-${product},Product ${product},${name}`);
  }
  paths.push(join(folder, "table.csv"));
  await writeFile(paths.at(-1)!, rows.join("\n"));
  return paths;
}

/** A zip of `count` WebP images of 320 × 320, from 64 pictures, in folders of four. Returns its size. */
export async function creativeZip(path: string, count: number): Promise<number> {
  const drawn = await drawAll(64, 320, "webp");
  const writer = new ZipWriter(Writable.toWeb(createWriteStream(path)), { level: 0 });
  for (let at = 0; at < count; at++) {
    const name = `product-${Math.floor(at / 4)}/creative-${at % 4}.webp`;
    await writer.add(name, new Uint8ArrayReader(numbered(drawn[at % drawn.length]!, at)));
  }
  await writer.close();
  return (await stat(path)).size;
}
